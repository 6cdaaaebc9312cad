"""The intake recipe: a file in, everything the machine can say about it out.

Nothing here decides: the result is a suggestion that a person confirms.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from classifiers.deadlines import due_for
from classifiers.elements import Elements, body_of, recognize
from classifiers.label_model import LabelModel
from classifiers.suggestion import suggest
from domain.analysis import Analysis
from domain.documents import ExtractedText, NormalizedText, Part, Tokens
from domain.findings import Finding
from domain.labels import Conflict, Suggestion
from domain.spans import TextSpan
from domain.workdays import Calendar
from pipelines.normalization import normalize
from pipelines.parts import split
from pipelines.reading import read
from pipelines.sandbox import Sandbox
from pipelines.tokenization import tokenize
from redaction.policy import Policy
from redaction.recognizers.ner import NameModel
from redaction.screening import screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """What the recipe works with; loaded once a process. ``bureau`` is this bureau's name."""

    model: LabelModel
    names: NameModel | None
    policy: Policy
    calendar: Calendar
    bureau: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A text with everything the suggestion rests on."""

    extracted: ExtractedText
    normalized: NormalizedText
    tokens: Tokens
    parts: tuple[Part, ...]
    elements: Elements
    findings: tuple[Finding, ...]


def analyze(
    data: bytes,
    *,
    filename: str,
    sandbox: Sandbox,
    instruments: Instruments,
    gate_override: bool = False,
) -> Analysis:
    """The analysis of one file. A quarantined file comes back with its verdict and nothing else.

    ``gate_override`` = the 保密审查员 recorded the mark as mistaken or lifted.

    Raises:
        UnreadableFile: if the file cannot be read as any document.
    """
    found = read(sandbox, data, filename=filename, gate_override=gate_override)
    sha256 = hashlib.sha256(data).hexdigest()
    if found.extracted is None:
        return Analysis(sha256=sha256, media_type=found.media_type, gate=found.gate)
    prepared = prepare(found.extracted, instruments)
    suggestion = suggestion_for(prepared, instruments)
    return Analysis(
        sha256=sha256,
        media_type=found.media_type,
        gate=found.gate,
        extracted=prepared.extracted,
        normalized=prepared.normalized,
        suggestion=suggestion,
        findings=prepared.findings,
        parts=prepared.parts,
        due=due_for(suggestion, instruments.calendar),
    )


def prepare(extracted: ExtractedText, instruments: Instruments) -> Prepared:
    """The text normalised, cut into words and parts, read for its elements and screened."""
    normalized = normalize(extracted.text)
    tokens = tokenize(normalized.text)
    parts = split(extracted)
    elements = recognize(extracted.text, within=_first_body(extracted, parts))
    findings = screen(
        extracted,
        normalized,
        tokens,
        document_kind=elements.kind,
        policy=instruments.policy,
        names=instruments.names,
    )
    return Prepared(
        extracted=extracted,
        normalized=normalized,
        tokens=tokens,
        parts=parts,
        elements=elements,
        findings=findings,
    )


def suggestion_for(prepared: Prepared, instruments: Instruments) -> Suggestion:
    """The suggestion; a file of several documents says so, since one label cannot fit them all."""
    suggestion = suggest(
        prepared.extracted,
        prepared.normalized,
        prepared.tokens,
        prepared.findings,
        elements=prepared.elements,
        model=instruments.model,
        bureau=instruments.bureau,
    )
    if not prepared.parts:
        return suggestion
    several = Conflict(
        code="several_documents",
        message=f"本文件含{len(prepared.parts)}份文件，须拆分后分别确定公开属性。",
        evidence=tuple(part.span for part in prepared.parts),
    )
    return replace(suggestion, conflicts=(several, *suggestion.conflicts))


def _first_body(extracted: ExtractedText, parts: tuple[Part, ...]) -> TextSpan | None:
    return parts[0].span if parts else body_of(extracted)
