"""What people do at the door: upload a file, retry a failed one, clear one, read one set aside."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bureau.accounts.models import Department, User
from bureau.accounts.roles import Role
from bureau.register import access, audit_log, looks, settling
from bureau.register.arrivals import unassigned
from bureau.register.file_names import safe_upload_name
from bureau.register.files import Home, storage_errors, sync_folder
from bureau.register.inbox import Inbox, place_draft
from bureau.register.intake import MAX_BYTES
from bureau.register.models import IntakeOutcome, IntakeRecord, Place
from domain.errors import GongkaiError, IllegalTransition, NotAllowed, TooLarge


class FileTakenAway(GongkaiError):
    """A file set aside is no longer there."""

    code = "file_taken_away"
    message = "该文件已不在失败件夹中（可能被人工取走），无法重试。请重新投放原文件。"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadReceipt:
    """An upload that lies whole in the inbox; ``name`` is the name it got there."""

    path_key: str
    name: str
    department: Department
    size_bytes: int


def receive_upload(
    home: Home,
    user: User,
    filename: str,
    chunks: Iterable[bytes],
    *,
    now: datetime,
    department: Department | None = None,
    max_bytes: int = MAX_BYTES,
) -> UploadReceipt:
    """The upload in inbox/<股室>/, complete, known as this account's: the next sweep takes it.

    ``filename`` is what the browser said; ``department`` defaults to the account's own.

    Raises:
        NotAllowed: if the account has no role at all.
        TooLarge: over ``max_bytes``; nothing stays.
        StorageFull: if there is no room; nothing stays.
    """
    if not user.has_role(*Role):
        raise NotAllowed()
    place = department or user.department or unassigned()
    folder = (place.name,)
    inbox = Inbox(home.inbox)
    draft = f".upload-{secrets.token_hex(8)}"
    with storage_errors(), inbox.open_folder(folder, make=True) as descriptor:
        try:
            size, mtime_ns = _write_draft(descriptor, draft, chunks, max_bytes)
            while True:
                name = inbox.free_name(folder, safe_upload_name(filename))
                key = home.path_key(*folder, name)
                looks.expect(key, size_bytes=size, mtime_ns=mtime_ns, now=now, submitter=user)
                try:
                    place_draft(descriptor, draft, name)
                except FileExistsError:
                    looks.forget([key])
                    continue
                break
        except BaseException:
            if os.access(draft, os.F_OK, dir_fd=descriptor):
                os.unlink(draft, dir_fd=descriptor)
            raise
        sync_folder(descriptor)
    return UploadReceipt(path_key=key, name=name, department=place, size_bytes=size)


def _write_draft(
    descriptor: int, draft: str, chunks: Iterable[bytes], max_bytes: int
) -> tuple[int, int]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    size = 0
    with os.fdopen(os.open(draft, flags, 0o660, dir_fd=descriptor), "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise TooLarge()
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
        return size, os.fstat(file.fileno()).st_mtime_ns


def retry(home: Home, record_id: int, user: User, *, now: datetime) -> None:
    """Moves a failed file back to the inbox; the next sweep tries it again under the same record.

    Raises:
        NotAllowed: if the account is neither submitter, records officer nor operator.
        IllegalTransition: if the record is not a failed one waiting for a retry.
        FileTakenAway: if the file is gone.
    """
    with transaction.atomic():
        record = IntakeRecord.objects.select_for_update().get(pk=record_id)
        if not access.may_retry(user, record):
            raise NotAllowed()
        if (record.outcome, record.place) != (IntakeOutcome.FAILED, Place.FAILED) or record.pending:
            raise IllegalTransition()
        source = home.set_aside_file(home.failed, record.pk)
        record.retries += 1
        record.place = Place.GONE if source is None else Place.INBOX
        record.save(update_fields=["retries", "place"])
        audit_log.append(
            actor=user.username,
            action="intake.retried" if source is not None else "intake.gone",
            subject=f"intake:{record.pk}",
            at=now,
            detail={"retries": record.retries},
        )
    if source is None:
        raise FileTakenAway()
    settling.bring_back(home, record, source, now=now)


def clear(record_id: int, user: User, *, now: datetime) -> IntakeRecord:
    """Opens the bytes of a failed or duplicate input to its submitter and records officers.

    Raises:
        NotAllowed: if the account is not 保密审查.
    """
    with transaction.atomic():
        record = IntakeRecord.objects.select_for_update().get(pk=record_id)
        if not access.serves(user, record.department_id, Role.SECRECY):
            raise NotAllowed()
        if record.outcome not in (IntakeOutcome.FAILED, IntakeOutcome.DUPLICATE):
            raise IllegalTransition()
        record.cleared_by, record.cleared_at = user, now
        record.save(update_fields=["cleared_by", "cleared_at"])
        audit_log.append(
            actor=user.username, action="intake.cleared", subject=f"intake:{record.pk}", at=now
        )
    return record


def read_set_aside(home: Home, record: IntakeRecord, user: User, *, now: datetime) -> bytes:
    """The bytes of a failed or duplicate input, for who may read them; the reading is on record.

    Raises:
        NotAllowed: if the account may not.
        FileTakenAway: if the file is gone.
    """
    if not access.may_read_intake(user, record):
        raise NotAllowed()
    folder = home.failed if record.outcome == IntakeOutcome.FAILED else home.duplicate
    path = home.set_aside_file(folder, record.pk)
    if path is None or path.is_symlink():
        raise FileTakenAway()
    audit_log.append(
        actor=user.username, action="intake.read", subject=f"intake:{record.pk}", at=now
    )
    return path.read_bytes()
