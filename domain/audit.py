"""The append-only chain of what was done, by whom and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One link. ``detail`` holds ids, counts, versions and codes, never text of a document."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    prev_hash: str
    hash: str


def event_hash(
    *,
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object],
    prev_hash: str,
) -> str:
    """SHA-256 (hex) over the canonical JSON of an event and the hash before it.

    Raises:
        ValueError: if ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("audit times carry a time zone")
    body = json.dumps(
        [seq, at.astimezone(UTC).isoformat(), actor, action, subject, detail, prev_hash],
        ensure_ascii=True,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode("ascii")).hexdigest()


def first_break(events: Iterable[AuditEvent]) -> int | None:
    """The ``seq`` of the first event that does not follow from the one before it, or None.

    Sequence numbers must start at 1 and have no gap.
    """
    prev, expected = GENESIS, 1
    for event in events:
        good = event_hash(
            seq=event.seq,
            at=event.at,
            actor=event.actor,
            action=event.action,
            subject=event.subject,
            detail=event.detail,
            prev_hash=prev,
        )
        if event.seq != expected or event.prev_hash != prev or event.hash != good:
            return event.seq
        prev, expected = event.hash, expected + 1
    return None
