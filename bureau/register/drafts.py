"""Unfinished work on an item, step by step, with undo and redo; nothing of it is binding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import access
from bureau.register.arrivals import storable_json
from bureau.register.models import DraftRecord
from bureau.register.queue import locked_item

DRAFTS_KEPT = 100


def save_draft(
    item_id: int, user: User, *, version: int, payload: Mapping[str, Any], now: datetime
) -> DraftRecord:
    """One more step of unfinished work; steps undone before are forgotten.

    A draft is kept even where the item has moved on: ``base_version`` tells on what it was made.

    Raises:
        NotAllowed: if the account may not review the item.
    """
    with transaction.atomic():
        item = locked_item(item_id, user, version=None)
        access.require(user, item, Role.REVIEWER, Role.SECRECY)
        steps = DraftRecord.objects.filter(item=item, user=user)
        steps.filter(undone=True).delete()
        last = steps.order_by("-seq").first()
        draft = DraftRecord.objects.create(
            item=item,
            user=user,
            seq=last.seq + 1 if last is not None else 1,
            base_version=version,
            payload=storable_json(dict(payload)),
            saved_at=now,
        )
        steps.filter(seq__lte=draft.seq - DRAFTS_KEPT).delete()
    return draft


def current_draft(item_id: int, user: User) -> DraftRecord | None:
    """This account's newest step on the item that is not undone."""
    return (
        DraftRecord.objects.filter(item_id=item_id, user=user, undone=False)
        .order_by("-seq")
        .first()
    )


def undo_draft(item_id: int, user: User) -> DraftRecord | None:
    """Takes the newest step back; returns the step before it, or None (nothing drafted)."""
    with transaction.atomic():
        draft = current_draft(item_id, user)
        if draft is not None:
            draft.undone = True
            draft.save(update_fields=["undone"])
    return current_draft(item_id, user)


def redo_draft(item_id: int, user: User) -> DraftRecord | None:
    """Takes the last undo back; returns the step that counts now."""
    with transaction.atomic():
        draft = (
            DraftRecord.objects.filter(item_id=item_id, user=user, undone=True)
            .order_by("seq")
            .first()
        )
        if draft is not None:
            draft.undone = False
            draft.save(update_fields=["undone"])
    return current_draft(item_id, user)
