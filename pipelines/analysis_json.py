"""An analysis as the plain object that `gongkai analyze --json` prints (one line a file)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.analysis import Analysis
from domain.errors import GongkaiError, QuarantinedFile
from domain.findings import Finding
from domain.labels import Conflict, DeclaredAttribute, Due, Ground, Suggestion
from domain.spans import TextSpan


def analysis_json(
    analysis: Analysis | None, *, error: GongkaiError | None = None
) -> dict[str, Any]:
    """The object of the command line's contract, without ``path``.

    ``error`` is ``{code, message}`` of a file that could not be read, else null. A quarantined file
    has ``text`` null and no findings. Offsets are code points of ``text``.
    """
    line = _empty()
    if error is not None:
        line["error"] = {"code": error.code, "message": error.message}
    if analysis is None:
        return line
    line["sha256"] = analysis.sha256
    line["media_type"] = analysis.media_type.value
    if analysis.extracted is None:
        if analysis.gate.quarantined:
            line["quarantined"] = True
            line["quarantine_reason"] = QuarantinedFile.message
            line["quarantine_rules"] = list(analysis.gate.rules)
        return line
    text = analysis.extracted.text
    line["text"] = text
    line["text_digest"] = analysis.extracted.digest
    line["gate_uncleared"] = list(analysis.gate.uncleared_reasons)
    line["parts"] = [{**_span(p.span), "title": p.title} for p in analysis.parts]
    line["findings"] = [_finding(f, text) for f in analysis.findings]
    line["due"] = _due(analysis.due)
    if analysis.suggestion is not None:
        line |= _suggestion(analysis.suggestion)
    return line


def _empty() -> dict[str, Any]:
    return {
        "sha256": None,
        "media_type": None,
        "text": None,
        "label": None,
        "probabilities": {},
        "prediction_set": [],
        "grounds": [],
        "declared": None,
        "conflicts": [],
        "secrecy_review": False,
        "due": None,
        "parts": [],
        "findings": [],
        "quarantined": False,
        "quarantine_reason": None,
        "error": None,
    }


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    label = suggestion.label
    return {
        "label": label.value if label is not None else None,
        "probabilities": {k.value: round(v, 4) for k, v in suggestion.probabilities.items()},
        "prediction_set": [one.value for one in suggestion.prediction_set],
        "grounds": [_ground(g) for g in suggestion.grounds],
        "declared": _declared(suggestion.declared),
        "conflicts": [_conflict(c) for c in suggestion.conflicts],
        "secrecy_review": suggestion.secrecy_review,
        "secrecy_reasons": list(suggestion.secrecy_reasons),
        "title": suggestion.title,
        "doc_no": suggestion.doc_no,
        "issuer": suggestion.issuer,
        "formed_on": suggestion.formed_on.isoformat() if suggestion.formed_on else None,
        "document_kind": suggestion.document_kind,
        "cues": list(suggestion.cues),
        "model_version": suggestion.model_version,
        "rules_version": suggestion.rules_version,
    }


def _span(span: TextSpan) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _spans(spans: Sequence[TextSpan]) -> list[dict[str, int]]:
    return [_span(span) for span in spans]


def _ground(ground: Ground) -> dict[str, Any]:
    return {
        "statute": ground.statute,
        "article": ground.article,
        "paragraph": ground.paragraph,
        "item": ground.item,
        "mandatory": ground.mandatory,
        "reason": ground.reason,
        "rule": ground.rule_id,
        "evidence": _spans(ground.evidence),
    }


def _declared(declared: DeclaredAttribute | None) -> dict[str, Any] | None:
    if declared is None:
        return None
    return {"label": declared.label.value, "raw": declared.raw, **_span(declared.span)}


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "code": conflict.code,
        "message": conflict.message,
        "evidence": _spans(conflict.evidence),
    }


def _due(due: Due | None) -> dict[str, Any] | None:
    if due is None:
        return None
    return {
        "date": due.date.isoformat() if due.date is not None else None,
        "basis": due.basis,
        "start": due.start.isoformat(),
        "working_days": due.working_days,
        "counted": [day.isoformat() for day in due.counted],
        "missing_year": due.missing_year,
    }


def _finding(finding: Finding, text: str) -> dict[str, Any]:
    """A finding with its text; one without a place in the text has its box instead."""
    place = finding.location
    line: dict[str, Any]
    if isinstance(place, TextSpan):
        line = {**_span(place), "text": place.cut(text)}
    else:
        box = [round(x, 2) for x in (place.x0, place.top, place.x1, place.bottom)]
        line = {"start": None, "end": None, "text": None}
        line |= {"page_index": place.page_index, "box": box}
    return line | {
        "type": finding.type.value,
        "category": finding.category.value,
        "action": finding.action.value,
        "score": round(finding.score, 3),
        "recognizer": finding.evidence.recognizer,
        "reason": finding.evidence.reason,
    }
