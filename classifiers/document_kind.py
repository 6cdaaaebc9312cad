"""文种: what sort of paper a document is, read from its title and its closing formula.

Kinds and patterns are data (data/statutes/document_kinds.yaml); the kinds' names are what the name
and role rules of screening know.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from domain.resources import data_path

UNKNOWN = "unknown"
# what an announcement without a subject in its title announces, looked for in its opening
_ANNOUNCED = frozenset(
    {"permit_result", "penalty_decision", "exposure", "inspection_result", "bid", "public_list"}
)
_BARE_ANNOUNCEMENT = re.compile(
    r"^(?:.{2,30}(?:局|政府|大队|委员会|中心|办公室|指挥部))?(?:公告|通告|公示)$"
)
_OPENING_CHARS = 300
_HEAD_CHARS = 120
# where formulas of opening and closing stand
_BODY_HEAD = 3000
_BODY_TAIL = 1500


@dataclass(frozen=True, slots=True)
class _Rules:
    names: Mapping[str, str]
    title: tuple[tuple[str, re.Pattern[str]], ...]
    body: tuple[tuple[str, re.Pattern[str]], ...]


@functools.cache
def _rules() -> _Rules:
    raw = yaml.safe_load(data_path("statutes", "document_kinds.yaml").read_text(encoding="utf-8"))

    def compiled(section: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((r["kind"], re.compile("|".join(r["any"]), re.S)) for r in raw[section])

    return _Rules(names=raw["kinds"], title=compiled("title"), body=compiled("body"))


def kind_names() -> Mapping[str, str]:
    """Every kind with its Chinese name."""
    return _rules().names


def subject_of(title: str, body: str) -> str:
    """The squeezed title, with the opening of the text where the title names no subject."""
    bare = re.sub(r"[《》]", "", title)
    return bare + body[:_HEAD_CHARS] if not bare or _BARE_ANNOUNCEMENT.search(bare) else bare


def kind_of(title: str, body: str, *, upward: bool = False) -> str:
    """The kind of a document from its squeezed title and squeezed text; "unknown" if nothing fits.

    ``upward`` = a 签发人 line stands in the head (上行文): a report then reports upwards.
    """
    rules = _rules()
    bare = re.sub(r"[《》]", "", title)
    kind = (
        _first(rules.title, bare)
        or _first(rules.body, body[:_BODY_HEAD] + body[-_BODY_TAIL:])
        or _first(rules.title, body[:_HEAD_CHARS])
        or UNKNOWN
    )
    if kind == "announcement" and _BARE_ANNOUNCEMENT.search(bare):
        announced = _first(rules.title, body[:_OPENING_CHARS])
        return announced if announced in _ANNOUNCED else kind
    return "report_up" if upward and kind == "self_check" else kind


def _first(rules: tuple[tuple[str, re.Pattern[str]], ...], wording: str) -> str | None:
    return next((kind for kind, pattern in rules if pattern.search(wording)), None)
