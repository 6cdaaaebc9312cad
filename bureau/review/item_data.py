"""Everything an item's page shows, as plain values for template and script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from bureau.accounts.models import User
from bureau.register import access, audit_log, decisions, drafts
from bureau.register.files import Home
from bureau.register.models import ReviewItem
from bureau.review.segments import Paragraph, paragraphs
from bureau.review.wording import (
    ACTION_NAMES,
    CATEGORY_BADGES,
    TYPE_NAMES,
    citation,
    confidence,
    label_name,
)
from classifiers.statutes import ground, ground_ids
from domain.documents import ExtractedText
from domain.encoding import from_plain
from domain.errors import NotAllowed
from domain.findings import Action, Finding, FindingType
from domain.labels import LABEL_NAMES, Ground, Label, Suggestion
from domain.spans import Rect, TextSpan
from pipelines.geometry import boxes
from redaction.matching import fold

# which articles each label may rest on
_ARTICLES = {
    Label.PROACTIVE: (19, 20, 21, 78, 86),
    Label.ON_REQUEST: (13, 27, 37),
    Label.EXEMPT: (14, 15, 16),
}
ADDABLE = (
    FindingType.PERSON,
    FindingType.ID_CARD,
    FindingType.PHONE,
    FindingType.ADDRESS,
    FindingType.BANK_CARD,
    FindingType.HEALTH,
    FindingType.FAMILY,
    FindingType.MINOR,
    FindingType.TRADE_SECRET,
    FindingType.WORK_SECRET,
    FindingType.SECRET_CONTENT,
)


def suggestion_of(item: ReviewItem) -> Suggestion | None:
    """The newest suggestion, in the domain's form."""
    row = item.suggestions.order_by("-pk").first()
    return None if row is None else from_plain(Suggestion, row.payload)


def item_data(
    item: ReviewItem, extracted: ExtractedText, user: User, *, today: date
) -> dict[str, Any]:
    """What the page's script works on; ``text`` pieces come ready-cut."""
    findings = decisions.findings_of(item)
    suggestion = suggestion_of(item)
    draft = drafts.current_draft(item.pk, user)
    return {
        "id": item.pk,
        "version": item.version,
        "state": item.state,
        "lines": [_line(p) for p in paragraphs(extracted, findings)],
        "findings": [_finding(f, extracted) for f in findings],
        "suggestion": None if suggestion is None else _suggestion(suggestion),
        "grounds": {label.value: _ground_options(label) for label in Label},
        "pages": [{"width": p.width_pt, "height": p.height_pt} for p in extracted.pages],
        "addable": [{"type": t.value, "name": TYPE_NAMES[t]} for t in ADDABLE],
        "labels": {label.value: name for label, name in LABEL_NAMES.items()},
        "title": item.document.title,
        "parts": item.part_count,
        "draft": None if draft is None else draft.payload,
        "decision": _decision(item),
        "today": today.isoformat(),
    }


def _line(paragraph: Paragraph) -> dict[str, Any]:
    return {
        "annex": paragraph.annex,
        "segments": [[s.start, s.end, s.text, list(s.ids)] for s in paragraph.segments],
    }


def _finding(finding: Finding, extracted: ExtractedText) -> dict[str, Any]:
    place = finding.location
    shown = place.cut(extracted.text) if isinstance(place, TextSpan) else ""
    rects = boxes(extracted, place) if isinstance(place, TextSpan) else _real(place)
    return {
        "id": finding.id,
        "type": finding.type.value,
        "name": TYPE_NAMES[finding.type],
        "badge": CATEGORY_BADGES[finding.category],
        "action": finding.action.value,
        "word": ACTION_NAMES[finding.action],
        "text": shown,
        "same": fold(shown).text,
        "reason": finding.evidence.reason,
        "recognizer": f"{finding.evidence.recognizer} · {finding.evidence.pattern}",
        "score": round(finding.score, 2),
        "start": place.start if isinstance(place, TextSpan) else None,
        "boxes": [
            {"page": r.page_index, "x": r.x0, "y": r.top, "w": r.x1 - r.x0, "h": r.bottom - r.top}
            for r in rects
        ],
    }


def _real(place: Rect) -> tuple[Rect, ...]:
    """A region's box; regions of formats without pages have none."""
    return (place,) if place.x1 > place.x0 and place.bottom > place.top else ()


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    label = suggestion.label
    probability = suggestion.probabilities.get(label) if label is not None else None
    return {
        "label": label.value if label is not None else "",
        "name": label_name(label.value if label is not None else ""),
        "confidence": confidence(probability),
        "probability": None if probability is None else round(probability, 3),
        "possible": [LABEL_NAMES[p] for p in suggestion.prediction_set],
        "grounds": [
            {
                "id": _ground_id(g),
                "citation": citation(g),
                "reason": g.reason,
                "mandatory": g.mandatory,
                "evidence": [s.start for s in g.evidence],
            }
            for g in suggestion.grounds
        ],
        "declared": None
        if suggestion.declared is None
        else {
            "label": suggestion.declared.label.value,
            "name": LABEL_NAMES[suggestion.declared.label],
            "raw": suggestion.declared.raw,
            "start": suggestion.declared.span.start,
        },
        "conflicts": [
            {"message": c.message, "evidence": [s.start for s in c.evidence]}
            for c in suggestion.conflicts
        ],
        "secrecy": list(suggestion.secrecy_reasons),
        "cues": list(suggestion.cues),
    }


def _ground_id(wanted: Ground) -> str:
    for id_ in ground_ids():
        known = ground(id_, rule_id="")
        same = (known.statute, known.article, known.paragraph, known.item, known.reason)
        if same == (wanted.statute, wanted.article, wanted.paragraph, wanted.item, wanted.reason):
            return id_
    return ""


def _ground_options(label: Label) -> list[dict[str, Any]]:
    options = []
    for id_ in ground_ids():
        known = ground(id_, rule_id="")
        if known.article in _ARTICLES[label]:
            options.append(
                {
                    "id": id_,
                    "citation": citation(known),
                    "reason": known.reason,
                    "mandatory": known.mandatory,
                }
            )
    return options


def _decision(item: ReviewItem) -> dict[str, Any] | None:
    record = item.decision
    if record is None:
        return None
    return {
        "label": record.label,
        "name": LABEL_NAMES[Label(record.label)],
        "grounds": [
            {"citation": citation(from_plain(Ground, g)), "reason": g["reason"]}
            for g in record.grounds
        ],
        "title": record.title,
        "reason": record.reason,
        "by": str(record.decided_by),
        "by_id": record.decided_by_id,
        "at": record.decided_at.isoformat(),
        "verdicts": {
            v.finding.finding_id: v.action for v in record.verdicts.select_related("finding")
        },
    }


def due_data(item: ReviewItem) -> dict[str, Any] | None:
    """The deadline with its counting."""
    due = item.due
    if not due:
        return None
    counted = [date.fromisoformat(d) for d in due.get("counted", ())]
    return {
        "date": item.due_on,
        "basis": due.get("basis", ""),
        "start": date.fromisoformat(due["start"]) if due.get("start") else None,
        "counted": counted,
        "missing_year": due.get("missing_year"),
    }


def groups_of(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Counts by type and action, for the strip above the list."""
    counts = Counter((f.type, f.action) for f in findings)
    return [
        {"name": TYPE_NAMES[kind], "word": ACTION_NAMES[Action(action)], "count": number}
        for (kind, action), number in sorted(counts.items(), key=lambda p: (p[0][0], p[0][1]))
    ]


def history_of(item: ReviewItem) -> list[dict[str, Any]]:
    """What happened to the item, newest first, in words."""
    names = {
        "item.suggested": "系统给出建议",
        "item.claimed": "认领",
        "item.released": "放回队列",
        "item.confirmed": "确认标签与遮盖",
        "item.signed": "保密审查签署",
        "item.sent_back": "退回",
        "item.held": "转保密审查",
        "item.hold_cleared": "解除疑点",
        "item.published": "发布",
        "item.withdrawn": "撤回",
    }
    events = audit_log.history(f"item:{item.pk}")
    return [
        {"at": e.at, "actor": e.actor, "what": names.get(e.action, e.action)}
        for e in reversed(events)
    ]


def load_text(home: Home, item: ReviewItem, user: User) -> ExtractedText:
    """The item's text, if this account may read it.

    Raises:
        NotAllowed: if it may not.
    """
    if not access.may_read_text(user, item):
        raise NotAllowed()
    return home.load_extracted(item.document.sha256)
