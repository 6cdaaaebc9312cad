"""Scores of label suggestions against annotated documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.labels import Label, Suggestion

_BINS = 10
_CHINESE = {c: i for i, c in enumerate("零一二三四五六七八九")}
_ARTICLE = re.compile(r"第([一二三四五六七八九十]+)条(?:第([一二三四五六七八九十]+)款)?")
_ITEM = re.compile(r"第[(（]([一二三四五六七八九十]+)[)）]项")
_OTHER_STATUTE = re.compile(r"(?:法|条例|规定|办法)第[一二三四五六七八九十]+条")
_REGULATION = "tiaoli-2019"
_ITEMIZED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCase:
    """One document's annotated label beside the suggestion for it.

    ``suggestion`` is None for a quarantined document, which counts as exempt under article 14.
    ``by_folds`` = a model that did not see the document was fitted for it.
    """

    id: str
    file: str
    label: Label
    basis: str
    difficulty: str
    pair: str | None
    suggestion: Suggestion | None
    by_folds: bool

    @property
    def said(self) -> Label | None:
        """The suggested label; None = abstained."""
        return Label.EXEMPT if self.suggestion is None else self.suggestion.label

    @property
    def right(self) -> bool:
        """Whether the suggested label is the annotated one."""
        return self.said is self.label

    @property
    def grounds(self) -> frozenset[tuple[int, int | None]]:
        """(article, item) of the regulation's grounds suggested first."""
        if self.suggestion is None:
            return frozenset({(14, None)})
        first = [g for g in self.suggestion.grounds if g.statute == _REGULATION][:1]
        return frozenset((g.article, g.item) for g in first)

    @property
    def ground_right(self) -> bool:
        """Whether the first suggested ground is one the annotation names (item for article 20)."""
        return bool(self.grounds & grounds_in(self.basis))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScores:
    """Scores of a set of documents; a share is None where nothing was there to be shared."""

    documents: int
    accuracy: float | None
    macro_f1: float | None
    abstained: float | None
    accuracy_of_rest: float | None
    exempt: int
    exempt_recall: float | None
    exempt_as_proactive: int
    exempt_article_right: float | None
    proactive_item_right: float | None
    calibration_error: float | None
    set_coverage: dict[str, float]
    set_size: float | None
    pairs: int
    pairs_right: float | None


def grounds_in(basis: str) -> frozenset[tuple[int, int | None]]:
    """(article, item) of every ground of the regulation an annotation names."""
    own = _OTHER_STATUTE.sub("", basis)
    out: set[tuple[int, int | None]] = set()
    article: int | None = None
    for match in re.finditer(f"{_ARTICLE.pattern}|{_ITEM.pattern}", own):
        if match[1]:
            article = _number(match[1])
            if article != _ITEMIZED:
                out.add((article, None))
        elif article == _ITEMIZED:
            out.add((article, _number(match[3])))
    return frozenset(out)


def _number(wording: str) -> int:
    tens, ten, ones = wording.rpartition("十")
    if not ten:
        return _CHINESE[wording]
    return (_CHINESE[tens] if tens else 1) * 10 + (_CHINESE[ones] if ones else 0)


def label_scores(cases: Sequence[LabelCase]) -> LabelScores:
    """All scores of ``cases``; abstentions count as wrong in accuracy and macro-F1."""
    decided = [c for c in cases if c.said is not None]
    exempt = [c for c in cases if c.label is Label.EXEMPT]
    proactive = [c for c in cases if c.label is Label.PROACTIVE]
    exempt_hits = [c for c in exempt if c.right]
    proactive_hits = [c for c in proactive if c.right]
    weighed = [c for c in cases if c.suggestion is not None]
    groups: dict[tuple[str, str], list[LabelCase]] = {}
    for case in cases:
        if case.pair:
            groups.setdefault((case.file, case.pair), []).append(case)
    whole = [group for group in groups.values() if len(group) > 1]
    return LabelScores(
        documents=len(cases),
        accuracy=_share([c.right for c in cases]),
        macro_f1=_macro_f1(cases),
        abstained=_share([c.said is None for c in cases]),
        accuracy_of_rest=_share([c.right for c in decided]),
        exempt=len(exempt),
        exempt_recall=_share([c.right for c in exempt]),
        exempt_as_proactive=sum(c.said is Label.PROACTIVE for c in exempt),
        exempt_article_right=_share([_articles_meet(c) for c in exempt_hits]),
        proactive_item_right=_share([c.ground_right for c in proactive_hits]),
        calibration_error=_calibration_error(weighed),
        set_coverage=_coverage(weighed),
        set_size=_mean([len(_suggested(c).prediction_set) for c in weighed]),
        pairs=len(whole),
        pairs_right=_share([all(c.right for c in group) for group in whole]),
    )


def _articles_meet(case: LabelCase) -> bool:
    return bool({a for a, _ in case.grounds} & {a for a, _ in grounds_in(case.basis)})


def _suggested(case: LabelCase) -> Suggestion:
    assert case.suggestion is not None
    return case.suggestion


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _macro_f1(cases: Sequence[LabelCase]) -> float | None:
    scores = []
    for label in Label:
        hits = sum(c.right for c in cases if c.label is label)
        total = sum(c.label is label for c in cases) + sum(c.said is label for c in cases)
        if any(c.label is label for c in cases):
            scores.append(2 * hits / total)
    return _mean(scores)


def _calibration_error(cases: Sequence[LabelCase]) -> float | None:
    """Expected calibration error of the likeliest label over ten bins of confidence."""
    if not cases:
        return None
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for case in cases:
        chances = _suggested(case).probabilities
        best = max(chances, key=lambda label: chances[label])
        sure = chances[best]
        bins[min(int(sure * _BINS), _BINS - 1)].append((sure, best is case.label))
    gaps = [
        abs(sum(s for s, _ in b) / len(b) - sum(r for _, r in b) / len(b)) * len(b)
        for b in bins
        if b
    ]
    return sum(gaps) / len(cases)


def _coverage(cases: Sequence[LabelCase]) -> dict[str, float]:
    """Share of each label's documents whose prediction set holds it."""
    out = {}
    for label in Label:
        own = [label in _suggested(c).prediction_set for c in cases if c.label is label]
        share = _share(own)
        if share is not None:
            out[label.value] = share
    return out
