"""The queue: what waits for whom, and who works on what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import access, audit_log
from bureau.register.models import IntakeOutcome, Place, QuarantineRecord, ReviewItem
from domain.decisions import ReviewState
from domain.errors import IllegalTransition, NotAllowed, StaleSave

LEASE = timedelta(minutes=30)
_S = ReviewState
TO_REVIEW = (_S.SUGGESTED, _S.CLAIMED)
TO_SIGN = (_S.CONFIRMED, _S.SECRECY_HOLD)


class DueFilter(StrEnum):
    """Which deadlines to show."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilters:
    """What a listing is narrowed to; an empty field narrows nothing.

    ``label`` is a suggested label's value, or "none" where the machine abstained.
    """

    states: tuple[ReviewState, ...] = ()
    department_id: int | None = None
    label: str = ""
    due: DueFilter | None = None
    mine: bool = False
    conflicts: bool = False
    undecided: bool = False
    blocked: bool = False
    words: str = ""


NO_FILTERS = QueueFilters()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How today stands, over what this account may see."""

    to_review: int
    to_sign: int
    on_hold: int
    publishable: int
    blocked: int
    due_today: int
    overdue: int
    conflicts: int
    failed: int
    quarantined: int


class ClaimedByOther(NotAllowed):
    """A colleague works on this item now."""

    code = "claimed_by_other"
    message = "该件正由其他人审核，租约到期或对方放回后才能认领。"


def visible_items(user: User) -> QuerySet[ReviewItem]:
    """See ``access.visible_items``."""
    return access.visible_items(user)


def listing(user: User, filters: QueueFilters = NO_FILTERS, *, today: date) -> QuerySet[ReviewItem]:
    """Visible items that pass the filters, those due first in front."""
    items = visible_items(user).select_related(
        "document", "document__department", "document__intake", "claimed_by", "decision"
    )
    if filters.states:
        items = items.filter(state__in=[s.value for s in filters.states])
    if filters.department_id is not None:
        items = items.filter(document__department_id=filters.department_id)
    if filters.label:
        items = items.filter(suggested_label="" if filters.label == "none" else filters.label)
    if filters.due is not None:
        items = items.filter(_due(filters.due, today))
    if filters.mine:
        items = items.filter(claimed_by=user)
    if filters.conflicts:
        items = items.filter(conflict_count__gt=0)
    if filters.undecided:
        items = items.filter(must_decide_count__gt=0)
    if filters.blocked:
        items = items.exclude(blocked_code="")
    for word in filters.words.split():
        items = items.filter(
            Q(document__title__icontains=word)
            | Q(document__doc_no__icontains=word)
            | Q(document__untrusted_filename__icontains=word)
        )
    return items.order_by(F("due_on").asc(nulls_last=True), "pk")


def _due(due: DueFilter, today: date) -> Q:
    waiting = Q(state__in=[s.value for s in (*TO_REVIEW, *TO_SIGN, _S.PUBLISHABLE)])
    match due:
        case DueFilter.OVERDUE:
            return waiting & Q(due_on__lt=today)
        case DueFilter.TODAY:
            return waiting & Q(due_on=today)
        case DueFilter.WEEK:
            return waiting & Q(due_on__gte=today, due_on__lte=today + timedelta(days=7))
        case DueFilter.UNKNOWN:
            return waiting & Q(due_on=None)


def counts(user: User, *, today: date) -> QueueCounts:
    """Counts over what this account may see."""
    items = visible_items(user)

    def number(*conditions: Q) -> int:
        return items.filter(*conditions).count()

    def states(*wanted: ReviewState) -> Q:
        return Q(state__in=[s.value for s in wanted])

    stopped = user.has_role(Role.SECRECY)
    return QueueCounts(
        to_review=number(states(*TO_REVIEW)),
        to_sign=number(states(_S.CONFIRMED)),
        on_hold=number(states(_S.SECRECY_HOLD)),
        publishable=number(states(_S.PUBLISHABLE)),
        blocked=number(~Q(blocked_code="")),
        due_today=number(_due(DueFilter.TODAY, today)),
        overdue=number(_due(DueFilter.OVERDUE, today)),
        conflicts=number(states(*TO_REVIEW), Q(conflict_count__gt=0)),
        failed=access.visible_intake(user)
        .filter(outcome=IntakeOutcome.FAILED, place=Place.FAILED)
        .count(),
        quarantined=QuarantineRecord.objects.filter(outcome="").count() if stopped else 0,
    )


def locked_item(item_id: int, user: User, *, version: int | None) -> ReviewItem:
    """The item, locked for this transaction and still at ``version`` (None = any).

    Raises:
        NotAllowed: if this account may not even see it; an unknown id looks the same.
        StaleSave: if somebody changed it since; ``current_version`` tells the version now.
    """
    item = (
        ReviewItem.objects.select_for_update(of=("self",))
        .select_related("document", "document__department")
        .filter(pk=item_id)
        .first()
    )
    if item is None or not visible_items(user).filter(pk=item_id).exists():
        raise NotAllowed()
    if version is not None and item.version != version:
        raise ChangedMeanwhile(item.version)
    return item


class ChangedMeanwhile(StaleSave):
    """A stale save; nothing was written and nothing of the other's work is lost."""

    def __init__(self, current_version: int) -> None:
        super().__init__()
        self.current_version = current_version


def save_step(item: ReviewItem, *, now: datetime) -> None:
    """Writes an item's change as its next version."""
    item.version += 1
    item.updated_at = now
    item.save()


def claim(item_id: int, user: User, *, version: int | None = None, now: datetime) -> ReviewItem:
    """The item, claimed by ``user`` for a lease; its own claim is renewed.

    Raises:
        ClaimedByOther: while a colleague's lease runs.
        NotAllowed, ChangedMeanwhile, IllegalTransition: as their names say.
    """
    with transaction.atomic():
        item = locked_item(item_id, user, version=version)
        access.require(user, item, Role.REVIEWER)
        if item.review_state not in TO_REVIEW:
            raise IllegalTransition()
        refuse_foreign_claim(item, user, now)
        mine = item.claimed_by_id == user.pk and item.review_state is _S.CLAIMED
        item.lease_until = now + LEASE
        if mine:
            item.save(update_fields=["lease_until"])
            return item
        item.move_to(_S.CLAIMED)
        item.claimed_by = user
        save_step(item, now=now)
        _note(item, user, "item.claimed", now)
    return item


def refuse_foreign_claim(item: ReviewItem, user: User, now: datetime) -> None:
    """Passes unless another account's lease on the item still runs.

    Raises:
        ClaimedByOther: then.
    """
    running = item.lease_until is not None and item.lease_until > now
    if running and item.claimed_by_id not in (None, user.pk):
        raise ClaimedByOther()


def renew(item_id: int, user: User, *, now: datetime) -> bool:
    """Prolongs this account's own claim; False if it holds none (any more)."""
    return bool(
        ReviewItem.objects.filter(pk=item_id, claimed_by=user, state=_S.CLAIMED.value).update(
            lease_until=now + LEASE
        )
    )


def release(item_id: int, user: User, *, now: datetime) -> ReviewItem:
    """The item, put back into the queue by who claimed it (or by an admin).

    Raises:
        NotAllowed, IllegalTransition: as their names say.
    """
    with transaction.atomic():
        item = locked_item(item_id, user, version=None)
        if item.claimed_by_id != user.pk and not user.has_role(Role.ADMIN):
            raise NotAllowed()
        item.move_to(_S.SUGGESTED)
        item.claimed_by, item.lease_until = None, None
        save_step(item, now=now)
        _note(item, user, "item.released", now)
    return item


def release_expired(*, now: datetime) -> int:
    """Puts items back whose lease ran out; returns how many."""
    released = 0
    with transaction.atomic():
        for item in ReviewItem.objects.select_for_update().filter(
            state=_S.CLAIMED.value, lease_until__lte=now
        ):
            item.move_to(_S.SUGGESTED)
            item.claimed_by, item.lease_until = None, None
            save_step(item, now=now)
            audit_log.append(
                actor="system:janitor", action="item.lease_ended", subject=f"item:{item.pk}", at=now
            )
            released += 1
    return released


def next_item(
    user: User, *, now: datetime, today: date, after: int | None = None, signing: bool = False
) -> ReviewItem | None:
    """The next item this account can work on, in the queue's order, wrapping round after ``after``.

    ``signing``: the next one that waits for a secrecy signature (never one's own decision).
    """
    items = listing(user, QueueFilters(states=TO_SIGN if signing else TO_REVIEW), today=today)
    if signing:
        items = items.exclude(decision__decided_by=user)
    else:
        items = items.exclude(
            ~Q(claimed_by=user) & Q(claimed_by__isnull=False, lease_until__gt=now)
        )
    ids = list(items.values_list("pk", flat=True))
    if after in ids:
        place = ids.index(after)
        ids = ids[place + 1 :] + ids[:place]
    return items.filter(pk=ids[0]).first() if ids else None


def _note(item: ReviewItem, user: User, action: str, now: datetime) -> None:
    audit_log.append(
        actor=user.username,
        action=action,
        subject=f"item:{item.pk}",
        at=now,
        detail={"version": item.version},
    )
