"""Bringing bytes to the place their row names, at once or after a crash."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction

from bureau.accounts.models import UNASSIGNED_CODE
from bureau.accounts.roles import Role
from bureau.register import alerts, audit_log, looks
from bureau.register.arrivals import ACTOR, LEFT_IN_PLACE_ALERT
from bureau.register.files import Home, sync_folder
from bureau.register.inbox import Inbox, InboxEntry
from bureau.register.models import Document, IntakeOutcome, IntakeRecord, Place, QuarantineRecord
from domain.errors import NotYetReadable, RefusedPath
from domain.secrecy import Outcome


def sha256_of(data: bytes) -> str:
    """SHA-256 (hex)."""
    return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def one_commit() -> Iterator[None]:
    """Many rows, one fsync."""
    with transaction.atomic():
        yield


def settle(home: Home, record: IntakeRecord, entry: InboxEntry, *, now: datetime) -> None:
    """Moves the inbox file of a pending row to the row's place.

    Raises:
        NotYetReadable: if the file is busy or another one now.
        StorageFull: if a copy across file systems finds no room.
    """
    inbox = Inbox(home.inbox)
    match record.outcome:
        case IntakeOutcome.STORED:
            inbox.remove([entry])
        case IntakeOutcome.DUPLICATE:
            inbox.move_out(entry, home.aside(home.duplicate, record.pk))
        case IntakeOutcome.FAILED:
            inbox.move_out(entry, home.aside(home.failed, record.pk))
        case IntakeOutcome.QUARANTINED:
            quarantine = _stopped(record)
            if inbox.rename_out(entry, home.held_path(quarantine.held_name)):
                home.held_path(quarantine.held_name).chmod(0o600)
            else:
                _leave_in_place(record, quarantine, now)


def _stopped(record: IntakeRecord) -> QuarantineRecord:
    return QuarantineRecord.objects.filter(intake=record).latest("pk")


def _leave_in_place(record: IntakeRecord, quarantine: QuarantineRecord, now: datetime) -> None:
    with transaction.atomic():
        quarantine.left_in_place = True
        quarantine.save(update_fields=["left_in_place"])
        record.place = Place.INBOX
        record.save(update_fields=["place"])
        for role in (Role.SECRECY, Role.OPERATOR):
            alerts.raise_alert(
                code="left_in_place",
                role=role,
                subject=f"quarantine:{quarantine.pk}",
                message=LEFT_IN_PLACE_ALERT,
                now=now,
            )


def clear_pending(records: Iterable[IntakeRecord]) -> None:
    """Marks rows whose bytes lie where the row says."""
    ids = [record.pk for record in records]
    for start in range(0, len(ids), 500):
        IntakeRecord.objects.filter(pk__in=ids[start : start + 500]).update(pending=False)


def recover(home: Home, entries: Mapping[str, InboxEntry], *, now: datetime) -> set[str]:
    """Finishes every pending row; returns the path keys of inbox files that this dealt with.

    ``entries`` are inbox files by path key.
    """
    handled: set[str] = set()
    inbox = Inbox(home.inbox)
    for record in IntakeRecord.objects.filter(pending=True).order_by("pk"):
        if record.outcome in (IntakeOutcome.FAILED, IntakeOutcome.QUARANTINED) and (
            record.place == Place.INBOX
        ):
            resume_bringing_in(home, record, now=now)
            continue
        entry = entries.get(record.path_key)
        try:
            if entry is not None and inbox.hash(entry) == record.sha256:
                if record.outcome == IntakeOutcome.STORED:
                    _be_sure(home, record, entry)
                settle(home, record, entry, now=now)
                handled.add(record.path_key)
            elif not _arrived(home, record) and not finish_stopping(home, record):
                _lost(record, now)
        except (NotYetReadable, RefusedPath):
            continue
        clear_pending([record])
        looks.forget([record.path_key])
    for quarantine in QuarantineRecord.objects.exclude(outcome="").filter(
        intake__place=Place.HELD, intake__pending=False
    ):
        finish_outcome(home, quarantine, quarantine.intake, now=now)
    return handled


def _be_sure(home: Home, record: IntakeRecord, entry: InboxEntry) -> None:
    # the vault had the bytes before the row was written; look all the same before unlinking
    if not home.has_original(record.sha256):
        data = Inbox(home.inbox).read(entry, max_bytes=record.size_bytes)
        home.store_original(record.sha256, data)


def _arrived(home: Home, record: IntakeRecord) -> bool:
    match record.outcome:
        case IntakeOutcome.STORED:
            return home.has_original(record.sha256)
        case IntakeOutcome.DUPLICATE:
            return home.set_aside_file(home.duplicate, record.pk) is not None
        case IntakeOutcome.FAILED:
            return home.set_aside_file(home.failed, record.pk) is not None
        case IntakeOutcome.QUARANTINED:
            return home.held_path(_stopped(record).held_name).exists()
        case _:
            return True


def finish_stopping(home: Home, record: IntakeRecord) -> bool:
    """Renames the bytes of a document that a person stopped later from vault or duplicate to held.

    False if there is nothing to rename.
    """
    if record.outcome != IntakeOutcome.QUARANTINED:
        return False
    target = home.held_path(_stopped(record).held_name)
    if Document.objects.filter(intake=record).exists():
        source: Path | None = home.original_path(record.sha256)
    else:
        source = home.set_aside_file(home.duplicate, record.pk)
    if source is None or not source.is_file():
        return target.is_file()
    source.rename(target)
    target.chmod(0o600)
    sync_folder(target.parent)
    sync_folder(source.parent)
    home.forget_extracted(record.sha256)
    return True


def _lost(record: IntakeRecord, now: datetime) -> None:
    """Somebody took or replaced the file between its row and its move."""
    with transaction.atomic():
        record.place = Place.GONE
        record.save(update_fields=["place"])
        audit_log.append(actor=ACTOR, action="intake.gone", subject=f"intake:{record.pk}", at=now)
        alerts.raise_alert(
            code="gone",
            role=Role.OPERATOR,
            subject=f"intake:{record.pk}",
            message="收件夹中的文件在移动之前被取走或替换，请向投放人核实。",
            now=now,
        )


# bringing back: retry of a failed file, admission of a stopped one ---------------------------


def bring_back(home: Home, record: IntakeRecord, source: Path, *, now: datetime) -> None:
    """Moves a set-aside file into the inbox as the same input; the row must not be pending.

    Call inside no transaction: the row is committed before the file moves.
    """
    folder = tuple(part for part in record.untrusted_folder.split("/") if part)
    inbox = Inbox(home.inbox)
    name = source.name
    if record.outcome == IntakeOutcome.QUARANTINED:
        # its own name and folder were never kept
        name = f"admitted-{source.name[:16]}"
        if record.department.code != UNASSIGNED_CODE:
            folder = (record.department.name,)
    name = inbox.free_name(folder, name)
    found = source.stat(follow_symlinks=False)
    record.path_key = home.path_key(*folder, name)
    record.place = Place.INBOX
    record.pending = True
    with transaction.atomic():
        record.save()
        looks.expect(
            record.path_key,
            size_bytes=found.st_size,
            mtime_ns=found.st_mtime_ns,
            now=now,
            submitter=record.submitter,
            retry_of=record,
        )
    entry = inbox.bring_in(source, folder, name)
    if entry.mtime_ns != found.st_mtime_ns:
        # copied across file systems: the share gave it its own time
        looks.expect(
            record.path_key,
            size_bytes=entry.size_bytes,
            mtime_ns=entry.mtime_ns,
            now=now,
            submitter=record.submitter,
            retry_of=record,
        )
    clear_pending([record])


def resume_bringing_in(home: Home, record: IntakeRecord, *, now: datetime) -> None:
    """Goes on with a ``bring_back`` that a crash cut short."""
    source = set_aside_source(home, record)
    if source is None:
        clear_pending([record])
        return
    keys = {home.path_key(*e.path): e for e in Inbox(home.inbox).entries()}
    entry = keys.get(record.path_key)
    if entry is not None and Inbox(home.inbox).hash(entry) == record.sha256:
        source.unlink()
        clear_pending([record])
        return
    looks.forget([record.path_key])
    bring_back(home, record, source, now=now)


def set_aside_source(home: Home, record: IntakeRecord) -> Path | None:
    """The file of a failed or stopped row in failed/ or held/, or None."""
    if record.outcome == IntakeOutcome.FAILED:
        return home.set_aside_file(home.failed, record.pk)
    path = home.held_path(_stopped(record).held_name)
    return path if path.exists() else None


def finish_outcome(
    home: Home, quarantine: QuarantineRecord, intake: IntakeRecord, *, now: datetime
) -> None:
    """Moves the bytes as the recorded outcome says; may be run again after a crash."""
    source = home.held_path(quarantine.held_name)
    if not source.is_file():
        return
    if quarantine.outcome == Outcome.TRANSFERRED:
        source.rename(home.handed_over / quarantine.held_name)
        sync_folder(home.handed_over)
        sync_folder(home.held)
    elif quarantine.outcome in (Outcome.MISMARKED, Outcome.DECLASSIFIED):
        bring_back(home, intake, source, now=now)


# left in place -------------------------------------------------------------------------------


def left_in_place(home: Home) -> dict[str, IntakeRecord]:
    """Refused links and stopped files that stay in the inbox, by path key."""
    rows = IntakeRecord.objects.filter(
        place=Place.INBOX,
        pending=False,
        outcome__in=[IntakeOutcome.REFUSED, IntakeOutcome.QUARANTINED],
    )
    return {row.path_key: row for row in rows}


def still_left(home: Home, record: IntakeRecord, entry: InboxEntry) -> bool:
    """Whether this inbox file is the stopped one that could not be moved; tries the move again."""
    if record.outcome != IntakeOutcome.QUARANTINED:
        return False
    quarantine = _stopped(record)
    inbox = Inbox(home.inbox)
    try:
        if not quarantine.left_in_place or inbox.hash(entry) != record.sha256:
            return False
        moved = inbox.rename_out(entry, home.held_path(quarantine.held_name))
    except (NotYetReadable, RefusedPath):
        return True
    if moved:
        with transaction.atomic():
            quarantine.left_in_place = False
            quarantine.save(update_fields=["left_in_place"])
            record.place = Place.HELD
            record.save(update_fields=["place"])
    return True
