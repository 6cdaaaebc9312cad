"""What is looked for: removed strings in every form in which bytes may still carry them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from redaction.matching import fold

SHORTEST = 2
"""Strings of fewer folded characters are everywhere and prove nothing."""

BARRIER = "\ufffc"
"""Stands between places that no reader sees as one run of text; folding keeps it."""

_LONG = 4
_LONG_NUMBER = 6
_SHORTEST_BYTES = 6
_LONG_WORD = 12
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

# ASCII words that the markup of every file holds; a removed word like these proves nothing there.
_WORDS = """
auto default center left right both true false none single double clear continuous nextpage portrait
landscape decimal bullet table normal heading title header footer paragraph character numbering
preserve text page column name type font size style color black white body document section inline
anchor picture image span class content width height margin redacted gongkai pseudonym legend print
media border solid unicode identity catalog parent pages length filter contents resources subtype
encoding widths simsun arial calibri songti
"""
_MARKUP_WORDS = frozenset(_WORDS.split())


class _FoldTable(dict[int, str]):
    """Folding as a translation table, filled as characters are met: fast on long texts."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = fold(chr(code)).text
        return folded


_TABLE = _FoldTable()


def folded_text(text: str) -> str:
    """The same as ``redaction.matching.fold(text).text``, without the way back."""
    return text.translate(_TABLE)


@dataclass(frozen=True)
class Needle:
    """One removed string; ``index`` is its place among the secrets, ``allowed`` how often it is
    kept on purpose."""

    index: int
    text: str
    folded: str
    allowed: int

    @cached_property
    def is_ascii(self) -> bool:
        """Whether it may be met by chance in the language of file formats."""
        return self.folded.isascii()

    @cached_property
    def is_long(self) -> bool:
        """Whether it is too long to arise by chance where columns of a page are read downwards."""
        least = _LONG_NUMBER if self.is_ascii else _LONG
        return len(self.folded) >= least

    @cached_property
    def is_telling(self) -> bool:
        """Whether meeting it inside markup or bytes means anything."""
        if not self.is_ascii:
            return True
        if self.folded.isdigit():
            return len(self.folded) >= _LONG_NUMBER
        return len(self.folded) >= _LONG and self.folded not in _MARKUP_WORDS

    @cached_property
    def is_telling_in_bytes(self) -> bool:
        """As ``is_telling``, for bytes in which the words of the format stand unmarked."""
        return self.is_telling and not (
            self.is_ascii and self.folded.isalpha() and len(self.folded) < _LONG_WORD
        )

    @cached_property
    def _bounded(self) -> re.Pattern[str]:
        inner = re.escape(self.folded)
        return re.compile(_edge(self.folded[0], "<!") + inner + _edge(self.folded[-1], "!"))

    def in_markup(self, folded_value: str) -> bool:
        """Whether a folded attribute value, name or property holds it."""
        if self.folded not in folded_value:
            return False
        return not self.is_ascii or self._bounded.search(folded_value) is not None

    @cached_property
    def encoded(self) -> tuple[re.Pattern[bytes], ...]:
        """The byte forms worth looking for."""
        written = "".join(c for c in self.text if not unicodedata.category(c).startswith("C"))
        forms = dict.fromkeys(
            form
            for form in (
                written.strip(),
                unicodedata.normalize("NFKC", written).strip(),
                self.folded,
                self.folded.upper(),
                unicodedata.normalize("NFKC", written).translate(_FULL_WIDTH).strip(),
            )
            if form
        )
        out: dict[bytes, re.Pattern[bytes]] = {}
        for form in forms:
            for encoding in _ENCODINGS:
                data = form.encode(encoding, "ignore")
                if len(data) >= _SHORTEST_BYTES and data not in out:
                    out[data] = _byte_pattern(data, form)
        return tuple(out.values())


def _edge(char: str, look: str) -> str:
    """A look-around: a number does not go on with digits, a word not with letters."""
    if not char.isascii() or not char.isalnum():
        return ""
    return f"(?{look}[0-9])" if char.isdigit() else f"(?{look}[A-Za-z])"


def _byte_pattern(data: bytes, form: str) -> re.Pattern[bytes]:
    inner = re.escape(data)
    if not form.isascii():
        return re.compile(inner)
    before, after = _edge(form[0], "<!").encode(), _edge(form[-1], "!").encode()
    return re.compile(before + inner + after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needles:
    """All strings of one check, and what the copy may show."""

    items: tuple[Needle, ...]
    kept_characters: frozenset[str]

    def __iter__(self) -> Iterator[Needle]:
        return iter(self.items)


def needles(secrets: Sequence[str], kept_text: str) -> Needles:
    """The needles of ``secrets``: folded, each form once, without those too short to mean much."""
    kept = folded_text(kept_text)
    out: dict[str, Needle] = {}
    for index, secret in enumerate(secrets):
        folded = folded_text(secret)
        telling = len(folded) >= SHORTEST and any(char.isalnum() for char in folded)
        if telling and folded not in out:
            out[folded] = Needle(
                index=index, text=secret, folded=folded, allowed=kept.count(folded)
            )
    return Needles(items=tuple(out.values()), kept_characters=frozenset(kept))
