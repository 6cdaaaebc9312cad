"""The label model: words and signals to calibrated probabilities and a prediction set.

Plain arrays read without pickle; prediction needs numpy alone. The numbers are those of a
multinomial logistic regression over TF-IDF terms and named marks (see training).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import GongkaiError
from domain.labels import Label

LABELS: tuple[Label, ...] = (Label.PROACTIVE, Label.ON_REQUEST, Label.EXEMPT)
Array = NDArray[np.float64]


class DamagedModel(GongkaiError):
    """A model whose files are missing, changed or of another shape; it is refused, not deleted."""

    code = "damaged_model"
    message = "标签模型文件缺失或已损坏，已拒绝加载。请回退到上一版本或重新训练。"


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one term or mark spoke for a label (log-odds against the other labels' mean)."""

    name: str
    weight: float


@dataclass(frozen=True, repr=False)
class LabelModel:
    """A fitted model. Arrays: terms and marks by columns, labels (``LABELS`` order) by rows.

    ``temperature`` divides the logits; ``hard_confidence`` is the measured precision of the hard
    rows of each label; ``declared_weight`` the log-odds a drafter's mark is worth; ``set_limits``
    the conformal limit of each class for ``1 - p`` (class-conditional). ``training_digests`` are
    the text digests of the documents it was trained on.
    """

    version: str
    terms: tuple[str, ...]
    idf: Array
    marks: tuple[str, ...]
    mark_scale: float
    term_weights: Array
    mark_weights: Array
    intercept: Array
    temperature: float
    declared_weight: float
    hard_confidence: Array
    set_limits: Array
    threshold: float
    training_digests: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"LabelModel({self.version!r}, {len(self.terms)} terms)"

    @classmethod
    def load(cls, folder: Path) -> LabelModel:
        """The model in ``folder`` (model.npz beside card.json), its digest checked.

        Raises:
            DamagedModel: if a file is missing, changed or not of this shape.
        """
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            data = (folder / "model.npz").read_bytes()
            if hashlib.sha256(data).hexdigest() != card["digest"]:
                raise DamagedModel
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                model = model_from(dict(arrays), card["version"])
            known = frozenset(document["digest"] for document in card["documents"])
            return replace(model, training_digests=known)
        except (OSError, ValueError, KeyError, TypeError):
            raise DamagedModel from None

    @cached_property
    def _term_index(self) -> Mapping[str, int]:
        return {term: i for i, term in enumerate(self.terms)}

    @cached_property
    def _mark_index(self) -> Mapping[str, int]:
        return {mark: i for i, mark in enumerate(self.marks)}

    def logits(self, terms: Mapping[str, int], marks: Mapping[str, float]) -> Array:
        """Uncalibrated scores of the three labels."""
        columns, values = self._weigh(terms)
        scores: Array = self.intercept.copy()
        if columns:
            scores += self.term_weights[:, columns] @ values
        for name, value in marks.items():
            index = self._mark_index.get(name)
            if index is not None:
                scores += self.mark_weights[:, index] * (value * self.mark_scale)
        return scores

    def predict(
        self,
        terms: Mapping[str, int] | Sequence[str],
        marks: Mapping[str, float] | None = None,
        *,
        declared: Label | None = None,
        hard: Label | None = None,
    ) -> Mapping[Label, float]:
        """Calibrated probabilities of the three labels, summing to 1.

        ``declared`` weighs in as evidence; ``hard`` is the label of the hard row that fits.
        """
        if not isinstance(terms, Mapping):
            counted: dict[str, int] = {}
            for term in terms:
                counted[term] = counted.get(term, 0) + 1
            terms = counted
        scores = self.logits(terms, marks or {})
        chances = combine(
            scores,
            temperature=self.temperature,
            declared=declared,
            declared_weight=self.declared_weight,
            hard=hard,
            hard_confidence=self.hard_confidence,
        )
        return {label: float(chances[i]) for i, label in enumerate(LABELS)}

    def prediction_set(self, probabilities: Mapping[Label, float]) -> tuple[Label, ...]:
        """Labels that cannot be excluded at the nominal 95 %; the likeliest is always in."""
        best = max(LABELS, key=lambda label: probabilities[label])
        return tuple(
            label
            for i, label in enumerate(LABELS)
            if label is best or 1.0 - probabilities[label] <= self.set_limits[i]
        )

    def contributions(
        self, terms: Mapping[str, int], marks: Mapping[str, float], label: Label, *, most: int
    ) -> tuple[Contribution, ...]:
        """The terms and marks that spoke most for ``label``, strongest first."""
        row = LABELS.index(label)
        columns, values = self._weigh(terms)
        out: list[Contribution] = []
        if columns:
            weights = self.term_weights[:, columns]
            share = (weights[row] - weights.mean(axis=0)) * values
            out.extend(
                Contribution(self.terms[c], float(s)) for c, s in zip(columns, share, strict=True)
            )
        for name, value in marks.items():
            index = self._mark_index.get(name)
            if index is not None:
                column = self.mark_weights[:, index]
                share_of = float(column[row] - column.mean()) * value * self.mark_scale
                out.append(Contribution(name, share_of))
        out.sort(key=lambda c: -c.weight)
        return tuple(c for c in out[:most] if c.weight > 0)

    def _weigh(self, terms: Mapping[str, int]) -> tuple[list[int], Array]:
        index = self._term_index
        columns = [index[t] for t in terms if t in index]
        counts = np.array([terms[self.terms[c]] for c in columns], dtype=np.float64)
        values = (1.0 + np.log(counts)) * self.idf[columns] if columns else counts
        norm = float(np.sqrt((values**2).sum()))
        return columns, values / norm if norm else values


def softmax(scores: Array) -> Array:
    """Probabilities of rows of scores."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    out: Array = powers / powers.sum(axis=-1, keepdims=True)
    return out


def combine(
    scores: Array,
    *,
    temperature: float,
    declared: Label | None,
    declared_weight: float,
    hard: Label | None,
    hard_confidence: Array,
) -> Array:
    """Probabilities from the model's scores, the drafter's mark and a hard row.

    A mark for publication counts half: drafters mark papers public by habit, and the error that
    publishes is the one that cannot be taken back.
    """
    scores = scores / temperature
    if declared is not None:
        weight = declared_weight / 2 if declared is Label.PROACTIVE else declared_weight
        scores = scores.copy()
        scores[LABELS.index(declared)] += weight
    chances = softmax(scores)
    if hard is not None:
        row = LABELS.index(hard)
        sure = float(hard_confidence[row])
        chances = (1.0 - sure) * chances
        chances[row] += sure
    return chances


def arrays_of(model: LabelModel) -> dict[str, NDArray[Any]]:
    """The model as arrays that load without pickle."""
    return {
        "terms": np.array(model.terms, dtype=np.str_),
        "idf": model.idf.astype(np.float32),
        "marks": np.array(model.marks, dtype=np.str_),
        "term_weights": model.term_weights.astype(np.float32),
        "mark_weights": model.mark_weights.astype(np.float32),
        "intercept": model.intercept,
        "hard_confidence": model.hard_confidence,
        "set_limits": model.set_limits,
        "numbers": np.array(
            [model.mark_scale, model.temperature, model.declared_weight, model.threshold]
        ),
    }


def model_from(arrays: Mapping[str, NDArray[Any]], version: str) -> LabelModel:
    """The model from its arrays.

    Raises:
        KeyError, ValueError: if an array is missing or of the wrong shape.
    """
    mark_scale, temperature, declared_weight, threshold = (float(x) for x in arrays["numbers"])
    terms = tuple(str(t) for t in arrays["terms"])
    marks = tuple(str(m) for m in arrays["marks"])
    term_weights = arrays["term_weights"].astype(np.float64)
    mark_weights = arrays["mark_weights"].astype(np.float64)
    if term_weights.shape != (len(LABELS), len(terms)):
        raise ValueError("term weights and terms are out of step")
    if mark_weights.shape != (len(LABELS), len(marks)):
        raise ValueError("mark weights and marks are out of step")
    return LabelModel(
        version=version,
        terms=terms,
        idf=arrays["idf"].astype(np.float64),
        marks=marks,
        mark_scale=mark_scale,
        term_weights=term_weights,
        mark_weights=mark_weights,
        intercept=arrays["intercept"].astype(np.float64),
        temperature=temperature,
        declared_weight=declared_weight,
        hard_confidence=arrays["hard_confidence"].astype(np.float64),
        set_limits=arrays["set_limits"].astype(np.float64),
        threshold=threshold,
    )
