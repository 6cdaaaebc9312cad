"""What the label model sees of a document: words and pairs, signals, votes of the table.

Declared marks are cut out, so the model cannot read the answer; findings become placeholders of
their type and everything with a digit or a Latin letter is dropped, so it holds no name or number.
"""

from __future__ import annotations

import bisect
import itertools
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.declared import declared_spans, find_declared
from classifiers.document_kind import subject_of
from classifiers.elements import Elements
from classifiers.signals import find_signals
from classifiers.squeezed import squeeze
from classifiers.statutes import Row, decision_table
from domain.documents import ExtractedText, NormalizedText, Tokens
from domain.findings import Finding
from domain.labels import DeclaredAttribute, Label
from domain.spans import TextSpan, merged

FEATURES_VERSION = "features-1"
_WORD = re.compile(r"[\u4e00-\u9fff]+")
_VOTES_CAP = 6.0
_TITLE_PREFIX = "题:"
PAIR_JOINER = "_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One document as rules and model see it.

    ``terms`` counts words, pairs and placeholders; ``marks`` are named numbers beside them;
    ``rows`` are the rows of the decision table that fit, in order of priority.
    """

    terms: Mapping[str, int]
    marks: Mapping[str, float]
    signals: Mapping[str, tuple[TextSpan, ...]]
    rows: tuple[Row, ...]
    declared: DeclaredAttribute | None

    @property
    def hard(self) -> Row | None:
        """The hard row that decides, or None."""
        return next((row for row in self.rows if row.hard), None)


def observe(
    extracted: ExtractedText,
    normalized: NormalizedText,
    tokens: Tokens,
    findings: Sequence[Finding],
    elements: Elements,
    *,
    within: TextSpan | None = None,
) -> Observation:
    """Everything the suggestion needs of one document; ``within`` = its visible body."""
    text = extracted.text
    squeezed = squeeze(text, within=within)
    subject = subject_of(elements.title, squeezed.text)
    signals = find_signals(squeezed, elements.title_span, subject)
    declared = find_declared(text, within=within)
    rows = decision_table().fitting(elements.kind, (*signals, *_declared_signal(declared)))
    return Observation(
        terms=_terms(text, normalized, tokens, findings, elements, within),
        marks=_marks(elements, signals, rows, findings),
        signals=signals,
        rows=rows,
        declared=declared,
    )


def _declared_signal(declared: DeclaredAttribute | None) -> tuple[str, ...]:
    """The declared attribute as a row may ask for it; the model's features never hold it."""
    return () if declared is None else (f"declared_{declared.label.value}",)


def _marks(
    elements: Elements,
    signals: Mapping[str, tuple[TextSpan, ...]],
    rows: Sequence[Row],
    findings: Sequence[Finding],
) -> Mapping[str, float]:
    marks: dict[str, float] = {f"kind={elements.kind}": 1.0}
    for name in signals:
        marks[f"signal={name}"] = 1.0
    for label in Label:
        votes = sum(row.weight for row in rows if row.label is label)
        if votes:
            marks[f"votes={label.value}"] = min(votes, _VOTES_CAP) / 2
    counts = Counter(f"finding={f.type.value}:{f.action.value}" for f in findings)
    for name, count in counts.items():
        marks[name] = math.log1p(count) / 2
    for name, present in (
        ("layout=doc_no", elements.doc_no is not None),
        ("layout=signer", elements.signer_line is not None),
        ("layout=recipients", elements.recipients is not None),
        ("layout=title", bool(elements.title)),
    ):
        if present:
            marks[name] = 1.0
    return marks


def _terms(
    text: str,
    normalized: NormalizedText,
    tokens: Tokens,
    findings: Sequence[Finding],
    elements: Elements,
    within: TextSpan | None,
) -> Mapping[str, int]:
    origin = normalized.origin
    cut = list(declared_spans(text, within=within))
    if within is not None:
        if within.start > 0:
            cut.append(TextSpan(start=0, end=within.start))
        if within.end < len(text):
            cut.append(TextSpan(start=within.end, end=len(text)))
    holes = merged(cut)
    places = sorted(
        ((f.location, f.type.value) for f in findings if isinstance(f.location, TextSpan)),
        key=lambda place: place[0],
    )
    covered = merged([*holes, *(span for span, _ in places)])
    starts = [span.start for span in covered]
    words: list[str | None] = []
    title_words: list[str] = []
    for word, start in zip(tokens.words, tokens.starts, strict=True):
        position = origin[start]
        index = bisect.bisect_right(starts, position) - 1
        if index >= 0 and position < covered[index].end:
            words.append(None)
        elif _WORD.fullmatch(word):
            words.append(word)
            title = elements.title_span
            if title is not None and title.start <= position < title.end:
                title_words.append(word)
        elif not word.isspace():
            words.append(None)
    counts: Counter[str] = Counter(w for w in words if w is not None)
    counts.update(
        f"{a}{PAIR_JOINER}{b}"
        for a, b in itertools.pairwise(words)
        if a is not None and b is not None
    )
    counts.update(_TITLE_PREFIX + w for w in title_words)
    counts.update(f"〈{kind}〉" for _, kind in places)
    return counts
