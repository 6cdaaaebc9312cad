"""Tables of a ruled page: cells from the rules that the page draws.

pdfplumber's geometry (edges, crossings, cells) is fed with the rules pdfium found, so cells lie in
the same coordinates as the glyphs and the page is not parsed a second time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells
from pdfplumber.table import merge_edges as merged_edges

from pipelines.extraction.pdf_layout import Box, Glyph
from pipelines.extraction.pdf_objects import Edge

# finding crossings takes time with the product of both; a page with more rules is a drawing
_MAX_EDGES = 4_000
_MAX_CROSSINGS = 3_000
_SNAP_PT = 3.0
_LEAST_CELL_PT = 4.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table with its place: ``row`` and ``column`` count from 0."""

    box: Box
    row: int
    column: int


Table = tuple[Cell, ...]


def tables_of(edges: Sequence[Edge]) -> list[Table]:
    """The tables that the rules make, cells in reading order; a lone box is not a table."""
    if not 4 <= len(edges) <= _MAX_EDGES:
        return []
    joined = merged_edges([_plain(edge) for edge in edges], *([_SNAP_PT] * 4))
    upright = sum(1 for edge in joined if edge["orientation"] == "v")
    if upright * (len(joined) - upright) > 250_000:
        return []
    crossings = edges_to_intersections(joined, _SNAP_PT, _SNAP_PT)
    if len(crossings) > _MAX_CROSSINGS:
        return []
    cells = [
        cell
        for cell in intersections_to_cells(crossings)
        if min(cell[2] - cell[0], cell[3] - cell[1]) >= _LEAST_CELL_PT
    ]
    return [_numbered(table) for table in cells_to_tables(cells)]


def _plain(edge: Edge) -> dict[str, Any]:
    return {
        "x0": edge.x0,
        "x1": edge.x1,
        "top": edge.top,
        "bottom": edge.bottom,
        "width": edge.x1 - edge.x0,
        "height": edge.bottom - edge.top,
        "orientation": "h" if edge.horizontal else "v",
        "object_type": "line",
    }


def _numbered(boxes: Sequence[Box]) -> Table:
    tops = sorted({box[1] for box in boxes})
    lefts = sorted({box[0] for box in boxes})
    cells = [Cell(box=b, row=tops.index(b[1]), column=lefts.index(b[0])) for b in boxes]
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))


def sorted_into_cells(
    glyphs: Sequence[Glyph], tables: Sequence[Table]
) -> tuple[list[Glyph], list[dict[Cell, list[Glyph]]]]:
    """The glyphs outside all tables, and for each table the glyphs of its cells.

    A glyph belongs to the cell in which its middle lies, unless it goes on without a gap from the
    glyph before: a number too long for its cell runs over the edge in one piece. The order of
    drawing is kept.
    """
    if not tables:
        return list(glyphs), []
    outside: list[Glyph] = []
    inside: list[dict[Cell, list[Glyph]]] = [{} for _ in tables]
    finders = [_Finder(table) for table in tables]
    before: Glyph | None = None
    place: tuple[int, Cell] | None = None
    for glyph in glyphs:
        if before is None or not _goes_on(before, glyph):
            place = _place_of(finders, *glyph.center)
        if place is None:
            outside.append(glyph)
        else:
            inside[place[0]].setdefault(place[1], []).append(glyph)
        before = glyph
    return outside, inside


def _goes_on(left: Glyph, right: Glyph) -> bool:
    em = min(left.em, right.em)
    return (
        left.angle == right.angle
        and abs(left.base - right.base) < 0.1 * em
        and -0.1 * em < right.start - left.end < 0.15 * em
    )


def _place_of(finders: Sequence[_Finder], x: float, y: float) -> tuple[int, Cell] | None:
    for number, finder in enumerate(finders):
        cell = finder.at(x, y)
        if cell is not None:
            return number, cell
    return None


class _Finder:
    """Finds the cell at a point by the row band it starts in, then along the row."""

    def __init__(self, table: Table) -> None:
        self._by_top = sorted(table, key=lambda cell: cell.box[1])
        self._tops = [cell.box[1] for cell in self._by_top]
        self._left = min(cell.box[0] for cell in table)
        self._right = max(cell.box[2] for cell in table)
        self._bottom = max(cell.box[3] for cell in table)
        self._tallest = max(cell.box[3] - cell.box[1] for cell in table)

    def at(self, x: float, y: float) -> Cell | None:
        """The cell around the point, or None."""
        if not (self._left <= x <= self._right and self._tops[0] <= y <= self._bottom):
            return None
        for index in range(bisect_right(self._tops, y) - 1, -1, -1):
            cell = self._by_top[index]
            if cell.box[1] < y - self._tallest:
                return None
            if cell.box[0] <= x <= cell.box[2] and y <= cell.box[3]:
                return cell
        return None
