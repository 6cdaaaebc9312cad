"""Remembering, from one sweep to the next, how a file in the inbox stood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from bureau.accounts.models import User
from bureau.register.inbox import InboxEntry
from bureau.register.models import IntakeRecord, Look

_ANNOUNCED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a file stands: ``still_for`` tells since when it has not changed."""

    first_seen: datetime
    still_for: timedelta
    settled: bool
    submitter_id: int | None
    retry_of_id: int | None

    def stable(self, seconds: float) -> bool:
        """Whether two looks at least ``seconds`` apart found the same, or we wrote it ourselves."""
        return self.settled or self.still_for >= timedelta(seconds=seconds)


class LookStore:
    """The looks of one sweep over those of earlier ones; ``save`` writes them back at once.

    Kept in the database, so that two scheduled runs are two looks.
    """

    def __init__(self) -> None:
        self._known = {look.path_key: look for look in Look.objects.all()}
        self._seen: dict[str, Look] = {}
        self._new: list[Look] = []
        self._changed: list[Look] = []

    def look(self, path_key: str, entry: InboxEntry, now: datetime) -> Standing:
        """How this file stands, remembering it as it is now."""
        look = self._known.get(path_key)
        if look is None:
            look = Look(
                path_key=path_key,
                size_bytes=entry.size_bytes,
                mtime_ns=entry.mtime_ns,
                first_seen=now,
                since=now,
            )
            self._new.append(look)
        elif (look.size_bytes, look.mtime_ns) != (entry.size_bytes, entry.mtime_ns) or (
            look.since > now
        ):
            # it grew, or the clock went back: the wait starts again; the submitter stays only
            # with the bytes that the account sent
            look.size_bytes, look.mtime_ns, look.since = entry.size_bytes, entry.mtime_ns, now
            look.settled, look.submitter_id = False, None
            self._changed.append(look)
        self._seen[path_key] = look
        return Standing(
            first_seen=look.first_seen,
            still_for=now - look.since,
            settled=look.settled,
            submitter_id=look.submitter_id,
            retry_of_id=look.retry_of_id,
        )

    def save(self, now: datetime) -> None:
        """Writes what changed; looks of files no longer there are forgotten."""
        # an announced file may not have arrived yet
        gone = [
            look.pk
            for key, look in self._known.items()
            if key not in self._seen and not (look.settled and now - look.since < _ANNOUNCED)
        ]
        with transaction.atomic():
            for start in range(0, len(gone), 500):
                Look.objects.filter(pk__in=gone[start : start + 500]).delete()
            Look.objects.bulk_create(self._new, batch_size=200, ignore_conflicts=True)
            Look.objects.bulk_update(
                self._changed,
                ["size_bytes", "mtime_ns", "since", "settled", "submitter"],
                batch_size=100,
            )


def forget(path_keys: Iterable[str]) -> None:
    """Drops the looks of files that have left the inbox."""
    keys = list(path_keys)
    for start in range(0, len(keys), 500):
        Look.objects.filter(path_key__in=keys[start : start + 500]).delete()


def expect(
    path_key: str,
    *,
    size_bytes: int,
    mtime_ns: int,
    now: datetime,
    submitter: User | None = None,
    retry_of: IntakeRecord | None = None,
) -> None:
    """Announces a file that we are about to put into the inbox ourselves, complete."""
    Look.objects.update_or_create(
        path_key=path_key,
        defaults={
            "size_bytes": size_bytes,
            "mtime_ns": mtime_ns,
            "first_seen": now,
            "since": now,
            "settled": True,
            "submitter": submitter,
            "retry_of": retry_of,
        },
    )
