"""Labels under 《政府信息公开条例》 (2019) and the grounds that carry them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.spans import TextSpan


class Label(StrEnum):
    """How a document may reach the public."""

    PROACTIVE = "proactive"
    ON_REQUEST = "on_request"
    EXEMPT = "exempt"


LABEL_NAMES: Mapping[Label, str] = {
    Label.PROACTIVE: "主动公开",
    Label.ON_REQUEST: "依申请公开",
    Label.EXEMPT: "不予公开",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A statutory ground: 条、款、项 with its reason in Chinese.

    ``statute`` is a key of data/statutes ("tiaoli-2019" is the 条例); ``mandatory`` is True for
    条例 14 and 15 (不予、不得公开), False for 16 (可以不予公开) and for grounds of publication.
    ``evidence`` are spans of the extracted text.
    """

    article: int
    reason: str
    paragraph: int | None = None
    item: int | None = None
    mandatory: bool = False
    statute: str = "tiaoli-2019"
    rule_id: str = ""
    evidence: tuple[TextSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAttribute:
    """What the drafter declared (附注, 版记, 信息公开选项): evidence, not truth.

    ``raw`` is the fixed phrase recognised (never free text of the document).
    """

    label: Label
    raw: str
    span: TextSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Pieces of evidence that disagree; shown to the reviewer, never resolved by the machine."""

    code: str
    message: str
    evidence: tuple[TextSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A statutory time limit with its counting, day by day.

    ``date`` is None where a calendar year is missing: deadline unknown, an alarm, never a guess.
    """

    date: dt.date | None
    basis: str
    start: dt.date
    working_days: int
    counted: tuple[dt.date, ...] = ()
    missing_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the machine proposes; ``label`` None = it abstains and the item waits for a person.

    ``probabilities`` sum to 1 over the three labels; ``prediction_set`` holds the labels that
    cannot be excluded. ``secrecy_review`` = a soft signal: 保密审查 must see the item before any
    reviewer confirms it.
    """

    label: Label | None
    probabilities: Mapping[Label, float]
    prediction_set: tuple[Label, ...]
    grounds: tuple[Ground, ...] = ()
    declared: DeclaredAttribute | None = None
    conflicts: tuple[Conflict, ...] = ()
    secrecy_review: bool = False
    secrecy_reasons: tuple[str, ...] = ()
    secrecy_evidence: tuple[TextSpan, ...] = ()
    document_kind: str = ""
    title: str = ""
    title_span: TextSpan | None = None
    doc_no: str | None = None
    issuer: str | None = None
    formed_on: dt.date | None = None
    cues: tuple[str, ...] = field(default=())
    model_version: str = ""
    rules_version: str = ""
