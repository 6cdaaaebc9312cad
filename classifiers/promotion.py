"""Whether a newly trained model may take over: only if it is no worse where it can be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.label_model import LabelModel
from classifiers.training import Example, fit, folds_of
from domain.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Right suggestions on the same documents, each by a model that had not seen the document.

    ``checked`` documents were in neither model's training set when it was asked; ``risky_now`` and
    ``risky_new`` count exempt documents suggested as proactive.
    """

    checked: int
    right_now: int
    right_new: int
    risky_now: int
    risky_new: int

    @property
    def no_worse(self) -> bool:
        """Whether the new model may take over."""
        return self.right_new >= self.right_now and self.risky_new <= self.risky_now


def compare(examples: Sequence[Example], current: LabelModel) -> Comparison:
    """The model that ``examples`` give, held out by folds, beside ``current``.

    Documents that ``current`` was trained on are left out of the count: it would know the answers.

    Raises:
        TooFewDocuments: if a label has too few documents for folds within folds.
    """
    right_now = right_new = risky_now = risky_new = checked = 0
    for held in folds_of(examples):
        inside = set(held.tolist())
        fresh = [e for i, e in enumerate(examples) if i not in inside]
        asked = [examples[i] for i in held if examples[i].digest not in current.training_digests]
        if not asked:
            continue
        model = fit(fresh)
        for example in asked:
            now, new = said(current, example), said(model, example)
            checked += 1
            right_now += now is example.label
            right_new += new is example.label
            if example.label is Label.EXEMPT:
                risky_now += now is Label.PROACTIVE
                risky_new += new is Label.PROACTIVE
    return Comparison(
        checked=checked,
        right_now=right_now,
        right_new=right_new,
        risky_now=risky_now,
        risky_new=risky_new,
    )


def said(model: LabelModel, example: Example) -> Label | None:
    """What a model suggests for an example; None where it abstains."""
    seen = example.observation
    chances = model.predict(
        seen.terms,
        seen.marks,
        declared=seen.declared.label if seen.declared else None,
        hard=seen.hard.label if seen.hard else None,
    )
    best = max(chances, key=lambda label: chances[label])
    return best if chances[best] >= model.threshold else None
