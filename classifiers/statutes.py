"""The decision table: signals to label to ground.

Rows and grounds are data (data/statutes/decision_table.yaml, grounds.yaml). Mandatory grounds
(条例 14, 15) and discretionary ones (16) stay apart: each ground says which it is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from domain.labels import Ground, Label
from domain.resources import data_path
from domain.spans import TextSpan

_EVIDENCE_KEPT = 6
# grounds that fit nearly anything: they stand behind an item the statute names
_GENERAL = frozenset({"public_interest", "general"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the decision table."""

    id: str
    label: Label
    hard: bool
    weight: float
    kinds: frozenset[str]
    every: frozenset[str]
    any: frozenset[str]
    none: frozenset[str]
    grounds: tuple[str, ...]

    def fits(self, kind: str, present: frozenset[str]) -> bool:
        """Whether the row fits a document of this kind with these signals."""
        return (
            (not self.kinds or kind in self.kinds)
            and self.every <= present
            and (not self.any or bool(self.any & present))
            and not (self.none & present)
        )


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """The rows in order of priority and their version."""

    version: str
    rows: tuple[Row, ...]

    def fitting(self, kind: str, present: Iterable[str]) -> tuple[Row, ...]:
        """Rows that fit, in order of priority."""
        signals = frozenset(present)
        return tuple(row for row in self.rows if row.fits(kind, signals))


HARD_WEIGHT = 4.0


@functools.cache
def decision_table() -> DecisionTable:
    """The shipped decision table."""
    raw = yaml.safe_load(data_path("statutes", "decision_table.yaml").read_text(encoding="utf-8"))
    groups: Mapping[str, list[str]] = raw["groups"]

    def names(entry: Mapping[str, Any], key: str) -> frozenset[str]:
        out: set[str] = set()
        for name in entry.get(key, ()):
            out.update(groups[name[1:]] if name.startswith("$") else (name,))
        return frozenset(out)

    rows = tuple(
        Row(
            id=entry["id"],
            label=Label(entry["label"]),
            hard=entry.get("strength") == "hard",
            weight=float(entry.get("weight", HARD_WEIGHT)),
            kinds=frozenset(entry.get("kinds", ())),
            every=names(entry, "all"),
            any=names(entry, "any"),
            none=names(entry, "none"),
            grounds=tuple(entry["grounds"]),
        )
        for entry in raw["rows"]
    )
    return DecisionTable(version=raw["version"], rows=rows)


@functools.cache
def _grounds() -> Mapping[str, Mapping[str, Any]]:
    raw: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        data_path("statutes", "grounds.yaml").read_text(encoding="utf-8")
    )
    return raw


def ground_ids() -> tuple[str, ...]:
    """Ids of all grounds the table may name."""
    return tuple(_grounds())


def ground(ground_id: str, *, rule_id: str, evidence: Sequence[TextSpan] = ()) -> Ground:
    """The ground of this id, resting on these spans.

    Raises:
        KeyError: if no such ground is known.
    """
    entry = _grounds()[ground_id]
    return Ground(
        article=entry["article"],
        paragraph=entry.get("paragraph"),
        item=entry.get("item"),
        mandatory=bool(entry.get("mandatory", False)),
        statute=entry.get("statute", "tiaoli-2019"),
        reason=entry["reason"],
        rule_id=rule_id,
        evidence=tuple(dict.fromkeys(evidence))[:_EVIDENCE_KEPT],
    )


def grounds_of(
    rows: Sequence[Row], label: Label, signals: Mapping[str, tuple[TextSpan, ...]]
) -> tuple[Ground, ...]:
    """Grounds for ``label`` from the rows that fit: hard rows, then particular grounds, by weight.

    Discretionary grounds give way: where a mandatory one leads, they are left out.
    """
    chosen = sorted(
        (row for row in rows if row.label is label),
        key=lambda r: (not r.hard, r.grounds[0] in _GENERAL, -r.weight),
    )
    out: dict[str, Ground] = {}
    for row in chosen:
        evidence = [s for name in sorted(row.every | row.any) for s in signals.get(name, ())]
        for ground_id in row.grounds:
            if ground_id not in out:
                out[ground_id] = ground(ground_id, rule_id=row.id, evidence=evidence)
    found = tuple(out.values())
    if found and label is Label.EXEMPT:
        found = tuple(g for g in found if g.mandatory == found[0].mandatory)
    return found
