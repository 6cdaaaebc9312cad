"""Runs of the flows and their locks: one run of a kind at a time, whoever starts it.

A lock is a lease in the database. It is free again when its holder ends, when the lease runs out,
or at once when the holder was a process of this host that is no longer there.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import OperationalError, transaction
from django.utils import timezone

from bureau.register.models import RunLock, RunOutcome, RunRecord
from domain.errors import AlreadyRunning, GongkaiError

LEASE_SECONDS = 300
Clock = Callable[[], datetime]


@dataclass(slots=True)
class Run:
    """A run in progress. Put its counts into ``counts``; call ``renew`` between pieces of work."""

    record: RunRecord
    holder: str
    clock: Clock
    lease_seconds: int
    counts: dict[str, int] = field(default_factory=dict)
    _renewed: datetime | None = None

    def renew(self) -> None:
        """Keeps the lock for another lease; cheap when called often.

        Raises:
            AlreadyRunning: if the lease ran out and somebody else took the lock.
        """
        now = self.clock()
        if self._renewed is not None and abs(now - self._renewed) < timedelta(
            seconds=self.lease_seconds / 5
        ):
            return
        kept = RunLock.objects.filter(kind=self.record.kind, holder=self.holder).update(
            lease_until=now + timedelta(seconds=self.lease_seconds)
        )
        if not kept:
            raise AlreadyRunning()
        self._renewed = now


@contextlib.contextmanager
def running(
    kind: str,
    *,
    trigger: str = "",
    clock: Clock = timezone.now,
    lease_seconds: int = LEASE_SECONDS,
) -> Iterator[Run]:
    """A recorded run that holds the lock of its kind.

    On a GongkaiError the record says failed with its code, and the error goes on.

    Raises:
        AlreadyRunning: if another run holds the lock; that is recorded too, and changes nothing.
    """
    run = _start(kind, trigger, clock, lease_seconds)
    outcome, code, message = RunOutcome.FAILED, "error", GongkaiError.message
    try:
        yield run
        outcome, code, message = RunOutcome.DONE, "", ""
    except GongkaiError as error:
        code, message = error.code, error.message
        raise
    finally:
        # with the disk full even this may fail: the lease and the janitor then say it
        quiet = contextlib.suppress(OperationalError) if code else contextlib.nullcontext()
        with quiet, transaction.atomic():
            RunRecord.objects.filter(pk=run.record.pk).update(
                finished_at=clock(),
                outcome=outcome,
                counts=run.counts,
                error_code=code,
                message=message,
            )
            RunLock.objects.filter(kind=kind, holder=run.holder).update(
                holder="", lease_until=None, pid=0
            )


def _start(kind: str, trigger: str, clock: Clock, lease_seconds: int) -> Run:
    now = clock()
    holder = secrets.token_hex(16)
    with transaction.atomic():
        RunLock.objects.get_or_create(kind=kind)
        lock = RunLock.objects.select_for_update().get(kind=kind)
        taken = bool(lock.holder) and _alive(lock, now)
        record = RunRecord.objects.create(
            kind=kind,
            trigger=trigger,
            started_at=now,
            finished_at=now if taken else None,
            outcome=RunOutcome.ALREADY_RUNNING if taken else RunOutcome.RUNNING,
            message=AlreadyRunning.message if taken else "",
        )
        if not taken:
            _mark_interrupted(lock, now)
            lock.holder, lock.host, lock.pid = holder, socket.gethostname(), os.getpid()
            lock.lease_until = now + timedelta(seconds=lease_seconds)
            lock.run = record
            lock.save()
    if taken:
        raise AlreadyRunning()
    return Run(record=record, holder=holder, clock=clock, lease_seconds=lease_seconds)


def _alive(lock: RunLock, now: datetime) -> bool:
    if lock.lease_until is None or lock.lease_until <= now:
        return False
    if lock.host != socket.gethostname():
        return True
    return Path(f"/proc/{lock.pid}").exists() if Path("/proc/self").exists() else True


def _mark_interrupted(lock: RunLock, now: datetime) -> None:
    if lock.run_id is not None:
        RunRecord.objects.filter(pk=lock.run_id, outcome=RunOutcome.RUNNING).update(
            outcome=RunOutcome.INTERRUPTED, finished_at=now
        )


def janitor(*, clock: Clock = timezone.now) -> int:
    """Frees the locks of dead holders and closes their runs; returns how many."""
    freed = 0
    now = clock()
    with transaction.atomic():
        for lock in RunLock.objects.select_for_update().exclude(holder=""):
            if not _alive(lock, now):
                _mark_interrupted(lock, now)
                lock.holder, lock.lease_until, lock.pid = "", None, 0
                lock.save()
                freed += 1
        held = RunLock.objects.exclude(holder="").values("run_id")
        RunRecord.objects.filter(outcome=RunOutcome.RUNNING).exclude(pk__in=held).update(
            outcome=RunOutcome.INTERRUPTED, finished_at=now
        )
    return freed


def last_success(kind: str) -> RunRecord | None:
    """The newest run of a kind that ended well."""
    return RunRecord.objects.filter(kind=kind, outcome=RunOutcome.DONE).first()
