"""Signals in a document: phrases in their place, each with its spans.

Patterns are data (data/statutes/signals.yaml); this module says where they may stand.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from classifiers.squeezed import Squeezed
from domain.resources import data_path
from domain.spans import TextSpan

_HEAD_CHARS = 300
_TOP_LINES = 6
_SPANS_KEPT = 3


@dataclass(frozen=True, slots=True)
class SignalRule:
    """One phrase pattern with the zone it counts in and the name a reviewer reads."""

    id: str
    zone: str
    name: str
    pattern: re.Pattern[str]


@functools.cache
def signal_rules() -> tuple[SignalRule, ...]:
    """The shipped signal rules in file order."""
    raw = yaml.safe_load(data_path("statutes", "signals.yaml").read_text(encoding="utf-8"))
    return tuple(
        SignalRule(r["id"], r["zone"], r["name"], re.compile(r["pattern"], re.S)) for r in raw
    )


@functools.cache
def signal_names() -> Mapping[str, str]:
    """Chinese name of each signal."""
    return {rule.id: rule.name for rule in signal_rules()}


def find_signals(
    squeezed: Squeezed, title: TextSpan | None, wording: str
) -> Mapping[str, tuple[TextSpan, ...]]:
    """Signals present, each with up to three spans of the extracted text.

    ``title`` is the title's span, ``wording`` its squeezed text (quotation marks of 《》 removed).
    """
    found: dict[str, tuple[TextSpan, ...]] = {}
    for rule in signal_rules():
        spans = _spans(rule, squeezed, title, wording)
        if spans:
            found[rule.id] = spans
    return found


def _spans(
    rule: SignalRule, squeezed: Squeezed, title: TextSpan | None, wording: str
) -> tuple[TextSpan, ...]:
    if rule.zone == "title":
        return (title,) if title is not None and rule.pattern.search(wording) else ()
    if rule.zone in ("line", "top_line"):
        lines = squeezed.lines[:_TOP_LINES] if rule.zone == "top_line" else squeezed.lines
        return tuple(
            squeezed.span(line.start, line.end)
            for line in lines
            if rule.pattern.fullmatch(line.text)
        )[:_SPANS_KEPT]
    end = _HEAD_CHARS if rule.zone == "head" else len(squeezed.text)
    spans: list[TextSpan] = []
    for match in rule.pattern.finditer(squeezed.text, 0, end):
        if match.end() > match.start():
            spans.append(squeezed.span(match.start(), match.end()))
            if len(spans) == _SPANS_KEPT:
                break
    return tuple(spans)
