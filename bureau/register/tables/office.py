"""The office itself: its profile, the audit chain, runs and their locks, alerts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from bureau.accounts.roles import ROLE_NAMES
from domain.audit import GENESIS, AuditEvent


class BureauProfile(models.Model):
    """The bureau's own particulars: one row, ``pk`` 1.

    ``index_scheme`` is a format string of ``org_code``, ``year``, ``month`` and ``serial``;
    bureau.register.index_numbers validates it.
    """

    name = models.CharField("单位名称", max_length=200, blank=True)
    org_code = models.CharField("统一社会信用代码", max_length=32, blank=True)
    index_scheme = models.CharField(
        max_length=128, default="{org_code}/{year:04d}{month:02d}-{serial:05d}"
    )
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=64, blank=True)
    office_hours = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=128, blank=True)
    how_to_apply = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or delete a link of the audit chain."""


class AuditQuerySet(models.QuerySet["AuditRecord"]):
    """Reading and appending only."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("audit records are append-only")

    def delete(self) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("audit records are append-only")

    def bulk_update(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("audit records are append-only")


class AuditRecord(models.Model):
    """One link of the chain; ``detail_json`` is kept as written, so its hash can be told again."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=128, db_index=True)
    detail_json = models.TextField(default="{}")
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["seq"]

    def __str__(self) -> str:
        return f"audit:{self.seq}"

    @property
    def detail(self) -> dict[str, Any]:
        """Ids, counts and codes of the event."""
        value: dict[str, Any] = json.loads(self.detail_json)
        return value

    def as_event(self) -> AuditEvent:
        """The domain's form, for verification."""
        return AuditEvent(
            seq=self.seq,
            at=self.at,
            actor=self.actor,
            action=self.action,
            subject=self.subject,
            detail=self.detail,
            prev_hash=self.prev_hash,
            hash=self.hash,
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Inserts; an existing link is refused."""
        if not self._state.adding:
            raise AppendOnlyError("audit records are append-only")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("audit records are append-only")


class AuditHead(models.Model):
    """The chain's last link: locked by who appends, compared by who verifies (a cut-off tail)."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    def __str__(self) -> str:
        return f"head:{self.seq}"


class Alert(models.Model):
    """Something a role must look at: codes and ids only; repeated ones are counted in one row."""

    code = models.CharField(max_length=64, db_index=True)
    role = models.CharField(max_length=16, choices=[(r.value, n) for r, n in ROLE_NAMES.items()])
    subject = models.CharField(max_length=128)
    message = models.CharField(max_length=512)
    detail = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_index=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"alert:{self.pk}"


class RunOutcome(models.TextChoices):
    """How a run ended."""

    RUNNING = "running", "运行中"
    DONE = "done", "完成"
    ALREADY_RUNNING = "already_running", "已有运行"
    FAILED = "failed", "失败"
    INTERRUPTED = "interrupted", "中断"


class RunRecord(models.Model):
    """One run of a flow, with its counts."""

    kind = models.CharField(max_length=32, db_index=True)
    trigger = models.CharField(max_length=32, blank=True)
    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=RunOutcome.choices)
    counts = models.JSONField(default=dict)
    error_code = models.CharField(max_length=64, blank=True)
    message = models.CharField(max_length=512, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"run:{self.pk}"


class RunLock(models.Model):
    """Who runs a kind of work now; a lease, so that a dead holder frees it by itself."""

    kind = models.CharField(max_length=32, primary_key=True)
    holder = models.CharField(max_length=64, blank=True)
    host = models.CharField(max_length=128, blank=True)
    pid = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    run = models.ForeignKey(RunRecord, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"lock:{self.kind}"
