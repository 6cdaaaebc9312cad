"""The visible text in the order it is read: paragraphs and tables, already masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from domain.documents import UNPUBLISHED_KINDS, Block, BlockKind, ExtractedText
from domain.publication import RedactionPlan
from domain.spans import TextSpan
from redaction.writers.base import MaskedText, Piece, visible_spans

_CELL_KINDS = frozenset({BlockKind.TABLE_CELL, BlockKind.CELL})
_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")

# A sheet may name a cell in its last column: beyond this, cells of a row simply follow each other.
_MAX_COLUMNS = 256

Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One block that is no table cell, line by line; an empty line is ()."""

    kind: BlockKind
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells, each cell its lines; empty rows of the source are left out."""

    rows: tuple[tuple[tuple[Line, ...], ...], ...]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A part of the file (a sheet, or the whole of it) in reading order."""

    name: Line
    units: list[Paragraph | Table] = field(default_factory=list)


def _visible_blocks(extracted: ExtractedText) -> Iterator[Block]:
    """Visible blocks, and a paragraph for visible text that belongs to none."""
    blocks = [b for b in extracted.blocks if b.kind not in UNPUBLISHED_KINDS]
    number = 0
    for visible in visible_spans(extracted):
        at = visible.start
        while number < len(blocks) and blocks[number].span.start < visible.end:
            block = blocks[number]
            number += 1
            yield from _loose(extracted, at, block.span.start)
            yield block
            at = max(at, block.span.end)
        yield from _loose(extracted, at, visible.end)


def _loose(extracted: ExtractedText, start: int, end: int) -> Iterator[Block]:
    if extracted.text[start:end].strip():
        yield Block(kind=BlockKind.PARAGRAPH, span=TextSpan(start=start, end=end))


def _lines(pieces: tuple[Piece, ...]) -> tuple[Line, ...]:
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *rest = _LINE_END.split(piece.text)
        for number, text in enumerate((first, *rest)):
            if number:
                lines.append([])
            clean = _UNPRINTABLE.sub("", text)
            if clean:
                lines[-1].append(Piece(text=clean, mark=piece.mark))
    return tuple(tuple(line) for line in lines)


def _table(masked: MaskedText, cells: list[Block]) -> Table:
    rows: list[tuple[tuple[Line, ...], ...]] = []
    for _row, members in groupby(cells, key=lambda b: b.row):
        columns: dict[int, tuple[Line, ...]] = {}
        for block in members:
            column = block.column if block.column is not None else len(columns)
            lines = _lines(masked.pieces(block.span))
            columns[column] = columns.get(column, ()) + lines
        if max(columns) < _MAX_COLUMNS:
            rows.append(tuple(columns.get(i, ()) for i in range(max(columns) + 1)))
        else:
            rows.append(tuple(columns[i] for i in sorted(columns)))
    return Table(rows=tuple(rows))


def _group_key(block: Block) -> tuple[object, ...]:
    if block.kind in _CELL_KINDS:
        return (block.part, block.table, "table")
    return (block.part, block.span.start)


def sheets(extracted: ExtractedText, plan: RedactionPlan) -> tuple[Sheet, ...]:
    """The masked visible text by parts, paragraphs and tables.

    Raises:
        DigestMismatch: if the plan belongs to another text.
    """
    masked = MaskedText(extracted, plan)
    out: list[Sheet] = []
    part: str | None = None
    for _key, group in groupby(_visible_blocks(extracted), key=_group_key):
        blocks = list(group)
        named = blocks[0].kind is BlockKind.SHEET_NAME
        if named or not out or (blocks[0].part != part and blocks[0].kind is BlockKind.CELL):
            out.append(Sheet(name=()))
        part = blocks[0].part
        if named:
            out[-1].name = tuple(p for line in _lines(masked.pieces(blocks[0].span)) for p in line)
        elif blocks[0].kind in _CELL_KINDS:
            out[-1].units.append(_table(masked, blocks))
        else:
            lines = _lines(masked.pieces(blocks[0].span))
            out[-1].units.append(Paragraph(kind=blocks[0].kind, lines=lines))
    return tuple(out)
