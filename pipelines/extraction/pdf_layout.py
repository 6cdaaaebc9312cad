"""Reading order: from glyphs as they were drawn to lines as a person reads them.

Pure geometry, no PDF library. The order of drawing is kept where it makes sense, since makers of
PDFs draw paragraph by paragraph and cell by cell. It is mended where it does not: pieces that touch
on one base line become one piece whatever was drawn between them, columns drawn across the gap are
taken apart, single characters stacked over one another become a vertical line, and a page drawn in
no order at all is read from the top down.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

Box = tuple[float, float, float, float]

# a page on which this share of pieces lies above the piece drawn before has no order worth keeping
_CHAOS = 0.35
_COLUMN_ROWS = 4
# the widest gap, in em, across which glyphs still belong to one piece
_TOUCHING = 0.6
# a wider one, between glyphs drawn one after the other, has room for a digit drawn later
_HOLE = 0.4
_COLUMN_CHARACTERS = 8


@dataclass(slots=True)
class Glyph:
    """One drawn character.

    ``box`` is the tight box (x0, top, x1, bottom) in points of the page as displayed. ``start`` and
    ``end`` run along the direction of writing (its advance, not its ink) and ``base`` across it;
    ``em`` is the height of a line and ``angle`` the direction in whole degrees, clockwise.
    """

    character: str
    box: Box
    start: float
    end: float
    base: float
    em: float
    angle: int
    order: int

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the tight box."""
        x0, top, x1, bottom = self.box
        return (x0 + x1) / 2, (top + bottom) / 2

    @property
    def is_blank(self) -> bool:
        """Whether it draws nothing."""
        return self.character.isspace()


@dataclass(slots=True)
class Piece:
    """Glyphs that follow one another without a gap; never empty."""

    glyphs: list[Glyph]
    stacked: bool = False

    @property
    def first(self) -> Glyph:
        """The leftmost glyph (topmost if stacked)."""
        return self.glyphs[0]

    @property
    def start(self) -> float:
        """Where it begins along the direction of writing."""
        return self.glyphs[0].start

    @property
    def end(self) -> float:
        """Where it ends along the direction of writing."""
        return self.glyphs[-1].end

    @property
    def base(self) -> float:
        """Its base line; that of the first glyph if stacked."""
        return self.glyphs[0].base

    @property
    def em(self) -> float:
        """Height of a line."""
        return self.glyphs[0].em

    @property
    def order(self) -> float:
        """Its place in the order of drawing: its middle glyph's, so that strays do not count."""
        return median(glyph.order for glyph in self.glyphs)


Line = list[Piece]


def lines_of(glyphs: Sequence[Glyph]) -> list[Line]:
    """The glyphs (in the order of drawing) as lines in reading order, blanks at the ends gone."""
    pieces = _join_stacks(sorted(_join_touching(_pieces(glyphs)), key=lambda piece: piece.order))
    if _is_chaotic(pieces):
        pieces.sort(key=lambda piece: (piece.first.angle, round(piece.base), piece.start))
    return _into_lines(_separate_columns(pieces))


def _pieces(glyphs: Iterable[Glyph]) -> list[Piece]:
    pieces: list[Piece] = []
    for glyph in glyphs:
        if pieces and _continues(pieces[-1].glyphs[-1], glyph):
            pieces[-1].glyphs.append(glyph)
        else:
            pieces.append(Piece(glyphs=[glyph]))
    return [piece for piece in map(_trimmed, pieces) if piece.glyphs]


def _continues(left: Glyph, right: Glyph) -> bool:
    em = min(left.em, right.em)
    return (
        left.angle == right.angle
        and abs(left.base - right.base) < 0.4 * em
        and right.start > left.start - 0.05 * em
        and right.start - left.end < _HOLE * em
    )


def _trimmed(piece: Piece) -> Piece:
    glyphs = piece.glyphs
    while glyphs and glyphs[-1].is_blank:
        glyphs.pop()
    while glyphs and glyphs[0].is_blank:
        glyphs.pop(0)
    return piece


def _rows(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces of one direction on one base line, from the top down and the left to the right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.first.angle, p.base, p.start)):
        last = rows[-1][0] if rows else None
        if (
            last is not None
            and last.first.angle == piece.first.angle
            and abs(last.base - piece.base) < 0.3 * min(last.em, piece.em)
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        row.sort(key=lambda piece: piece.start)
    return rows


def _join_touching(pieces: list[Piece]) -> list[Piece]:
    out: list[Piece] = []
    for row in _rows(pieces):
        joined = row[0]
        for piece in row[1:]:
            gap = (piece.start - joined.end) / min(joined.em, piece.em)
            if -0.3 < gap < _TOUCHING:
                joined.glyphs.extend(piece.glyphs)
            else:
                out.append(joined)
                joined = piece
        out.append(joined)
    return out


def _stacks_on(upper: Piece, lower: Piece) -> bool:
    if len(lower.glyphs) != 1 or upper.first.angle != lower.first.angle:
        return False
    above, below = upper.glyphs[-1], lower.first
    em = min(above.em, below.em)
    drift = abs(above.start + above.end - below.start - below.end) / 2
    return drift < 0.4 * em and 0.6 * em < below.base - above.base < 2.2 * em


def _join_stacks(pieces: list[Piece]) -> list[Piece]:
    """Three and more single characters, each right under the one before, become one piece."""
    out: list[Piece] = []
    run: list[Piece] = []

    def flush() -> None:
        if len(run) >= 3:
            out.append(Piece(glyphs=[piece.first for piece in run], stacked=True))
        else:
            out.extend(run)
        run.clear()

    for piece in pieces:
        if run and not _stacks_on(run[-1], piece):
            flush()
        if len(piece.glyphs) == 1:
            run.append(piece)
        else:
            out.append(piece)
    flush()
    return out


def _is_chaotic(pieces: list[Piece]) -> bool:
    level = [piece for piece in pieces if not piece.stacked]
    if len(level) < 8:
        return False
    upward = sum(1 for before, after in pairwise(level) if after.base < before.base - after.em)
    return upward > _CHAOS * len(level)


def _separate_columns(pieces: list[Piece]) -> list[Piece]:
    """The pieces with two or more columns of running text read one after the other."""
    if len(pieces) < 2 * _COLUMN_ROWS or any(p.stacked or p.first.angle for p in pieces):
        return pieces
    rows = _rows(pieces)
    gutter = _gutter(rows)
    if gutter is None:
        return pieces
    block = _longest_block(rows, gutter)
    left = [piece for row in block for piece in row if piece.end <= gutter]
    right = [piece for row in block for piece in row if piece.start >= gutter]
    both = sum(1 for row in block if row[0].end <= gutter and row[-1].start >= gutter)
    if both < _COLUMN_ROWS or not (_runs(left) and _runs(right)):
        return pieces
    inside = {id(piece) for row in block for piece in row}
    columns = _separate_columns(left) + _separate_columns(right)
    out: list[Piece] = []
    for piece in pieces:
        if id(piece) not in inside:
            out.append(piece)
        elif columns:
            out.extend(columns)
            columns = []
    return out


def _gutter(rows: list[list[Piece]]) -> float | None:
    """The line down the page that most gaps between pieces of a row have in common."""
    gaps = [
        (left.end, right.start)
        for row in rows
        for left, right in pairwise(row)
        if right.start - left.end >= left.em
    ]
    if len(gaps) < _COLUMN_ROWS:
        return None
    middles = [(start + end) / 2 for start, end in gaps] + [end - 1.0 for _, end in gaps]
    return max(middles, key=lambda x: sum(1 for start, end in gaps if start < x < end))


def _longest_block(rows: list[list[Piece]], gutter: float) -> list[list[Piece]]:
    """The longest run of rows in which no piece crosses the gutter."""
    best: list[list[Piece]] = []
    current: list[list[Piece]] = []
    for row in rows:
        if any(piece.start < gutter < piece.end for piece in row):
            current = []
        else:
            current.append(row)
        if len(current) > len(best):
            best = list(current)
    return best


def _runs(column: list[Piece]) -> bool:
    """Whether a column is running text, not the labels or the values of a form."""
    if not column or median(len(piece.glyphs) for piece in column) < _COLUMN_CHARACTERS:
        return False
    labels = sum(1 for piece in column if piece.glyphs[-1].character in ":：")
    return labels < 0.3 * len(column)


def _into_lines(pieces: list[Piece]) -> list[Line]:
    lines: list[Line] = []
    for piece in pieces:
        before = lines[-1][-1] if lines else None
        if (
            before is not None
            and not (before.stacked or piece.stacked)
            and before.first.angle == piece.first.angle
            and abs(before.base - piece.base) < 0.4 * min(before.em, piece.em)
            and piece.start >= before.end - 0.3 * piece.em
        ):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return lines


def characters_of(line: Line) -> list[tuple[str, Box | None]]:
    """The line's characters with their boxes; blanks set for a gap have none.

    A gap of two em and more between pieces becomes a tab, as between the cells of a table.
    """
    out: list[tuple[str, Box | None]] = []
    before: Piece | None = None
    for piece in line:
        if before is not None:
            if piece.start - before.end >= 2 * piece.em:
                out.append(("\t", None))
            elif _is_apart(before.glyphs[-1], piece.first):
                out.append((" ", None))
        out.extend(_spaced(piece))
        before = piece
    return out


def _spaced(piece: Piece) -> list[tuple[str, Box | None]]:
    out: list[tuple[str, Box | None]] = []
    last: Glyph | None = None
    for glyph in piece.glyphs:
        if last is not None and not piece.stacked and _is_apart(last, glyph):
            out.append((" ", None))
        out.append((glyph.character, glyph.box))
        last = glyph
    return out


def _is_apart(left: Glyph, right: Glyph) -> bool:
    """Whether the gap between two glyphs is a blank: Han is often set wide, Latin never."""
    if left.is_blank or right.is_blank:
        return False
    wide = sum(1 for g in (left, right) if unicodedata.east_asian_width(g.character) in "WF")
    limit = (0.2, 0.5, 1.0)[wide]
    return right.start - left.end > limit * min(left.em, right.em)
