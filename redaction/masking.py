"""From chosen findings to marks: one disjoint set of places, each with its replacement."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.documents import ExtractedText
from domain.findings import Category, Finding, FindingType, Origin
from domain.publication import Mark
from domain.resources import data_path
from domain.spans import TextSpan, merged
from redaction.matching import find, fold
from redaction.policy import MaskStyle, Policy
from redaction.pseudonyms import pseudonyms

REDACTED = "▇▇▇"
"""The replacement where no policy says otherwise; its width never tells a length."""

_PERSONS = frozenset({FindingType.PERSON, FindingType.MINOR})
# Which statement a place covered for several reasons carries.
_WEIGHT: Mapping[Category, int] = {
    Category.STATE_SECRET: 3,
    Category.WORK_SECRET: 2,
    Category.TRADE_SECRET: 1,
    Category.PRIVATE: 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A stretch to be covered; ``whole`` False once findings of different kinds were merged."""

    span: TextSpan
    type: FindingType
    category: Category
    whole: bool = True


def marks(
    extracted: ExtractedText,
    findings: Iterable[Finding],
    redacted_ids: Collection[str],
    policy: Policy,
) -> tuple[Mark, ...]:
    """Sorted, disjoint marks for the findings whose ids are in ``redacted_ids``.

    Overlapping and nested findings become one mark; so do touching ones, unless one of them is a
    person, whose pseudonym is worth keeping. Regions (findings located by a box) are no marks.
    """
    hidden = extracted.hidden_spans
    chosen = [
        _beyond_county(extracted.text, finding, finding.location, policy)
        for finding in findings
        if finding.id in redacted_ids
        and isinstance(finding.location, TextSpan)
        # what is never published needs no mark, and its people no pseudonyms
        and not any(span.contains(finding.location) for span in hidden)
    ]
    places = _union(chosen)
    names = [p.span.cut(extracted.text) for p in places if _is_person(p, policy)]
    kept = _uncovered(extracted.text, places)
    by_name = pseudonyms(names, ending=policy.mask(FindingType.PERSON).text, taken=kept)
    return tuple(
        Mark(
            span=place.span,
            type=place.type,
            replacement=_replacement(extracted.text, place, policy, by_name),
            ground=policy.ground(place.category),
        )
        for place in places
    )


def masked_title(title: str, extracted: ExtractedText, given: Sequence[Mark]) -> str:
    """``title`` (or a file name, a summary) with every marked string replaced, in any disguise.

    A string that is masked anywhere is masked here, even where another mention of it is kept.
    """
    replaced: list[tuple[TextSpan, str]] = []
    for mark in sorted(given, key=lambda m: -m.span.length):
        secret = mark.span.cut(extracted.text)
        if len(fold(secret).text) < 2:
            continue
        for span in find(title, (secret,)):
            if not any(span.overlaps(other) for other, _text in replaced):
                replaced.append((span, mark.replacement))
    out: list[str] = []
    at = 0
    for span, text in sorted(replaced, key=lambda r: r[0].start):
        out += [title[at : span.start], text]
        at = span.end
    return "".join((*out, title[at:]))


def _union(places: Iterable[_Place]) -> list[_Place]:
    out: list[_Place] = []
    for place in sorted(places, key=lambda p: (p.span.start, -p.span.end)):
        if not out or _apart(out[-1], place):
            out.append(place)
        else:
            out[-1] = _joined(out[-1], place)
    return out


def _apart(left: _Place, right: _Place) -> bool:
    if right.span.start == left.span.end:
        return bool({left.type, right.type} & _PERSONS)
    return right.span.start > left.span.end


def _joined(left: _Place, right: _Place) -> _Place:
    leading = left if _WEIGHT[left.category] >= _WEIGHT[right.category] else right
    span = merged((left.span, right.span))[0]
    same = left.span == right.span and left.whole and {left.type, right.type} <= _PERSONS
    return _Place(span=span, type=leading.type, category=leading.category, whole=same)


def _is_person(place: _Place, policy: Policy) -> bool:
    return place.whole and policy.mask(place.type).style is MaskStyle.PSEUDONYM


def _replacement(text: str, place: _Place, policy: Policy, by_name: Mapping[str, str]) -> str:
    if _is_person(place, policy):
        return by_name.get(fold(place.span.cut(text)).text, REDACTED)
    mask = policy.mask(place.type)
    return REDACTED if mask.style is MaskStyle.PSEUDONYM else mask.text


def _uncovered(text: str, places: Sequence[_Place]) -> str:
    out: list[str] = []
    at = 0
    for place in places:
        out.append(text[at : place.span.start])
        at = place.span.end
    return "\n".join((*out, text[at:]))


def _beyond_county(text: str, finding: Finding, span: TextSpan, policy: Policy) -> _Place:
    """The finding's place; of an address only what follows its province, city and county.

    A span that a person drew is covered whole, and so is an address that ends with the county.
    """
    folded = fold(span.cut(text))
    cut = policy.mask(finding.type).style is MaskStyle.COUNTY and finding.origin is Origin.MACHINE
    county = _county().match(folded.text) if cut else None
    if county is not None and county.end() < len(folded.text):
        start = span.start + folded.unfold(county.end(), county.end() + 1).start
        span = TextSpan(start=start, end=span.end)
    return _Place(span=span, type=finding.type, category=finding.category)


@functools.cache
def _county() -> re.Pattern[str]:
    """A known county, city district or banner at the start, after any province and city."""
    return re.compile(
        f"(?:{_names('provinces.csv')})?(?:{_names('cities.csv')})?(?:{_names('areas.csv')})"
    )


def _names(filename: str) -> str:
    lines = data_path("lexicons", "admin_divisions", filename).read_text(encoding="utf-8")
    listed = {json.loads(line.split(",")[1]) for line in lines.splitlines()[1:]}
    return "|".join(re.escape(fold(name).text) for name in sorted(listed, key=lambda n: -len(n)))
