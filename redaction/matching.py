"""The same characters in any disguise: folded text with the way back to where they stood."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.spans import TextSpan, merged

# Dashes that stand inside numbers and names, beside everything Unicode calls Pd.
_MORE_HYPHENS = frozenset("\u2212\u30fc\u2500\u2501\uff70")
# Cf covers soft hyphen, zero-width characters, BOM and bidi marks; the others are invisible too.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Folded text; ``origin[i]`` is the index in the unfolded text that gave code point ``i``."""

    text: str
    origin: tuple[int, ...]

    def unfold(self, start: int, end: int) -> TextSpan:
        """The span of the unfolded text that covers folded code points ``start`` to ``end``."""
        return TextSpan(start=self.origin[start], end=self.origin[end - 1] + 1)


def _is_dropped(char: str) -> bool:
    category = unicodedata.category(char)
    return (
        category in ("Cf", "Cc", "Zs", "Zl", "Zp", "Pd", "Mn", "Me")
        or char.isspace()
        or char in _MORE_HYPHENS
        or char in _INVISIBLE
    )


@lru_cache(maxsize=1 << 16)
def _fold_char(char: str) -> str:
    """What one code point becomes: "" where it is dropped."""
    if _is_dropped(char):
        return ""
    folded = unicodedata.normalize("NFKC", char).casefold()
    return "".join(c for c in folded if not _is_dropped(c))


def fold(text: str) -> Folded:
    """``text`` in NFKC per code point, casefolded, without white space, hyphens and invisibles."""
    pieces: list[str] = []
    origin: list[int] = []
    for position, char in enumerate(text):
        folded = _fold_char(char)
        if folded:
            pieces.append(folded)
            if len(folded) == 1:
                origin.append(position)
            else:
                origin.extend([position] * len(folded))
    return Folded(text="".join(pieces), origin=tuple(origin))


def _occurrences(haystack: Folded, needle: str) -> Iterator[TextSpan]:
    start = haystack.text.find(needle)
    while start >= 0:
        yield haystack.unfold(start, start + len(needle))
        start = haystack.text.find(needle, start + 1)


def find(text: str, strings: Sequence[str]) -> tuple[TextSpan, ...]:
    """Sorted, disjoint spans of ``text`` where any of ``strings`` stands, in any disguise.

    Full-width forms, letter case, white space, line ends, hyphens, zero-width characters and soft
    hyphens make no difference. Strings that fold to nothing are found nowhere.
    """
    haystack = fold(text)
    needles = {fold(string).text for string in strings} - {""}
    return merged(span for needle in sorted(needles) for span in _occurrences(haystack, needle))
