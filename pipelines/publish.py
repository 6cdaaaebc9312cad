"""The publishing recipe: read, plan, copy, prove. Nothing here grants anything.

A publication rests on a person's decision (``plan_from_decision`` and ``make_copy``, driven by the
register); ``redacted_copy`` is the same way for one file at hand, driven by its owner.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.documents import ExtractedText, MediaType
from domain.errors import DigestMismatch, GongkaiError, QuarantinedFile
from domain.findings import Action, Category, Evidence, Finding, FindingType, Origin, finding_id
from domain.publication import RedactionPlan, RegionMark
from domain.spans import Rect, TextSpan
from pipelines.intake import Instruments, prepare
from pipelines.plans import plan_from_decision as plan_from_decision
from pipelines.plans import strings_plan as strings_plan
from pipelines.plans import suggested_plan as suggested_plan
from pipelines.reading import read
from pipelines.release import Release as Release
from pipelines.release import UncleanCopy as UncleanCopy
from pipelines.release import make_copy as make_copy
from pipelines.sandbox import Sandbox
from redaction.policy import Policy

_TARGETS: Mapping[str, MediaType] = {
    ".docx": MediaType.DOCX,
    ".pdf": MediaType.PDF,
    ".html": MediaType.HTML,
    ".htm": MediaType.HTML,
    ".txt": MediaType.TXT,
    ".xlsx": MediaType.XLSX,
}


class InvalidDecisions(GongkaiError):
    """A decisions file that is not of the agreed shape."""

    code = "invalid_decisions"
    message = "决定文件格式有误：应含 text_digest、findings 与 regions。请对照说明修改后重试。"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionRequest:
    """What the owner of a file asks for.

    Without ``decisions`` and ``strings`` the suggestions apply and must_decide is masked.
    ``extension`` is that of the wanted output (".docx"), "" for the usual one.
    """

    decisions: Mapping[str, Any] | None = None
    strings: Sequence[str] = ()
    extension: str = ""


def redacted_copy(
    data: bytes,
    *,
    filename: str,
    sandbox: Sandbox,
    instruments: Instruments,
    request: RedactionRequest,
) -> Release:
    """The redacted copy of one file at hand.

    With decisions, a choice overrules the suggestion for the findings it covers; what it does not
    mention follows the suggestions, must_decide masked.

    Raises:
        QuarantinedFile: if its 版头 carries a secrecy mark, in every mode.
        DigestMismatch: if the decisions belong to another file or text.
        InvalidDecisions: if they are not of the agreed shape.
        UnreadableFile: if the file cannot be read.
        CannotMask, LeakFound, UnsupportedFormat: as ``make_copy``.
    """
    found = read(sandbox, data, filename=filename)
    if found.extracted is None:
        raise QuarantinedFile
    extracted = found.extracted
    target = _TARGETS.get(request.extension.lower())
    if request.strings:
        return make_copy(
            sandbox,
            data,
            extracted,
            strings_plan(extracted, request.strings),
            target=target,
            also_secret=request.strings,
        )
    if request.decisions is not None:
        _check_source(request.decisions, data, extracted)
    findings = prepare(extracted, instruments).findings
    plan = _plan(extracted, findings, request.decisions or {}, instruments.policy)
    return make_copy(sandbox, data, extracted, plan, target=target)


def _check_source(decisions: Mapping[str, Any], data: bytes, extracted: ExtractedText) -> None:
    sha256 = decisions.get("sha256")
    if sha256 is not None and sha256 != hashlib.sha256(data).hexdigest():
        raise DigestMismatch
    if decisions.get("text_digest") != extracted.digest:
        raise DigestMismatch


def _plan(
    extracted: ExtractedText,
    findings: Sequence[Finding],
    decisions: Mapping[str, Any],
    policy: Policy,
) -> RedactionPlan:
    added: list[Finding] = []
    overruled: dict[str, Action] = {}
    for row in _rows(decisions, "findings"):
        span, action = _choice(row, extracted)
        inside = [
            f for f in findings if isinstance(f.location, TextSpan) and span.contains(f.location)
        ]
        overruled.update((f.id, action) for f in inside)
        if action is Action.REDACT and not any(f.location == span for f in inside):
            added.append(_drawn(extracted, span))
    return suggested_plan(
        extracted,
        (*findings, *added),
        policy,
        overruled=overruled,
        regions=tuple(_drawn_region(row, policy) for row in _rows(decisions, "regions")),
    )


def _rows(decisions: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    rows = decisions.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidDecisions
    return rows


def _choice(row: Mapping[str, Any], extracted: ExtractedText) -> tuple[TextSpan, Action]:
    try:
        span = TextSpan(start=int(row["start"]), end=int(row["end"]))
        action = Action(row["action"])
    except (KeyError, TypeError, ValueError):
        raise InvalidDecisions from None
    if action is Action.MUST_DECIDE:
        raise InvalidDecisions
    if span.end > len(extracted.text):
        raise DigestMismatch
    return span, action


def _drawn(extracted: ExtractedText, span: TextSpan) -> Finding:
    """A finding of the person's own: covered whole, as what concerns somebody privately."""
    return Finding(
        id=finding_id(extracted.digest, FindingType.FAMILY, span) + ":drawn",
        text_digest=extracted.digest,
        location=span,
        type=FindingType.FAMILY,
        category=Category.PRIVATE,
        action=Action.REDACT,
        score=1.0,
        evidence=Evidence(recognizer="reviewer", version="1", pattern="drawn"),
        origin=Origin.REVIEWER,
    )


def _drawn_region(row: Mapping[str, Any], policy: Policy) -> RegionMark:
    try:
        rect = Rect(
            page_index=int(row["page_index"]),
            x0=float(row["x0"]),
            top=float(row["top"]),
            x1=float(row["x1"]),
            bottom=float(row["bottom"]),
        )
    except (KeyError, TypeError, ValueError):
        raise InvalidDecisions from None
    keep = row.get("action") == Action.KEEP.value
    return RegionMark(ground=policy.ground(Category.PRIVATE), rect=rect, keep=keep)
