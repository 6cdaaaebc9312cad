"""Scores of screening against annotated spans: what must be masked, and what must stay.

A passage counts as found when at least half of it is covered. must_decide blocks publication until
a person chooses: on a span to be masked it counts as found, on one to be kept as neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.findings import Action, Finding
from domain.spans import TextSpan

_HALF = 0.5
SECRET_MARK = "SECRET_MARK"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedSpan:
    """One annotation of a document's text."""

    span: TextSpan
    type: str
    action: Action


@dataclass(slots=True)
class SpanScores:
    """Counts over documents, by type of annotation or of finding."""

    to_mask: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    masked_chars: Counter[str] = field(default_factory=Counter)
    rightly_masked_chars: Counter[str] = field(default_factory=Counter)
    to_keep: Counter[str] = field(default_factory=Counter)
    wrongly_masked: Counter[str] = field(default_factory=Counter)
    annotated: int = 0
    left_to_decide: int = 0

    @property
    def types(self) -> tuple[str, ...]:
        """Every type seen, in a fixed order."""
        return tuple(sorted({*self.to_mask, *self.masked_chars, *self.to_keep}))

    def recall(self, kind: str | None = None) -> float | None:
        """Share of spans to be masked that were found; None where there are none."""
        return _share(self.found, self.to_mask, kind)

    def precision(self, kind: str | None = None) -> float | None:
        """Share of masked characters that are to be masked; None where none is masked."""
        return _share(self.rightly_masked_chars, self.masked_chars, kind)

    def add(
        self,
        text: str,
        annotations: Sequence[AnnotatedSpan],
        findings: Sequence[Finding],
        *,
        quarantined: bool,
    ) -> None:
        """Counts one document; a quarantined one earns credit for its 密级 mark alone."""
        masked = _covered(findings, Action.REDACT)
        undecided = _covered(findings, Action.MUST_DECIDE)
        right = {i for a in annotations if a.action is Action.REDACT for i in _range(a.span)}
        for annotation in annotations:
            self.annotated += 1
            self.left_to_decide += _half(annotation.span, undecided - masked)
            if annotation.action is Action.REDACT:
                self.to_mask[annotation.type] += 1
                hit = _half(annotation.span, masked | undecided)
                if quarantined:
                    hit = annotation.type == SECRET_MARK
                self.found[annotation.type] += hit
            elif annotation.action is Action.KEEP:
                self.to_keep[annotation.type] += 1
                # a name kept on its own but standing inside a passage to be masked goes with it
                wrong = _half(annotation.span, masked - right)
                self.wrongly_masked[annotation.type] += wrong
        for finding in findings:
            if finding.action is Action.REDACT and isinstance(finding.location, TextSpan):
                places = [i for i in _range(finding.location) if not text[i].isspace()]
                self.masked_chars[finding.type.value] += len(places)
                self.rightly_masked_chars[finding.type.value] += sum(i in right for i in places)


def _range(span: TextSpan) -> range:
    return range(span.start, span.end)


def _covered(findings: Iterable[Finding], action: Action) -> set[int]:
    return {
        i
        for f in findings
        if f.action is action and isinstance(f.location, TextSpan)
        for i in _range(f.location)
    }


def _half(span: TextSpan, covered: set[int]) -> bool:
    return sum(i in covered for i in _range(span)) >= _HALF * span.length


def _share(part: Counter[str], whole: Counter[str], kind: str | None) -> float | None:
    if kind is None:
        total, hits = whole.total(), part.total()
    else:
        total, hits = whole[kind], part[kind]
    return hits / total if total else None
