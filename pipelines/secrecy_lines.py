"""The lines of a document for the secrecy gate, in the streams in which a reader meets them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from domain.documents import Block, BlockKind, ExtractedText, MediaType
from domain.spans import TextSpan

_LINE_ENDS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# columns set by blanks: two words of one line are further apart than letters of a spaced word
_GAP = re.compile(r"\t+|[ \u00a0]{4,}|\u3000{3,}|(?:\u3000[ \u00a0]?){3,}")
_CELL_KINDS = frozenset({BlockKind.TABLE_CELL, BlockKind.CELL})
_BODY_KINDS = frozenset(
    {
        BlockKind.PARAGRAPH,
        BlockKind.INSERTION,
        BlockKind.PAGE_TEXT,
        BlockKind.TABLE_CELL,
        BlockKind.CELL,
    }
)


class Place(Enum):
    """Where a stream stands in its document."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    NOTE = "note"
    TEXT_BOX = "text_box"
    HIDDEN = "hidden"
    DELETED = "deleted"
    COMMENT = "comment"


_PLACES = {
    BlockKind.HEADER: Place.HEADER,
    BlockKind.FOOTER: Place.FOOTER,
    BlockKind.FOOTNOTE: Place.NOTE,
    # a sheet may be named after the level of what it lists
    BlockKind.SHEET_NAME: Place.NOTE,
    BlockKind.TEXT_BOX: Place.TEXT_BOX,
    BlockKind.HIDDEN: Place.HIDDEN,
    BlockKind.DELETION: Place.DELETED,
    BlockKind.COMMENT: Place.COMMENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with something on it.

    ``fields`` are its columns, each the lines of one cell; a plain line has one field of one line.
    ``breaks_before``: a page break stands right above.
    """

    fields: tuple[tuple[str, ...], ...]
    table: tuple[str, int | None] | None = None
    breaks_before: bool = False

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join("".join(field) for field in self.fields)


@dataclass(slots=True, kw_only=True)
class Stream:
    """Lines that follow one another. ``lines_above``: how many body lines stand before it."""

    place: Place
    part: str = ""
    page_index: int | None = None
    lines_above: int = 0
    lines: list[Line] = field(default_factory=list)


def streams_of(extracted: ExtractedText) -> list[Stream]:
    """The document's streams: body (a page or sheet each), headers, boxes, and the annex."""
    streams: list[Stream] = []
    body_lines = 0
    for group in _groups(_all_blocks(extracted)):
        place = Place.BODY if group[0].kind in _BODY_KINDS else _PLACES[group[0].kind]
        key = (place, group[0].part, group[0].page_index)
        lines = list(_lines(extracted.text, group))
        if not lines:
            continue
        open_stream = streams[-1] if streams else None
        if place is Place.BODY:
            # boxes stand between paragraphs: the body goes on behind them
            open_stream = next((s for s in reversed(streams) if s.place is Place.BODY), None)
        if open_stream is None or key != (
            open_stream.place,
            open_stream.part,
            open_stream.page_index,
        ):
            open_stream = Stream(
                place=place,
                part=group[0].part,
                page_index=group[0].page_index,
                lines_above=body_lines,
            )
            streams.append(open_stream)
        open_stream.lines.extend(lines)
        if place is Place.BODY:
            body_lines += len(lines)
    return streams


def _all_blocks(extracted: ExtractedText) -> Iterator[Block]:
    """The blocks in reading order (on pages: from the top down), and text no block covers."""
    blocks = [b for b in extracted.blocks if b.kind is not BlockKind.METADATA]
    position, loose = 0, []
    for block in extracted.blocks:
        if extracted.text[position : block.span.start].strip():
            span = TextSpan(start=position, end=block.span.start)
            loose.append(Block(kind=BlockKind.PARAGRAPH, span=span))
        position = block.span.end
    if extracted.text[position:].strip():
        span = TextSpan(start=position, end=len(extracted.text))
        loose.append(Block(kind=BlockKind.PARAGRAPH, span=span))
    ordered = sorted([*blocks, *loose], key=lambda b: b.span.start)
    if extracted.media_type is not MediaType.PDF or not extracted.glyphs:
        yield from ordered
        return
    pieces = [piece for block in ordered for piece in _cut_at_lines(extracted.text, block)]
    # a mark drawn last still stands at the top: the page's geometry decides, not its drawing order
    pieces.sort(
        key=lambda b: (
            b.kind not in _BODY_KINDS,
            b.page_index if b.page_index is not None else -1,
            _top(extracted, b),
            b.span.start,
        )
    )
    yield from pieces


def _cut_at_lines(text: str, block: Block) -> Iterator[Block]:
    if block.kind in _CELL_KINDS:
        yield block
        return
    position = block.span.start
    for piece in _LINE_ENDS.split(block.span.cut(text)):
        if piece.strip():
            yield Block(
                kind=block.kind,
                span=TextSpan(start=position, end=position + len(piece)),
                part=block.part,
                page_index=block.page_index,
            )
        position += len(piece) + 1


def _top(extracted: ExtractedText, block: Block) -> float:
    boxes = (extracted.glyphs[i] for i in range(block.span.start, block.span.end))
    # glyphs of one printed line differ by fractions of a point
    return next((round(box.bottom / 4) * 4 for box in boxes if box is not None), 0.0)


def _groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks that make lines together: the cells of one table row, any other block alone."""
    row: list[Block] = []
    for block in blocks:
        if row and not _same_row(row[-1], block):
            yield row
            row = []
        if block.kind in _CELL_KINDS:
            row.append(block)
        else:
            yield [block]
    if row:
        yield row


def _same_row(one: Block, other: Block) -> bool:
    return (
        other.kind is one.kind
        and other.row is not None
        and (other.part, other.page_index, other.table, other.row)
        == (one.part, one.page_index, one.table, one.row)
    )


def _lines(text: str, group: list[Block]) -> Iterator[Line]:
    first = group[0]
    if first.kind in _CELL_KINDS:
        cells: dict[int | None, list[str]] = {}
        for block in group:
            inside = (t for t in _LINE_ENDS.split(block.span.cut(text)) if t.strip())
            cells.setdefault(block.column, []).extend(inside)
        fields = tuple(tuple(lines) for lines in cells.values() if lines)
        if fields:
            yield Line(fields=fields, table=(first.part, first.table))
        return
    for found in _with_breaks(first.span.cut(text)):
        line, breaks = found
        fields = tuple((field,) for field in _GAP.split(line) if field.strip())
        if fields:
            yield Line(fields=fields, breaks_before=breaks)


def _with_breaks(text: str) -> Iterator[tuple[str, bool]]:
    position, breaks = 0, False
    for end in _LINE_ENDS.finditer(text):
        line = text[position : end.start()]
        yield line, breaks
        breaks = end[0] == "\f" or (breaks and not line.strip())
        position = end.end()
    yield text[position:], breaks
