"""The audit chain in the register: append, verify, export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from django.db import transaction

from bureau.register.models import AuditHead, AuditRecord
from domain.audit import AuditEvent, event_hash, first_break

SYSTEM = "system"


def append(
    *,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> AuditRecord:
    """Adds one link at the end of the chain, in the caller's transaction if there is one.

    ``detail`` holds ids, counts, versions and codes, never text of a document. Appenders wait for
    each other at the head's row, so that the chain has no fork.

    Raises:
        TypeError: if ``detail`` is not JSON.
        ValueError: if ``at`` has no time zone.
    """
    detail_json = json.dumps(
        dict(detail or {}), ensure_ascii=True, sort_keys=True, separators=(",", ":")
    )
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        if head is None:
            AuditHead.objects.get_or_create(pk=1)
            head = AuditHead.objects.select_for_update().get(pk=1)
        seq = head.seq + 1
        link = event_hash(
            seq=seq,
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            detail=json.loads(detail_json),
            prev_hash=head.hash,
        )
        record = AuditRecord(
            seq=seq,
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            detail_json=detail_json,
            prev_hash=head.hash,
            hash=link,
        )
        record.save()
        head.seq, head.hash = seq, link
        head.save(update_fields=["seq", "hash"])
    return record


def events() -> Iterator[AuditEvent]:
    """Every link in order."""
    for record in AuditRecord.objects.order_by("seq").iterator(chunk_size=1000):
        yield record.as_event()


def verify() -> int | None:
    """The ``seq`` of the first broken link, or None where the whole chain holds.

    A chain whose tail was cut off breaks at the first missing link.
    """
    with transaction.atomic():
        broken = first_break(events())
        if broken is not None:
            return broken
        head = AuditHead.objects.filter(pk=1).first()
        last = AuditRecord.objects.order_by("-seq").first()
        if head is None:
            return None if last is None else last.seq
        seq, link = (last.seq, last.hash) if last is not None else (0, None)
        if seq != head.seq:
            return min(seq, head.seq) + 1
        return None if link is None or link == head.hash else seq


def export() -> Iterator[dict[str, object]]:
    """Every link as plain JSON values, in order."""
    for event in events():
        yield {
            "seq": event.seq,
            "at": event.at.astimezone(UTC).isoformat(),
            "actor": event.actor,
            "action": event.action,
            "subject": event.subject,
            "detail": dict(event.detail),
            "prev_hash": event.prev_hash,
            "hash": event.hash,
        }


def history(subject: str) -> list[AuditRecord]:
    """The links about one subject (e.g. ``item:12``), oldest first."""
    return list(AuditRecord.objects.filter(subject=subject).order_by("seq"))
