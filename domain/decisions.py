"""What people decide, and the states an item passes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.findings import Action
from domain.labels import Ground, Label
from domain.spans import Rect


class ReviewState(StrEnum):
    """States of a review item; waiting for people is a state, never a paused run."""

    RECEIVED = "received"
    SUGGESTED = "suggested"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    SECRECY_SIGNED = "secrecy_signed"
    PUBLISHABLE = "publishable"
    PUBLISHED = "published"
    WITHHELD = "withheld"
    WITHDRAWN = "withdrawn"
    QUARANTINED = "quarantined"
    SECRECY_HOLD = "secrecy_hold"
    FAILED = "failed"


_S = ReviewState
TRANSITIONS: Mapping[ReviewState, frozenset[ReviewState]] = {
    _S.RECEIVED: frozenset({_S.SUGGESTED, _S.SECRECY_HOLD, _S.FAILED, _S.QUARANTINED}),
    _S.SUGGESTED: frozenset({_S.CLAIMED, _S.CONFIRMED, _S.SECRECY_HOLD}),
    _S.CLAIMED: frozenset({_S.SUGGESTED, _S.CLAIMED, _S.CONFIRMED, _S.SECRECY_HOLD}),
    _S.CONFIRMED: frozenset({_S.SECRECY_SIGNED, _S.SUGGESTED, _S.SECRECY_HOLD}),
    _S.SECRECY_SIGNED: frozenset({_S.PUBLISHABLE, _S.WITHHELD, _S.SUGGESTED}),
    _S.PUBLISHABLE: frozenset({_S.PUBLISHED, _S.SUGGESTED}),
    _S.PUBLISHED: frozenset({_S.WITHDRAWN, _S.SUGGESTED}),
    _S.WITHHELD: frozenset({_S.SUGGESTED}),
    _S.WITHDRAWN: frozenset({_S.SUGGESTED}),
    _S.QUARANTINED: frozenset({_S.RECEIVED, _S.WITHHELD}),
    _S.SECRECY_HOLD: frozenset({_S.SUGGESTED, _S.CONFIRMED, _S.QUARANTINED}),
    _S.FAILED: frozenset({_S.RECEIVED}),
}

STATE_NAMES: Mapping[ReviewState, str] = {
    _S.RECEIVED: "已接收",
    _S.SUGGESTED: "待审核",
    _S.CLAIMED: "审核中",
    _S.CONFIRMED: "待保密审查",
    _S.SECRECY_SIGNED: "已签保密审查",
    _S.PUBLISHABLE: "待发布",
    _S.PUBLISHED: "已发布",
    _S.WITHHELD: "不予公开（已归目）",
    _S.WITHDRAWN: "已撤回",
    _S.QUARANTINED: "停放（密级）",
    _S.SECRECY_HOLD: "待保密审查（疑点）",
    _S.FAILED: "失败",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingVerdict:
    """A person's choice for one finding; MUST_DECIDE is not a choice.

    Raises:
        ValueError: if ``action`` is MUST_DECIDE.
    """

    finding_id: str
    action: Action
    reason: str = ""

    def __post_init__(self) -> None:
        if self.action is Action.MUST_DECIDE:
            raise ValueError("a verdict is keep or redact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A reviewer's decision on one text: label, ground, one verdict for each finding, who and when.

    The suggestion, the first decision and later ones are separate records; none replaces another.
    """

    text_digest: str
    label: Label
    grounds: tuple[Ground, ...]
    verdicts: tuple[FindingVerdict, ...]
    reviewer: str
    decided_at: datetime
    regions: tuple[Rect, ...] = ()
    reason: str = ""
