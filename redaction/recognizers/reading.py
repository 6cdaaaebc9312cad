"""The text as a person reads it: names that spaces or line ends tear apart stand whole again."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from domain.spans import TextSpan
from redaction.recognizers.name_forms import is_common, opens_weightily, surnames
from redaction.recognizers.name_words import ends_with_organization, title_before

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACE_RUN = re.compile(r"[ \u3000\xa0]+")
_HAN_CHAR = re.compile(f"[{_HAN}]")
# Lone characters of tables and forms that are words of their own.
_LONE_WORDS = frozenset(
    "男女汉无有是否年月日时分元人等一二三四五六七八九十妻夫父母子孙兄弟姐妹甲乙丙丁班组村镇乡室股科局站所"
)
# A line that ends like this was ended by its writer.
_ENDS_LINE = frozenset("。;；!！?？:：|…")
# Widths in half-width units (a Chinese character counts two).
_SHORTEST_WRAPPED_LINE = 36
# What opens a line of its own: numbering, brackets, a label with a colon.
_OPENING = re.compile(
    r"[\s(【〔《☑□0-9A-Za-z]|[一二三四五六七八九十]{1,3}[、.)]|第[一二三四五六七八九十百0-9]{1,4}[条章节]"
    rf"|附[件注表]|[{_HAN}]{{2,12}}(?:\([^()\n]{{1,8}}\))?\s?:"
)
_TORN_REST = re.compile(rf"([{_HAN}]{{1,2}})[,，、(（]")
_COLUMNS = re.compile(r" {3,}")
# A lone character and its other half stand at most this many spaces apart ("林　　健").
_MOST_SPACES_INSIDE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Text without the spaces and line ends inside words; ``origin`` leads back.

    ``origin[i]`` is the index in the source text of code point ``i``; increasing.
    """

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> TextSpan:
        """The span of the source text that covers the reading's ``start`` to ``end``."""
        return TextSpan(start=self.origin[start], end=self.origin[end - 1] + 1)

    def place(self, position: int) -> int:
        """The index in the reading of the first kept code point at or after a source position."""
        return bisect_left(self.origin, position)


def read(source: str) -> Reading:
    """The reading of ``source``: torn words joined, every other character as it stands."""
    dropped = _inner_spaces(source) | _wrapped_line_ends(source)
    if not dropped:
        return Reading(text=source, origin=tuple(range(len(source))))
    kept = [i for i in range(len(source)) if i not in dropped]
    return Reading(text="".join(source[i] for i in kept), origin=tuple(kept))


def _is_han(char: str) -> bool:
    return bool(_HAN_CHAR.match(char))


def _inner_spaces(text: str) -> set[int]:
    """Places of spaces that tear a word: next to a lone Chinese character ("林 健", "徐 光 亮").

    Where a row of lone characters stands ("徐 光 亮"), all are joined; two words of two or more
    characters ("王志 高伟") stay apart.
    """
    dropped: set[int] = set()
    joined_until = -1
    for gap in _SPACE_RUN.finditer(text):
        start, end = gap.span()
        if end - start > _MOST_SPACES_INSIDE or not start or end >= len(text):
            continue
        if not (_is_han(text[start - 1]) and _is_han(text[end])):
            continue
        left_lone = start < 2 or not _is_han(text[start - 2])
        right_lone = end + 1 >= len(text) or not _is_han(text[end + 1])
        left_joined = joined_until == start - 1
        torn = not left_lone and _tears_name(text, start, end, right_lone)
        family = text[start - 1] in surnames() and text[start - 1] not in _LONE_WORDS
        opens = left_lone and not left_joined and (right_lone or family)
        if opens or torn or (left_joined and right_lone):
            dropped.update(range(start, end))
            if right_lone:
                joined_until = end
    return dropped


def _tears_name(text: str, start: int, end: int, right_lone: bool) -> bool:
    """Whether the gap stands between family name and given name behind other characters.

    A lone character after it ("办公室穆 兰"), or a post or office before it ("法定代表人穆 长青").
    """
    before = text[max(0, start - 10) : start]
    if before[-1] in surnames() and len(title_before(before[:-1])[0]) > 1:
        return not title_before(before)[0]
    if text[end] in _LONE_WORDS:
        return False
    if right_lone and end - start == 1:
        return before[-2:] in surnames() or opens_weightily(before[-1])
    return before[-1] in surnames() and len(before) > 2 and ends_with_organization(before[:-1])


def _width(line: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in line)


def _continues(body: str, following: str) -> bool:
    """Whether the next line opens with the rest of a word and a mark ("张小\\n兰,女")."""
    rest = _TORN_REST.match(following)
    if rest is None or rest.group(1)[0] in _LONE_WORDS:
        return False
    return _is_han(body[-1]) and not is_common(rest.group(1))


def _wrapped_line_ends(text: str) -> set[int]:
    """Places of line ends that only the page's width made.

    Lines their writer ended (。；：), short ones, tables and lines set in columns keep their end,
    and so do those before a line that opens something.
    """
    lines = text.split("\n")
    dropped: set[int] = set()
    position = 0
    for line, following in pairwise(lines):
        body = line.strip()
        end = position + len(line)
        if (
            body
            and following
            and body[-1] not in _ENDS_LINE
            and (_width(body) >= _SHORTEST_WRAPPED_LINE or _continues(body, following))
            and not _OPENING.match(following)
            and not _COLUMNS.search(body)
            and "\t" not in line
            and "\t" not in following
        ):
            dropped.update(range(position + len(line.rstrip()), end + 1))
        position = end + 1
    return dropped
