"""What a reader hands over of the finished bytes, and how it is to be searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Sight(StrEnum):
    """How content was seen, which says what a hit in it means."""

    TEXT = "text"
    """Running text, every visible character once: hits are counted against the kept text."""

    ROWS = "rows"
    """Text sorted into lines by position: as TEXT, but short strings only within a line."""

    COLUMNS = "columns"
    """Text sorted across its lines: only long strings mean something."""

    MARKUP = "markup"
    """Names, attributes, properties, titles: only strings kept nowhere mean something."""

    BYTES = "bytes"
    """Bytes of any kind, searched in several encodings: as MARKUP."""

    GLYPHS = "glyphs"
    """Characters that a font can show: a character kept nowhere must not be among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A stretch of content at one place of the file; ``place`` never holds text of the document."""

    place: str
    sight: Sight
    text: str = ""
    data: bytes = b""


class ReaderFailed(Exception):
    """A reader could not read the finished bytes; ``code`` says why. The copy is not clean."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One independent way of looking at finished bytes."""

    name: str
    read: Callable[[bytes], Iterable[Reading]]
