"""Training of the label model: everything tuned inside the folds of the documents given.

Only confirmed documents are training documents; a model never learns from its own guesses.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import scipy.sparse as sparse
import sklearn
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifiers.features import FEATURES_VERSION, Observation
from classifiers.label_model import LABELS, Array, LabelModel, combine, softmax
from classifiers.statutes import decision_table
from domain.errors import GongkaiError
from domain.labels import Label

FOLDS = 5
_STRENGTHS = (2.0, 8.0, 30.0)
_MARK_SCALES = (0.25, 0.5, 1.0)
_TEMPERATURES = tuple(np.geomspace(0.3, 3.0, 40))
_DECLARED_WEIGHTS = (0.0, 0.5, 1.0, 1.5, 2.0)
_MIN_DOCUMENTS = 2
_MISS_RATE = 0.05
# below this the likeliest label is a guess among three, not a suggestion
THRESHOLD = 0.45


class TooFewDocuments(GongkaiError):
    """Fewer confirmed documents than a model can be fitted and measured on."""

    code = "too_few_documents"
    message = "已确认的文件太少，无法训练：每一类标签至少需要 5 份。请继续积累后再训练。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A confirmed document: what was seen of it and the label a person confirmed.

    ``group`` ties documents about one matter; they never part between training and check.
    """

    id: str
    digest: str
    label: Label
    observation: Observation
    group: str | None = None


def folds_of(examples: Sequence[Example], count: int = FOLDS) -> tuple[NDArray[np.int64], ...]:
    """Index sets of ``count`` folds, stratified by label, groups undivided, order-independent.

    Groups are dealt, largest first and then by a digest of their name, to the fold that has the
    fewest documents of their labels.
    """
    groups: dict[str, list[int]] = {}
    for index, example in enumerate(examples):
        groups.setdefault(example.group or f"\0{example.id}", []).append(index)

    def order(name: str) -> tuple[int, str]:
        return -len(groups[name]), hashlib.sha256(name.encode()).hexdigest()

    sizes = [Counter[Label]() for _ in range(count)]
    members: list[list[int]] = [[] for _ in range(count)]
    for name in sorted(groups, key=order):
        labels = Counter(examples[i].label for i in groups[name])
        fold = min(
            range(count),
            key=lambda f: (
                sum(sizes[f][label] * n for label, n in labels.items()),
                len(members[f]),
                f,
            ),
        )
        members[fold].extend(groups[name])
        sizes[fold].update(labels)
    return tuple(np.array(sorted(m), dtype=np.int64) for m in members)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    terms: tuple[str, ...]
    idf: Array
    marks: tuple[str, ...]

    def matrix(self, observations: Sequence[Observation], mark_scale: float) -> Any:
        """Rows of TF-IDF terms (unit length) beside scaled marks."""
        terms = {t: i for i, t in enumerate(self.terms)}
        marks = {m: i + len(terms) for i, m in enumerate(self.marks)}
        data: list[float] = []
        columns: list[int] = []
        ends = [0]
        for seen in observations:
            own = [terms[t] for t in seen.terms if t in terms]
            counts = np.array([seen.terms[self.terms[c]] for c in own], dtype=np.float64)
            values = (1.0 + np.log(counts)) * self.idf[own] if own else counts
            norm = float(np.sqrt((values**2).sum()))
            data.extend(values / norm if norm else values)
            columns.extend(own)
            for name, value in seen.marks.items():
                if name in marks:
                    columns.append(marks[name])
                    data.append(value * mark_scale)
            ends.append(len(columns))
        shape = (len(observations), len(terms) + len(marks))
        return sparse.csr_matrix((data, columns, ends), shape=shape)


def _vocabulary(observations: Sequence[Observation]) -> _Vocabulary:
    seen_in: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    for seen in observations:
        seen_in.update(seen.terms.keys())
        marks.update(seen.marks.keys())
    terms = tuple(sorted(t for t, n in seen_in.items() if n >= _MIN_DOCUMENTS))
    total = len(observations)
    idf = np.array([np.log((1 + total) / (1 + seen_in[t])) + 1.0 for t in terms])
    return _Vocabulary(terms, idf, tuple(sorted(marks)))


@dataclass(frozen=True, slots=True)
class _Weights:
    """Weights in ``LABELS`` order."""

    coef: Array
    intercept: Array


def _regress(matrix: Any, labels: Sequence[Label], strength: float) -> _Weights:
    targets = np.array([LABELS.index(label) for label in labels])
    model = LogisticRegression(C=strength, max_iter=400, class_weight="balanced", tol=1e-3)
    model.fit(matrix, targets)
    coef = np.full((len(LABELS), matrix.shape[1]), 0.0)
    intercept = np.full(len(LABELS), -20.0)
    if len(model.classes_) == 2:  # noqa: PLR2004 - sklearn folds two classes into one row
        coef[model.classes_[1]], coef[model.classes_[0]] = model.coef_[0] / 2, -model.coef_[0] / 2
        intercept[model.classes_[1]] = model.intercept_[0] / 2
        intercept[model.classes_[0]] = -model.intercept_[0] / 2
    else:
        coef[model.classes_] = model.coef_
        intercept[model.classes_] = model.intercept_
    return _Weights(coef, intercept)


def _held_out_scores(
    examples: Sequence[Example], strength: float, mark_scale: float, folds: Sequence[Any]
) -> Array:
    """Scores of each document by a model that did not see it."""
    out = np.zeros((len(examples), len(LABELS)))
    for held in folds:
        if not len(held):
            continue
        inside = set(held.tolist())
        train = [e for i, e in enumerate(examples) if i not in inside]
        seen = [e.observation for e in train]
        vocabulary = _vocabulary(seen)
        weights = _regress(vocabulary.matrix(seen, mark_scale), [e.label for e in train], strength)
        rows = vocabulary.matrix([examples[i].observation for i in held], mark_scale)
        out[held] = rows @ weights.coef.T + weights.intercept
    return out


def _loss(chances: Array, targets: NDArray[np.int64]) -> float:
    return float(-np.log(np.clip(chances[np.arange(len(targets)), targets], 1e-9, 1)).mean())


def _combined(examples: Sequence[Example], scores: Array, model: LabelModel) -> Array:
    """Final probabilities of each document as the suggestion would give them."""
    out = np.zeros_like(scores)
    for i, example in enumerate(examples):
        declared, hard = example.observation.declared, example.observation.hard
        out[i] = combine(
            scores[i],
            temperature=model.temperature,
            declared=declared.label if declared else None,
            declared_weight=model.declared_weight,
            hard=hard.label if hard else None,
            hard_confidence=model.hard_confidence,
        )
    return out


def _hard_confidence(examples: Sequence[Example]) -> Array:
    """Precision of the hard rows by label on these documents, one success and one failure added."""
    out = np.zeros(len(LABELS))
    for row, label in enumerate(LABELS):
        fired = [e for e in examples if (h := e.observation.hard) is not None and h.label is label]
        right = sum(e.label is label for e in fired)
        # a row nobody has seen at work yet still rests on the statute: two successes to start with
        out[row] = (right + 2) / (len(fired) + 3)
    return out


def _set_limits(chances: Array, targets: NDArray[np.int64]) -> Array:
    """Class-conditional conformal limits of ``1 - p`` at the nominal 95 %."""
    limits = np.ones(len(LABELS))
    for row in range(len(LABELS)):
        scores = np.sort(1.0 - chances[targets == row, row])
        rank = int(np.ceil((len(scores) + 1) * (1 - _MISS_RATE)))
        limits[row] = scores[rank - 1] if 0 < rank <= len(scores) else 1.0
    return limits


def fit(examples: Sequence[Example], *, version: str = "") -> LabelModel:
    """A model fitted, calibrated and given its conformal limits by inner folds of ``examples``.

    Raises:
        TooFewDocuments: if a label has fewer than five documents.
    """
    counts = Counter(e.label for e in examples)
    if any(counts[label] < FOLDS for label in LABELS):
        raise TooFewDocuments
    folds = folds_of(examples)
    targets = np.array([LABELS.index(e.label) for e in examples], dtype=np.int64)
    trials = []
    for mark_scale in _MARK_SCALES:
        for strength in _STRENGTHS:
            scores = _held_out_scores(examples, strength, mark_scale, folds)
            loss, temperature = min((_loss(softmax(scores / t), targets), t) for t in _TEMPERATURES)
            trials.append((loss, mark_scale, strength, temperature, scores))
    _, mark_scale, strength, temperature, scores = min(trials, key=lambda trial: trial[0])

    observations = [e.observation for e in examples]
    vocabulary = _vocabulary(observations)
    weights = _regress(
        vocabulary.matrix(observations, mark_scale), [e.label for e in examples], strength
    )
    split = len(vocabulary.terms)
    model = LabelModel(
        version=version,
        terms=vocabulary.terms,
        idf=vocabulary.idf,
        marks=vocabulary.marks,
        mark_scale=mark_scale,
        term_weights=weights.coef[:, :split],
        mark_weights=weights.coef[:, split:],
        intercept=weights.intercept,
        temperature=float(temperature),
        declared_weight=0.0,
        hard_confidence=_hard_confidence(examples),
        set_limits=np.ones(len(LABELS)),
        threshold=THRESHOLD,
    )
    candidates = [replace(model, declared_weight=w) for w in _DECLARED_WEIGHTS]
    model = min(candidates, key=lambda m: _loss(_combined(examples, scores, m), targets))
    return replace(model, set_limits=_set_limits(_combined(examples, scores, model), targets))
