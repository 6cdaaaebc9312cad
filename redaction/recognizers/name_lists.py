"""Names in a row: with marks, remarks and posts between them, or with nothing at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from redaction.recognizers.name_cutting import NameCutter, Place
from redaction.recognizers.name_forms import (
    HAN,
    LATIN,
    cut_prefixes,
    is_common,
    is_han_name,
    name_weight,
    opens_weightily,
)
from redaction.recognizers.name_words import (
    ends_with_organization,
    followed_by_end,
    label_role,
    title_before,
)

_SEPARATORS = re.compile(r"[\s、,，;；/|]+")
_SURE_SEPARATOR = re.compile(r"[\s、/)]$")
_CONJUNCTION = re.compile("[和及与]")
_PARENTHESIS = re.compile(r"\([^()\n]{0,40}\)")
_NUMBERS = re.compile(r"[\s:]*[0-9][0-9 \-]{5,20}(?:\([^()\n]{0,8}\))?")
_HONORIFIC = re.compile("同志|先生|女士|小姐|律师|老师|师傅|医生|教授")
_NEXT_LABEL = re.compile(f"[{HAN}]{{1,12}}(?:\\([^()\\n]{{1,8}}\\))?\\s*:")
_SPACES = re.compile("[ ]{1,2}")
_FIRM_END = re.compile(
    "(?:公司|厂|店|铺|部|超市|合作社|集团|医院|学校|幼儿园|局|政府|委员会|中心|站|馆|行)$"
)
_SHORTEST_FIRM = 6
_QUOTES = "“”\"'「」《》"
_UNLIKELY = -12.0
_MOST_ITEMS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A name of a list: its place in the reading and what stands before it inside the item."""

    start: int
    end: int
    role: str = ""
    by_organization: bool = False


def items(cutter: NameCutter, start: int, limit: int, place: Place = Place.SURE) -> Iterator[Item]:
    """Names of a list from ``start`` on, before ``limit``; ends at the first thing else.

    Separators, spaces, remarks in brackets and telephone numbers may stand between them; an office
    or a post may stand before each.
    """
    position = start
    for _ in range(_MOST_ITEMS):
        before, position = position, _skip(cutter.text, position, limit)
        between = cutter.text[before:position]
        if position > start and between and not _SURE_SEPARATOR.search(between):
            # behind a comma or a bracket the sentence may go on with something else
            place = Place.POST
        if position >= limit or _NEXT_LABEL.match(cutter.text, position):
            return
        found = _item(cutter, position, limit, place)
        if not found and _CONJUNCTION.match(cutter.text, position):
            found = _item(cutter, position + 1, limit, place)
        if not found or found[-1].end > limit:
            return
        yield from found
        position = found[-1].end


def _skip(text: str, position: int, limit: int) -> int:
    """Past separators, brackets, honorifics and numbers."""
    while position < limit:
        before = position
        for pattern in (_HONORIFIC, _PARENTHESIS, _NUMBERS, _SEPARATORS):
            match = pattern.match(text, position)
            if match and match.end() <= limit:
                position = match.end()
        if position < limit and text[position] in _QUOTES:
            position += 1
        if position == before:
            break
    return position


def _item(cutter: NameCutter, position: int, limit: int, place: Place) -> list[Item]:
    run = cutter.run_at(position)[: limit - position]
    if len(run) >= _SHORTEST_FIRM and _FIRM_END.search(run):
        return []
    end = cutter.name_at(position, place)
    if end and end <= limit:
        return [Item(start=position, end=end)]
    prefixed = _after_prefix(cutter, position, run, place)
    return [prefixed] if prefixed else glued(cutter, position, run, place)


def _after_prefix(cutter: NameCutter, position: int, run: str, place: Place) -> Item | None:
    """A name behind an office or a post ("县财政局龙某某", "副局长王五")."""
    after = position + len(run)
    foreign = LATIN.match(cutter.text, after) if title_before(run)[0] else None
    if foreign:
        return _prefixed(run, after, foreign.end())
    spaced = _SPACES.match(cutter.text, after)
    if spaced and (ends_with_organization(run) or title_before(run)[0]):
        end = cutter.name_at(spaced.end(), place)
        if end:
            return _prefixed(run, spaced.end(), end)
    best: tuple[float, Item] | None = None
    for cut in range(1, len(run) - 1):
        before = run[:cut]
        if not title_before(before)[0] and not ends_with_organization(before):
            continue
        start = position + cut
        end = cutter.name_at(start, place)
        if not end:
            continue
        name = cutter.text[start:end]
        score = name_weight(name) if is_han_name(name) else _UNLIKELY
        score += 6.0 * (cutter.modelled(start, end) is True) + 8.0 * (name in cutter.known) + cut
        if best is None or score > best[0]:
            best = (score, _prefixed(before, start, end))
    return best[1] if best else None


def _prefixed(before: str, start: int, end: int) -> Item:
    role = title_before(before)[1]
    return Item(start=start, end=end, role=role, by_organization=not role)


def glued(cutter: NameCutter, position: int, run: str, place: Place = Place.POST) -> list[Item]:
    """Names written without any separator, as far as ``run`` at ``position`` can be cut so.

    Model or earlier finds must know one of them; where the place is sure, three characters each
    with frequent family names will do.
    """
    cuts = cut_prefixes(run, cutter.known)
    for length in range(len(run), 3, -1):
        names, rest = cuts[length], run[length:]
        if len(names) < 2:
            continue
        if rest and (label_role(rest) or not (followed_by_end(rest) or is_common(rest[:2]))):
            continue
        sure = place is Place.SURE and all(len(n) == 3 and opens_weightily(n) for n in names)
        if not (sure or _vouched(cutter, position, names)):
            continue
        found: list[Item] = []
        at = position
        for name in names:
            found.append(Item(start=at, end=at + len(name)))
            at += len(name)
        return found
    return []


def _vouched(cutter: NameCutter, position: int, names: tuple[str, ...]) -> bool:
    """Whether model or earlier finds agree with at least one name of a glued list."""
    at = position
    for name in names:
        if name in cutter.known or cutter.modelled(at, at + len(name)) is not None:
            return True
        at += len(name)
    return False
