"""What the catalogue says of a document beside its title: corrected by people, on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import access, audit_log
from bureau.register.arrivals import storable
from bureau.register.models import ReviewItem
from bureau.register.queue import TO_REVIEW, locked_item, refuse_foreign_claim, save_step
from domain.errors import IllegalTransition

_TEXTS = {
    "title": 500,
    "doc_no": 128,
    "maker": 200,
    "kind": 64,
    "column": 128,
    "matter": 200,
    "theme": 128,
}
_LISTS = ("keywords", "channels")
Value = str | bool | date | list[str] | None


def correct(
    item_id: int, user: User, *, version: int, changes: Mapping[str, Value], now: datetime
) -> ReviewItem:
    """The item with its document's particulars changed, while it is under review.

    ``changes``: title, doc_no, maker (制作机关), kind, column (栏目), matter (公开事项) and theme
    as text; keywords and channels as lists; maker_leads as bool; formed_on as a date or None. The
    audit chain tells which fields changed, not their text.

    Raises:
        ValueError: for an unknown field or a value of the wrong type.
        ChangedMeanwhile, NotAllowed, ClaimedByOther, IllegalTransition: as their names say.
    """
    with transaction.atomic():
        item = locked_item(item_id, user, version=version)
        access.require(user, item, Role.REVIEWER, Role.RECORDS)
        refuse_foreign_claim(item, user, now)
        if item.review_state not in TO_REVIEW:
            raise IllegalTransition()
        for name, value in changes.items():
            setattr(item.document, name, _checked(name, value))
        item.document.save()
        save_step(item, now=now)
        audit_log.append(
            actor=user.username,
            action="item.particulars",
            subject=f"item:{item.pk}",
            at=now,
            detail={"fields": sorted(changes), "version": item.version},
        )
    return item


def _checked(name: str, value: Value) -> Value:
    if name in _TEXTS and isinstance(value, str):
        return storable(value).strip()[: _TEXTS[name]]
    if name in _LISTS and isinstance(value, list):
        return [storable(str(v)).strip()[:64] for v in value if str(v).strip()][:30]
    if name == "maker_leads" and isinstance(value, bool):
        return value
    if name == "formed_on" and (value is None or type(value) is date):
        return value
    raise ValueError(f"no such particular: {name}")
