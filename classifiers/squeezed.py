"""A text without white space, with the way back.

Papers reach a bureau with spaces between the characters of a heading, lines broken inside a word
and full-width digits; a phrase is looked for in the squeezed text and its place told in the
extracted one.
"""

from __future__ import annotations

import bisect
import unicodedata
from dataclasses import dataclass

from domain.spans import TextSpan

# Only folds that keep one code point per code point, so that positions stay plain arithmetic.
_RANGES = ((0xFF00, 0xFFEF), (0x2E80, 0x2FDF), (0xF900, 0xFAFF), (0x2460, 0x24FF))
_FOLD = {
    code: folded
    for low, high in _RANGES
    for code in range(low, high + 1)
    if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1
}
# title marks as some PDF makers draw them
_FOLD |= {ord("«"): "《", ord("»"): "》"}
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its place in the squeezed text and its squeezed wording."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Squeezed:
    """Squeezed wording; ``origin[i]`` is the index in the extracted text of code point ``i``."""

    text: str
    origin: tuple[int, ...]
    lines: tuple[Line, ...]

    def span(self, start: int, end: int) -> TextSpan:
        """The stretch of the extracted text that gave ``text[start:end]`` (not empty)."""
        return TextSpan(start=self.origin[start], end=self.origin[end - 1] + 1)

    def line_at(self, index: int) -> int:
        """Number of the line that holds code point ``index`` of ``text``."""
        return bisect.bisect_right(self.lines, index, key=lambda line: line.start) - 1


def squeeze(text: str, *, within: TextSpan | None = None) -> Squeezed:
    """The squeezed form of ``text``, or of the stretch ``within`` of it."""
    start, end = (within.start, within.end) if within else (0, len(text))
    folded = text.translate(_FOLD)
    wording: list[str] = []
    origin: list[int] = []
    lines: list[Line] = []
    line_start = 0

    def close_line() -> None:
        nonlocal line_start
        if len(wording) > line_start:
            lines.append(Line(line_start, len(wording), "".join(wording[line_start:])))
            line_start = len(wording)

    for index in range(start, min(end, len(folded))):
        char = folded[index]
        if char in "\n\r\u2028\x0b\x0c":
            close_line()
        elif not char.isspace() and char not in _INVISIBLE:
            wording.append(char)
            origin.append(index)
    close_line()
    return Squeezed("".join(wording), tuple(origin), tuple(lines))
