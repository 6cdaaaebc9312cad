"""What came in: one row for every input ever seen, and the looks that prove a file stands still."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from bureau.accounts.models import Department


class IntakeOutcome(models.TextChoices):
    """What became of an input."""

    STORED = "stored", "已入库"
    DUPLICATE = "duplicate", "重复件"
    FAILED = "failed", "失败"
    QUARANTINED = "quarantined", "停放（密级）"
    REFUSED = "refused", "已拒绝"


class Place(models.TextChoices):
    """Where an input's bytes lie; always exactly one."""

    INBOX = "inbox", "收件夹"
    VAULT = "vault", "原件库"
    DUPLICATE = "duplicate", "重复件夹"
    FAILED = "failed", "失败件夹"
    HELD = "held", "停放夹"
    # a person took a failed or duplicate file away by hand; set by the janitor, never by a sweep
    GONE = "gone", "已被取走"


class IntakeRecord(models.Model):
    """One input and what became of it.

    ``untrusted_filename`` and ``untrusted_folder`` (below the inbox, "/"-separated) come from
    outside; both are empty for a quarantined input. ``pending``: the row is written but the file
    not yet moved; the next sweep finishes that.
    """

    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    size_bytes = models.BigIntegerField(default=0)
    untrusted_filename = models.CharField(max_length=512, blank=True)
    untrusted_folder = models.TextField(blank=True)
    path_key = models.CharField(max_length=64, blank=True, db_index=True)
    media_type = models.CharField(max_length=128, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    file_owner = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16)
    received_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=16, choices=IntakeOutcome.choices, db_index=True)
    reason_code = models.CharField(max_length=64, blank=True)
    message = models.CharField(max_length=512, blank=True)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="duplicates"
    )
    retries = models.PositiveIntegerField(default=0)
    place = models.CharField(max_length=16, choices=Place.choices, db_index=True)
    pending = models.BooleanField(default=False, db_index=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-received_at", "-id"]

    def __str__(self) -> str:
        return f"intake:{self.pk}"


class Look(models.Model):
    """What a sweep saw of a file still in the inbox.

    The path stands only as a keyed digest: the file may turn out to be one whose very name may not
    be kept. ``settled``: written by ourselves (an upload), complete by construction.
    """

    path_key = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    first_seen = models.DateTimeField()
    since = models.DateTimeField()
    settled = models.BooleanField(default=False)
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    retry_of = models.ForeignKey(
        IntakeRecord, on_delete=models.CASCADE, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"look:{self.pk}"


class QuarantineRecord(models.Model):
    """A file stopped by a 密级 mark: hash, size, time, submitter and rule ids, nothing else of it.

    ``number`` counts arrivals of the same bytes; ``held_name`` is the name under held/, or empty
    while the file is ``left_in_place`` (the inbox lies on another file system: never copied).
    """

    sha256 = models.CharField(max_length=64, db_index=True)
    number = models.PositiveIntegerField(default=1)
    held_name = models.CharField(max_length=128, blank=True)
    left_in_place = models.BooleanField(default=False)
    size_bytes = models.BigIntegerField()
    seen_at = models.DateTimeField(db_index=True)
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    file_owner = models.CharField(max_length=64, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=16)
    rules = models.JSONField(default=list)
    intake = models.ForeignKey(IntakeRecord, on_delete=models.PROTECT, related_name="quarantines")
    outcome = models.CharField(max_length=16, blank=True, db_index=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    outcome_at = models.DateTimeField(null=True)
    outcome_text = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-seen_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sha256", "number"], name="one_number_a_held_file")
        ]

    def __str__(self) -> str:
        return f"quarantine:{self.pk}"
