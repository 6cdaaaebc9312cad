"""What a reviewer's page sends, checked against the text it was made on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bureau.review.answers import BadRequest
from classifiers.statutes import ground, ground_ids
from domain.decisions import FindingVerdict
from domain.documents import ExtractedText
from domain.errors import DigestMismatch
from domain.findings import (
    Action,
    Category,
    Evidence,
    Finding,
    FindingType,
    Origin,
    finding_id,
)
from domain.labels import Ground, Label
from domain.spans import Rect, TextSpan

_CATEGORIES = {
    FindingType.TRADE_SECRET: Category.TRADE_SECRET,
    FindingType.WORK_SECRET: Category.WORK_SECRET,
    FindingType.SECRET_MARK: Category.STATE_SECRET,
    FindingType.SECRET_CONTENT: Category.STATE_SECRET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A reviewer's whole choice for one item."""

    version: int
    label: Label
    grounds: tuple[Ground, ...]
    verdicts: tuple[FindingVerdict, ...]
    added: tuple[Finding, ...]
    regions: tuple[Rect, ...]
    reason: str
    title: str | None


def read_submission(raw: Mapping[str, Any], extracted: ExtractedText) -> Submission:
    """The submission in ``raw``.

    Raises:
        BadRequest: if a field is missing or of the wrong kind.
        DigestMismatch: if a selection's quoted text is not what stands at its span.
    """
    try:
        return Submission(
            version=int(raw["version"]),
            label=Label(raw["label"]),
            grounds=chosen_grounds(raw.get("grounds", ()), str(raw.get("ground_reason", ""))),
            verdicts=tuple(
                FindingVerdict(finding_id=str(id_), action=Action(choice))
                for id_, choice in dict(raw.get("verdicts", {})).items()
            ),
            added=added_findings(raw.get("added", ()), extracted),
            regions=tuple(_rect(r, extracted) for r in raw.get("regions", ())),
            reason=str(raw.get("reason", ""))[:1000],
            title=str(raw["title"])[:500] if raw.get("title") else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadRequest() from None


def chosen_grounds(ids: Sequence[Any], reason: str) -> tuple[Ground, ...]:
    """Grounds by id; a reason written by the reviewer replaces the standing wording of the first.

    Raises:
        BadRequest: if an id is unknown.
    """
    if any(i not in ground_ids() for i in ids):
        raise BadRequest()
    found = [ground(str(i), rule_id="reviewer") for i in ids]
    if found and reason.strip():
        first = found[0]
        found[0] = Ground(
            article=first.article,
            paragraph=first.paragraph,
            item=first.item,
            mandatory=first.mandatory,
            statute=first.statute,
            reason=reason.strip()[:500],
            rule_id="reviewer",
        )
    return tuple(found)


def added_findings(rows: Sequence[Any], extracted: ExtractedText) -> tuple[Finding, ...]:
    """Findings a reviewer made by selecting text.

    Raises:
        DigestMismatch: if the quoted text is not what stands at the span.
    """
    digest = extracted.digest
    out = []
    for row in rows:
        span = TextSpan(start=int(row["start"]), end=int(row["end"]))
        if span.end > len(extracted.text) or span.cut(extracted.text) != row["quote"]:
            raise DigestMismatch()
        kind = FindingType(row["type"])
        out.append(
            Finding(
                id=f"r:{finding_id(digest, kind, span)}",
                text_digest=digest,
                location=span,
                type=kind,
                category=_CATEGORIES.get(kind, Category.PRIVATE),
                action=Action(row.get("action", "redact")),
                score=1.0,
                evidence=Evidence(
                    recognizer="reviewer",
                    version="1",
                    pattern="selection",
                    role="reviewer",
                    reason="审核人补充。",
                ),
                origin=Origin.REVIEWER,
            )
        )
    return tuple(out)


def _rect(row: Mapping[str, Any], extracted: ExtractedText) -> Rect:
    rect = Rect(
        page_index=int(row["page_index"]),
        x0=float(row["x0"]),
        top=float(row["top"]),
        x1=float(row["x1"]),
        bottom=float(row["bottom"]),
    )
    if rect.page_index >= len(extracted.pages):
        raise DigestMismatch()
    return rect
