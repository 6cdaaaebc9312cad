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
import sklearn
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from classifiers.artifacts import ModelCard, TrainingDocument
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
_ROTATE_UP_TO = 1000
_MIN_DOCUMENTS = 2
_MISS_RATE = 0.05
# below this the likeliest label is a guess among three, not a suggestion
THRESHOLD = 0.55


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

    def scale(self, mark_scale: float) -> Any:
        """A diagonal that leaves the terms and weighs the marks."""
        factors = np.ones(len(self.terms) + len(self.marks))
        factors[len(self.terms) :] = mark_scale
        return sparse.diags(factors, format="csr")

    def matrix(self, observations: Sequence[Observation]) -> Any:
        """Rows of TF-IDF terms (unit length) beside the marks as they are."""
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
                    data.append(value)
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


def _rotated(matrix: Any) -> tuple[Any, Any]:
    """The rows in as many columns as there are rows, and the way back to the terms' columns.

    A ridge penalty does not see a rotation, so fitting few documents in their own span gives the
    same weights an order of magnitude faster.
    """
    values, vectors = np.linalg.eigh((matrix @ matrix.T).toarray())
    kept = values > values[-1] * 1e-10
    roots = np.sqrt(values[kept])
    return vectors[:, kept] * roots, matrix.T @ (vectors[:, kept] / roots)


def _regress(matrix: Any, labels: Sequence[Label], strength: float) -> _Weights:
    targets = np.array([LABELS.index(label) for label in labels])
    model = LogisticRegression(C=strength, max_iter=400, class_weight="balanced", tol=1e-4)
    back = None
    rows = matrix
    if matrix.shape[0] <= _ROTATE_UP_TO:
        rows, back = _rotated(matrix)
    model.fit(rows, targets)
    fitted = model.coef_ if back is None else (back @ model.coef_.T).T
    coef = np.full((len(LABELS), matrix.shape[1]), 0.0)
    intercept = np.full(len(LABELS), -20.0)
    coef[model.classes_] = fitted
    intercept[model.classes_] = model.intercept_
    return _Weights(coef, intercept)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One setting to try: weight of the marks beside the terms, inverse strength of the ridge."""

    mark_scale: float
    strength: float


def _held_out_scores(
    examples: Sequence[Example], folds: Sequence[NDArray[np.int64]]
) -> dict[_Trial, Array]:
    """For each setting, scores of each document by a model that did not see it."""
    out = {
        _Trial(scale, strength): np.zeros((len(examples), len(LABELS)))
        for scale in _MARK_SCALES
        for strength in _STRENGTHS
    }
    for held in folds:
        if not len(held):
            continue
        inside = set(held.tolist())
        train = [e for i, e in enumerate(examples) if i not in inside]
        seen = [e.observation for e in train]
        vocabulary = _vocabulary(seen)
        labels = [e.label for e in train]
        rows = vocabulary.matrix(seen)
        held_rows = vocabulary.matrix([examples[i].observation for i in held])
        for trial, scores in out.items():
            scale = vocabulary.scale(trial.mark_scale)
            weights = _regress(rows @ scale, labels, trial.strength)
            scores[held] = held_rows @ scale @ weights.coef.T + weights.intercept
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
    with threadpool_limits(1):
        # matrices this small are slower on several threads, many times so on a busy machine
        return _fitted(examples, version)


def _fitted(examples: Sequence[Example], version: str) -> LabelModel:
    folds = folds_of(examples)
    targets = np.array([LABELS.index(e.label) for e in examples], dtype=np.int64)
    trials = _held_out_scores(examples, folds)
    best: tuple[float, float, _Trial] | None = None
    for trial, scores in trials.items():
        loss, temperature = min((_loss(softmax(scores / t), targets), t) for t in _TEMPERATURES)
        if best is None or loss < best[0]:
            best = (loss, float(temperature), trial)
    assert best is not None
    _, temperature, trial = best
    scores = trials[trial]

    observations = [e.observation for e in examples]
    vocabulary = _vocabulary(observations)
    rows = vocabulary.matrix(observations) @ vocabulary.scale(trial.mark_scale)
    weights = _regress(rows, [e.label for e in examples], trial.strength)
    split = len(vocabulary.terms)
    model = LabelModel(
        version=version,
        terms=vocabulary.terms,
        idf=vocabulary.idf,
        marks=vocabulary.marks,
        mark_scale=trial.mark_scale,
        term_weights=weights.coef[:, :split],
        mark_weights=weights.coef[:, split:],
        intercept=weights.intercept,
        temperature=temperature,
        declared_weight=0.0,
        hard_confidence=_hard_confidence(examples),
        set_limits=np.ones(len(LABELS)),
        threshold=THRESHOLD,
    )
    candidates = [replace(model, declared_weight=w) for w in _DECLARED_WEIGHTS]
    model = min(candidates, key=lambda m: _loss(_combined(examples, scores, m), targets))
    return replace(model, set_limits=_set_limits(_combined(examples, scores, model), targets))


def train(
    examples: Sequence[Example], *, name: str, trained_on: date, versions: Mapping[str, str]
) -> tuple[LabelModel, ModelCard]:
    """A model over all ``examples`` and its card with cross-validated scores.

    ``versions`` names what the caller used (tokenizer, normaliser, screening); nothing here reads
    the clock. Version and digest of the card are filled in when it is written.

    Raises:
        TooFewDocuments: if a label has too few documents for folds within folds.
    """
    model = fit(examples)
    card = ModelCard(
        version="",
        name=name,
        trained_on=trained_on,
        documents=tuple(
            TrainingDocument(id=e.id, digest=e.digest, label=e.label.value) for e in examples
        ),
        scores=cross_validated(examples),
        settings={
            "mark_scale": model.mark_scale,
            "temperature": model.temperature,
            "declared_weight": model.declared_weight,
            "threshold": model.threshold,
            "terms": float(len(model.terms)),
        },
        versions={
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "features": FEATURES_VERSION,
            "decision_table": decision_table().version,
            **versions,
        },
    )
    return model, card


def cross_validated(examples: Sequence[Example]) -> Mapping[str, float]:
    """Scores of documents by models that did not see them nor the documents of their group."""
    chances = np.zeros((len(examples), len(LABELS)))
    targets = np.array([LABELS.index(e.label) for e in examples], dtype=np.int64)
    threshold = THRESHOLD
    for held in folds_of(examples):
        inside = set(held.tolist())
        model = fit([e for i, e in enumerate(examples) if i not in inside])
        threshold = model.threshold
        for i in held:
            chances[i] = _chances(model, examples[i].observation)
    best = chances.argmax(axis=1)
    sure = chances.max(axis=1) >= threshold
    return {
        "documents": float(len(examples)),
        "accuracy": float(((best == targets) & sure).mean()),
        "abstained": float((~sure).mean()),
        "macro_f1": _macro_f1(targets, np.where(sure, best, -1)),
        "exempt_as_proactive": float(
            (sure & (targets == LABELS.index(Label.EXEMPT)) & (best == 0)).sum()
        ),
    }


def _chances(model: LabelModel, seen: Observation) -> Array:
    chances = model.predict(
        seen.terms,
        seen.marks,
        declared=seen.declared.label if seen.declared else None,
        hard=seen.hard.label if seen.hard else None,
    )
    return np.array([chances[label] for label in LABELS])


def _macro_f1(targets: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    scores = []
    for row in range(len(LABELS)):
        hits = float(((targets == row) & (said == row)).sum())
        total = float((targets == row).sum() + (said == row).sum())
        scores.append(2 * hits / total if total else 0.0)
    return sum(scores) / len(scores)
