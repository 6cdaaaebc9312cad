"""What screening finds in a text, without ever keeping the text it found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.spans import Rect, TextSpan


class FindingType(StrEnum):
    """Kinds of private or secret content; the annotated corpora use the same names."""

    PERSON = "PERSON"
    ID_CARD = "ID_CARD"
    PHONE = "PHONE"
    ADDRESS = "ADDRESS"
    BANK_CARD = "BANK_CARD"
    EMAIL = "EMAIL"
    PLATE = "PLATE"
    PASSPORT = "PASSPORT"
    WECHAT_QQ = "WECHAT_QQ"
    BIRTH_DATE = "BIRTH_DATE"
    HEALTH = "HEALTH"
    FAMILY = "FAMILY"
    MINOR = "MINOR"
    SECRET_MARK = "SECRET_MARK"
    SECRET_CONTENT = "SECRET_CONTENT"
    TRADE_SECRET = "TRADE_SECRET"
    WORK_SECRET = "WORK_SECRET"
    USCC = "USCC"
    COORDINATES = "COORDINATES"
    UNREADABLE = "UNREADABLE"


class Category(StrEnum):
    """Whose interest a finding touches."""

    PRIVATE = "private"
    STATE_SECRET = "state_secret"
    TRADE_SECRET = "trade_secret"
    WORK_SECRET = "work_secret"


class Action(StrEnum):
    """What is to happen to a mention; MUST_DECIDE blocks publication until a person chooses."""

    KEEP = "keep"
    REDACT = "redact"
    MUST_DECIDE = "must_decide"


class Origin(StrEnum):
    """Who made a finding."""

    MACHINE = "machine"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a finding was made, in codes: never surrounding text nor a digest of the match.

    ``checksum`` is True (passed), False (failed) or None (the kind has none); ``cues`` are ids of
    context cues; ``role`` is the id of the role rule that chose the action and ``reason`` its
    explanation in Chinese, written without any text of the document.
    """

    recognizer: str
    version: str
    pattern: str
    checksum: bool | None = None
    cues: tuple[str, ...] = ()
    role: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One mention or region. Never holds the matched text.

    ``location`` is a span of the extracted text whose digest is ``text_digest``, or a Rect for what
    cannot be read. ``score`` runs from 0 to 1. ``id`` is stable for the same text, place and type.
    """

    id: str
    text_digest: str
    location: TextSpan | Rect
    type: FindingType
    category: Category
    action: Action
    score: float
    evidence: Evidence
    origin: Origin = Origin.MACHINE


def finding_id(text_digest: str, kind: FindingType, location: TextSpan | Rect) -> str:
    """A stable id made of the place and the type, not of the matched text."""
    if isinstance(location, TextSpan):
        place = f"{location.start}-{location.end}"
    else:
        place = (
            f"p{location.page_index}-{location.x0:.0f}-{location.top:.0f}"
            f"-{location.x1:.0f}-{location.bottom:.0f}"
        )
    return f"{text_digest[:12]}:{kind.value}:{place}"
