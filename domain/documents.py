"""A document from the inbox file to its normalised text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.spans import Rect, TextSpan


def text_digest(text: str) -> str:
    """SHA-256 (hex) of the text's UTF-8 bytes: the name under which spans of it may be stored."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class MediaType(StrEnum):
    """Formats known by their content, never by the file name."""

    TXT = "text/plain"
    HTML = "text/html"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PDF = "application/pdf"
    DOC = "application/msword"
    OFD = "application/ofd"
    IMAGE = "image/*"
    UNKNOWN = "application/octet-stream"


class Channel(StrEnum):
    """How a file reached the bureau's system."""

    INBOX = "inbox"
    UPLOAD = "upload"
    COMMAND_LINE = "command_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file as received. ``filename`` is untrusted: never a path, never printed to logs."""

    filename: str
    media_type: MediaType
    sha256: str
    size_bytes: int
    received_at: datetime
    channel: Channel
    department: str


class BlockKind(StrEnum):
    """What a stretch of extracted text is in its document."""

    PARAGRAPH = "paragraph"
    TABLE_CELL = "table_cell"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTE = "footnote"
    TEXT_BOX = "text_box"
    PAGE_TEXT = "page_text"
    SHEET_NAME = "sheet_name"
    CELL = "cell"
    INSERTION = "insertion"
    # The kinds below are seen but never published: they stand in an annex after the visible text.
    DELETION = "deletion"
    COMMENT = "comment"
    HIDDEN = "hidden"
    METADATA = "metadata"


UNPUBLISHED_KINDS = frozenset(
    {BlockKind.DELETION, BlockKind.COMMENT, BlockKind.HIDDEN, BlockKind.METADATA}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of the extracted text of one kind; blocks of a text are sorted and disjoint.

    ``part`` names the place in the file ("word/header1.xml", a sheet's name, ""); ``page_index`` is
    0-based or None; ``row`` and ``column`` are 0-based table positions or None.
    """

    kind: BlockKind
    span: TextSpan
    part: str = ""
    page_index: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredRun:
    """Where a stretch of text stands in the source file, so that a writer can find it again.

    ``node`` counts the text-bearing nodes of ``part`` in document order of the untouched source
    (docx: every w:t, m:t, a:t; html: every text node; xlsx: cells row by row); the code points of
    ``span`` are those of the node's text from ``offset`` on.
    """

    span: TextSpan
    part: str
    node: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSize:
    """A page as displayed, in PDF points."""

    width_pt: float
    height_pt: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRegion:
    """Something a person can see and the extractor cannot read (picture, stamp, outline, scan).

    ``rect`` is its place on a page, or None where the format has no pages; ``part`` names the
    picture's part then. ``reason`` is a code, e.g. "picture", "page_without_text", "no_tounicode".
    ``node`` is the ordinal of the picture among the part's pictures in document order, or None.
    """

    reason: str
    rect: Rect | None = None
    part: str = ""
    node: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedText:
    """The text of a document with its geometry.

    ``glyphs`` is empty (format without pages) or has one entry per code point of ``text``: its box,
    or None for characters the extractor added (line ends).
    """

    text: str
    media_type: MediaType
    glyphs: tuple[Rect | None, ...] = ()
    blocks: tuple[Block, ...] = ()
    anchors: tuple[AnchoredRun, ...] = ()
    pages: tuple[PageSize, ...] = ()
    unreadable: tuple[UnreadableRegion, ...] = ()
    encoding: str | None = None
    extractor_version: str = ""

    def __post_init__(self) -> None:
        if self.glyphs and len(self.glyphs) != len(self.text):
            raise ValueError("glyph boxes and text are out of step")

    @property
    def digest(self) -> str:
        """Digest of ``text``; findings, decisions and plans carry it."""
        return text_digest(self.text)

    @property
    def hidden_spans(self) -> tuple[TextSpan, ...]:
        """Stretches that no published copy may hold (comments, deletions, hidden text)."""
        return tuple(b.span for b in self.blocks if b.kind in UNPUBLISHED_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizedText:
    """Text folded code point by code point for matching, with the way back.

    ``origin[i]`` is the index in the extracted text of the code point that gave normalised code
    point ``i``; non-decreasing, one entry per code point. ``digest`` is the extracted text's.
    """

    text: str
    origin: tuple[int, ...]
    digest: str
    normalizer_version: str

    def __post_init__(self) -> None:
        if len(self.origin) != len(self.text):
            raise ValueError("normalised text and origin map are out of step")

    def to_extracted(self, span: TextSpan) -> TextSpan:
        """The span of the extracted text that gave this span of the normalised text."""
        return TextSpan(start=self.origin[span.start], end=self.origin[span.end - 1] + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Words of a normalised text in order; word ``i`` starts at code point ``starts[i]`` of it."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    tokenizer_version: str

    def __post_init__(self) -> None:
        if len(self.words) != len(self.starts):
            raise ValueError("words and starts are out of step")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One document of a file that holds several; spans of the parts are disjoint and sorted."""

    span: TextSpan
    title: str
