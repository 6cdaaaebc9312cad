"""The text as it is read: hard-wrapped lines joined, stray spaces between characters dropped."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from domain.spans import TextSpan

_FULL_STOP = frozenset("。；;：:！？!?…")
# What opens a new paragraph: numbering, brackets, boxes, a label with a colon, an indent.
_OPENING = re.compile(
    r"\s|[（(【〔《☑□]|[一二三四五六七八九十]{1,3}[、.．)）]|[0-9]{1,3}[、.．)）]"
    r"|第[一二三四五六七八九十百0-9]{1,4}[条章节]|附[件注表]|[\u4e00-\u9fff]{2,8}[：:]"
)
_SHORTEST_WRAPPED_LINE = 12
_NEARLY_FULL = 0.75
_COLUMNS = re.compile(r"\S {2,}\S")
_SEPARATOR = " "
_SENTENCE = re.compile(r"[^。；;！!？?\t\n]+")
_PIECE = re.compile(r"(?:[^,，:：()（）]|(?<=[0-9])[,，:：](?=[0-9]))+")


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Reading text; ``origin[i]`` is the normalised position of its code point ``i``.

    Tabs and paragraph ends stay, white space that separates columns is one space, all other white
    space is gone.
    """

    text: str
    origin: tuple[int, ...]

    def unfold(self, start: int, end: int) -> TextSpan:
        """The normalised span of flow code points ``start`` to ``end``."""
        return TextSpan(start=self.origin[start], end=self.origin[end - 1] + 1)

    def position(self, normalized: int) -> int:
        """The first flow code point that comes from ``normalized`` or from further on."""
        return bisect_left(self.origin, normalized)

    def before(self, normalized: int, count: int) -> str:
        """Up to ``count`` code points of reading text before a normalised position."""
        at = self.position(normalized)
        return self.text[max(0, at - count) : at]

    def after(self, normalized: int, count: int) -> str:
        """Up to ``count`` code points of reading text from a normalised position on."""
        at = self.position(normalized)
        return self.text[at : at + count]

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Ranges of the flow text between sentence ends, tabs and line ends."""
        return tuple(match.span() for match in _SENTENCE.finditer(self.text))

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """Ranges of a sentence between commas, colons and brackets that stand in no number."""
        return [match.span() for match in _PIECE.finditer(self.text, start, end)]


def _usual_width(lines: list[str]) -> int:
    """The length that lines cut by the page's width have: all but a tenth are no longer."""
    lengths = sorted(
        len(line.rstrip())
        for line in lines
        if "\t" not in line and len(line.rstrip()) >= _SHORTEST_WRAPPED_LINE
    )
    return lengths[(len(lengths) * 9) // 10] if lengths else _SHORTEST_WRAPPED_LINE


def _is_wrapped(line: str, following: str, width: int) -> bool:
    bare = line.rstrip()
    return (
        len(bare) >= max(_SHORTEST_WRAPPED_LINE, width * _NEARLY_FULL)
        and _COLUMNS.search(bare.lstrip()) is None
        and bare[-1] not in _FULL_STOP
        and "\t" not in line
        and "\t" not in following
        and bool(following.strip())
        and _OPENING.match(following) is None
    )


def _is_ascii_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _keeps_space(text: str, start: int, end: int, wide: bool) -> bool:
    """Whether the white space ``start:end`` separates columns or Latin words."""
    if end - start > 1 or wide:
        return True
    if start == 0 or end >= len(text):
        return False
    return _is_ascii_word(text[start - 1]) and _is_ascii_word(text[end])


def read_flow(text: str, *, wide: frozenset[int] = frozenset()) -> Flow:
    """The reading text of ``text``; ``wide`` are positions of ideographic spaces before folding."""
    lines = text.split("\n")
    width = _usual_width(lines)
    out: list[str] = []
    origin: list[int] = []
    start = 0
    for index, line in enumerate(lines):
        for match in re.finditer(r"[^\S\t]+|\t|[^\s]+", line):
            piece = match.group()
            if piece == "\t" or not piece[0].isspace():
                out.append(piece)
                origin.extend(range(start + match.start(), start + match.end()))
            elif _keeps_space(line, match.start(), match.end(), start + match.start() in wide):
                out.append(_SEPARATOR)
                origin.append(start + match.start())
        if index + 1 < len(lines) and not _is_wrapped(line, lines[index + 1], width):
            out.append("\n")
            origin.append(start + len(line))
        start += len(line) + 1
    return Flow(text="".join(out), origin=tuple(origin))
