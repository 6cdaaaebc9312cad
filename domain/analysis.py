"""Everything the machine can say about one file."""

from __future__ import annotations

from dataclasses import dataclass

from domain.documents import ExtractedText, MediaType, NormalizedText, Part
from domain.findings import Finding
from domain.labels import Due, Suggestion
from domain.secrecy import GateVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The result of the intake recipe for one file.

    A quarantined file has ``extracted``, ``normalized`` and ``suggestion`` None and no findings.
    """

    sha256: str
    media_type: MediaType
    gate: GateVerdict
    extracted: ExtractedText | None = None
    normalized: NormalizedText | None = None
    suggestion: Suggestion | None = None
    findings: tuple[Finding, ...] = ()
    parts: tuple[Part, ...] = ()
    due: Due | None = None
