"""Who may see and do what: the one place that answers it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register.models import IntakeOutcome, IntakeRecord, ReviewItem
from domain.decisions import ReviewState
from domain.errors import NotAllowed

# content of these states is for 保密审查 alone
SECRECY_ONLY = (ReviewState.SECRECY_HOLD, ReviewState.QUARANTINED)
_SECRECY_ONLY_VALUES = [state.value for state in SECRECY_ONLY]


class SamePerson(NotAllowed):
    """Maker and checker are one person."""

    code = "same_person"
    message = "标签确认与保密审查须由两人完成：您已确认该件，请由另一位保密审查员签署。"


def serves(user: User, department_id: int, *roles: Role) -> bool:
    """Whether the account holds one of ``roles`` for this department or the whole bureau."""
    served = user.departments_of(*roles)
    return served is None or department_id in served


def require(user: User, item: ReviewItem, *roles: Role) -> None:
    """Passes if the account may act in one of ``roles`` on this item.

    Raises:
        NotAllowed: otherwise, or if the item's content is for 保密审查 alone.
    """
    if not serves(user, item.document.department_id, *roles):
        raise NotAllowed()
    if item.review_state in SECRECY_ONLY and not _is_secrecy(user, item):
        raise NotAllowed()


def _is_secrecy(user: User, item: ReviewItem) -> bool:
    return serves(user, item.document.department_id, Role.SECRECY)


def visible_items(user: User) -> QuerySet[ReviewItem]:
    """Items whose title this account may see.

    Reviewers, records officers and supervisors see those of their departments but none that is for
    保密审查 alone; everybody sees what they submitted under the same rule; operators see intake
    records instead.
    """
    items = ReviewItem.objects.all()
    if not user.is_active:
        return items.none()
    ordinary = ~Q(state__in=_SECRECY_ONLY_VALUES)
    may = Q(document__submitter=user) & ordinary
    may |= _within(user, "document__department", Role.SECRECY)
    may |= (
        _within(user, "document__department", Role.REVIEWER, Role.RECORDS, Role.SUPERVISOR)
        & ordinary
    )
    return items.filter(may)


def _within(user: User, field: str, *roles: Role) -> Q:
    served = user.departments_of(*roles)
    # an empty Q would vanish in an OR instead of standing for everything
    return Q(pk__isnull=False) if served is None else Q(**{f"{field}__in": served})


def may_read_text(user: User, item: ReviewItem) -> bool:
    """Whether this account may read the document itself (text, page images, original)."""
    if item.review_state is ReviewState.QUARANTINED:
        return False
    if _is_secrecy(user, item):
        return True
    if item.review_state in SECRECY_ONLY:
        return False
    return serves(user, item.document.department_id, Role.REVIEWER, Role.RECORDS)


def visible_intake(user: User) -> QuerySet[IntakeRecord]:
    """Intake records this account may see: its own, its department's, or all for operators.

    Quarantined ones are for 保密审查 alone.
    """
    records = IntakeRecord.objects.all()
    if not user.is_active:
        return records.none()
    ordinary = ~Q(outcome=IntakeOutcome.QUARANTINED)
    may = Q(submitter=user) & ordinary
    may |= _within(user, "department", Role.SECRECY)
    may |= _within(user, "department", Role.OPERATOR, Role.RECORDS) & ordinary
    return records.filter(may)


def may_retry(user: User, record: IntakeRecord) -> bool:
    """Whether this account may try a failed input again."""
    return user.is_active and (
        record.submitter_id == user.pk
        or serves(user, record.department_id, Role.OPERATOR, Role.RECORDS, Role.SECRECY)
    )


def may_read_intake(user: User, record: IntakeRecord) -> bool:
    """Whether this account may read the bytes of a failed or duplicate input.

    保密审查 alone until cleared; then also the submitter and the department's records officers.
    """
    if record.outcome not in (IntakeOutcome.FAILED, IntakeOutcome.DUPLICATE):
        return False
    if serves(user, record.department_id, Role.SECRECY):
        return True
    return record.cleared_at is not None and (
        record.submitter_id == user.pk or serves(user, record.department_id, Role.RECORDS)
    )
