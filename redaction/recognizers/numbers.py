"""Numbers as people write and break them: runs of digit groups with what stands between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from domain.spans import TextSpan

_CHINESE_DIGITS = {
    "〇": "0", "○": "0", "零": "0", "一": "1", "幺": "1", "壹": "1", "二": "2", "贰": "2",
    "两": "2", "三": "3", "叁": "3", "四": "4", "肆": "4", "五": "5", "伍": "5", "六": "6",
    "陆": "6", "七": "7", "柒": "7", "八": "8", "捌": "8", "九": "9", "玖": "9",
}  # fmt: skip
# Full-width digits are folded here as well, so that the view does not hang on the normaliser.
_TO_ASCII = str.maketrans(
    {**_CHINESE_DIGITS, **{chr(0xFF10 + value): str(value) for value in range(10)}}
)
_CHINESE = "".join(_CHINESE_DIGITS)
_INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e"
_DASH = "\\-\u2010-\u2015\u2212\uff0d"
_GAP = re.compile(rf"[\s{_INVISIBLE}{_DASH}]{{1,8}}")
_GROUP = re.compile(rf"[0-9０-９]+|[{_CHINESE}]+")
_ROW_BREAK = re.compile(r"[\n\r\v\f\t\u2028\u2029]")
_MINIMUM_DIGITS = 7


class Gap(IntEnum):
    """What stands between two groups of digits, from nothing to a table border or line end."""

    NONE = 0
    INVISIBLE = 1
    SOFT = 2
    HARD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitGroup:
    """Digits without anything between them; ``digits`` are ASCII, as many as ``span`` is long.

    ``gap`` is what stands before the group inside its run; ``chinese`` tells Chinese numerals.
    """

    span: TextSpan
    digits: str
    gap: Gap
    chinese: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Consecutive whole groups of a run read as one number."""

    span: TextSpan
    digits: str
    groups: tuple[DigitGroup, ...]

    @property
    def widest_gap(self) -> Gap:
        """The widest gap inside the number."""
        return max((group.gap for group in self.groups[1:]), default=Gap.NONE)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the groups."""
        return tuple(len(group.digits) for group in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRun:
    """A maximal stretch of digit groups with nothing but gaps between them."""

    groups: tuple[DigitGroup, ...]

    def numbers(self, lengths: frozenset[int]) -> Iterator[Number]:
        """Every reading of consecutive whole groups whose digit count is one of ``lengths``."""
        longest = max(lengths)
        for first in range(len(self.groups)):
            total = 0
            for last in range(first, len(self.groups)):
                total += len(self.groups[last].digits)
                if total > longest:
                    break
                if total in lengths:
                    chosen = self.groups[first : last + 1]
                    yield Number(
                        span=TextSpan(start=chosen[0].span.start, end=chosen[-1].span.end),
                        digits="".join(group.digits for group in chosen),
                        groups=chosen,
                    )


def _gap_of(between: str) -> Gap:
    if not between:
        return Gap.NONE
    if _ROW_BREAK.search(between):
        return Gap.HARD
    if re.fullmatch(rf"[{_INVISIBLE}]+", between):
        return Gap.INVISIBLE
    return Gap.SOFT


def number_runs(text: str) -> tuple[NumberRun, ...]:
    """Runs of at least seven digits, in order, Chinese numerals and full-width digits folded.

    A gap is up to eight characters of white space (line ends and tabs too), hyphens or zero-width
    characters; a change between Chinese and other digits starts a new group.
    """
    runs: list[NumberRun] = []
    groups: list[DigitGroup] = []

    def close() -> None:
        if sum(len(group.digits) for group in groups) >= _MINIMUM_DIGITS:
            runs.append(NumberRun(groups=tuple(groups)))
        groups.clear()

    for match in _GROUP.finditer(text):
        between = text[groups[-1].span.end : match.start()] if groups else ""
        if groups and between and not _GAP.fullmatch(between):
            close()
            between = ""
        groups.append(
            DigitGroup(
                span=TextSpan(start=match.start(), end=match.end()),
                digits=match.group().translate(_TO_ASCII),
                gap=_gap_of(between),
                chinese=match.group()[0] in _CHINESE_DIGITS,
            )
        )
    close()
    return tuple(runs)
