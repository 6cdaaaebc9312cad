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
_SHORTEST_WRAPPED_LINE = 16
_SEPARATOR = " "


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
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Ranges of the flow text between any two punctuation marks, tabs or line ends."""
        return tuple(
            (match.start(), match.end())
            for match in re.finditer(r"[^，,。；;！!？?\t\n]+", self.text)
        )


def _is_wrapped(line: str, following: str) -> bool:
    bare = line.rstrip()
    return (
        len(bare) >= _SHORTEST_WRAPPED_LINE
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
        if index + 1 < len(lines) and not _is_wrapped(line, lines[index + 1]):
            out.append("\n")
            origin.append(start + len(line))
        start += len(line) + 1
    return Flow(text="".join(out), origin=tuple(origin))
