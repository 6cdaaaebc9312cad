"""Taking a publication back: one person asks with a reason, another approves, a tombstone stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import access, audit_log, search_index
from bureau.register.decisions import ReasonRequired
from bureau.register.files import Home
from bureau.register.models import PublicationRecord, ReviewItem, WithdrawalRequest
from bureau.register.queue import save_step
from domain.decisions import ReviewState
from domain.errors import IllegalTransition, NotAllowed

TOMBSTONE_TITLE = "（已撤回）"
ROLES = (Role.REVIEWER, Role.SECRECY)


def request_withdrawal(
    publication_id: int, user: User, *, reason: str, now: datetime
) -> WithdrawalRequest:
    """The request; nothing changes for the public until another person approves it.

    Raises:
        ReasonRequired, NotAllowed: as their names say.
        IllegalTransition: if this version is not in force.
    """
    if not reason.strip():
        raise ReasonRequired()
    with transaction.atomic():
        row = _in_force(publication_id, user)
        request = WithdrawalRequest.objects.create(
            publication=row, reason=reason.strip()[:500], asked_by=user, asked_at=now
        )
        audit_log.append(
            actor=user.username,
            action="withdrawal.asked",
            subject=f"publication:{row.pk}",
            at=now,
            detail={"request": request.pk},
        )
    return request


def decide_withdrawal(
    home: Home, request_id: int, user: User, *, approve: bool, now: datetime
) -> PublicationRecord:
    """The publication; approved: a tombstone with the reason, its file and text gone.

    Raises:
        SamePerson: if this account asked for it.
        NotAllowed, IllegalTransition: as their names say.
    """
    with transaction.atomic():
        request = WithdrawalRequest.objects.select_for_update().filter(pk=request_id).first()
        if request is None:
            raise NotAllowed()
        row = _in_force(request.publication_id, user)
        if request.decided_at is not None:
            raise IllegalTransition()
        if request.asked_by_id == user.pk:
            raise access.SamePerson("申请撤回与批准撤回须由两人完成。")
        request.decided_by, request.decided_at, request.approved = user, now, approve
        request.save()
        name = row.file_name
        if approve:
            _bury(row, user, request.reason, now)
        audit_log.append(
            actor=user.username,
            action="withdrawal.approved" if approve else "withdrawal.refused",
            subject=f"publication:{row.pk}",
            at=now,
            detail={"request": request.pk, "index_no": row.index_no, "version": row.version},
        )
    if approve and name:
        home.remove_public(name)
    return row


def _in_force(publication_id: int, user: User) -> PublicationRecord:
    row = PublicationRecord.objects.select_for_update().filter(pk=publication_id).first()
    if row is None or not access.serves(user, row.department_id, *ROLES):
        raise NotAllowed()
    if not row.current or row.withdrawn_at is not None:
        raise IllegalTransition()
    return row


def in_force(item: ReviewItem) -> bool:
    """Whether the public can read, or find listed, a version of this item."""
    return item.publications.filter(current=True, withdrawn_at=None).exists()


def bury_all(item: ReviewItem, user: User, *, now: datetime) -> list[str]:
    """Empties every row of a document that must vanish at once; returns the files to remove.

    Call it in the transaction that stops the document; the item's own state is the caller's.
    """
    names = []
    for row in item.publications.select_for_update().all():
        if row.file_name:
            names.append(row.file_name)
        _empty(row, user, "经保密审查撤回。", now)
    return names


def _bury(row: PublicationRecord, user: User, reason: str, now: datetime) -> None:
    _empty(row, user, reason, now)
    item = ReviewItem.objects.select_for_update().get(pk=row.item_id)
    if item.review_state is ReviewState.PUBLISHED:
        item.move_to(ReviewState.WITHDRAWN)
        save_step(item, now=now)


def _empty(row: PublicationRecord, user: User, reason: str, now: datetime) -> None:
    search_index.remove(row)
    # what was withdrawn may be the title itself: the tombstone says number, time and reason only
    row.title, row.summary, row.doc_no, row.keywords = TOMBSTONE_TITLE, "", "", []
    row.file_name = ""
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, user, reason
    row.save()
