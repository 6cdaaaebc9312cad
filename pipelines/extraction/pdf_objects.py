"""What a PDF page draws besides text: pictures, rules, outlines, and what lies over what.

Boxes are in points of the page as displayed, origin top left.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from domain.errors import TooLarge
from pipelines.extraction.pdf_layout import Box

# a page that draws more objects than this is no office document
MAX_OBJECTS = 200_000
MAX_DEPTH = 12
# paths longer than this are drawings: their box is enough
_MAX_SEGMENTS = 3_000
_THIN_PT = 2.5
_PAPER = 235
_GLYPH_SIZES_PT = (2.0, 90.0)

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiplied(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that applies ``first`` and then ``then``."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def applied(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """The point moved by the matrix."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def box_of(matrix: Matrix, left: float, bottom: float, right: float, top: float) -> Box:
    """The upright box around a rectangle moved by the matrix."""
    a, b, c, d, e, f = matrix
    if b == 0.0 == c:
        # pages stand upright nearly always, and this runs twice for every character
        x0, x1 = a * left + e, a * right + e
        y0, y1 = d * bottom + f, d * top + f
        if x0 > x1:
            x0, x1 = x1, x0
        return (x0, y0, x1, y1) if y0 <= y1 else (x0, y1, x1, y0)
    corners = [applied(matrix, x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True)
class PageFrame:
    """A page as displayed: its size and the way there from the page's own coordinates.

    ``rotation_deg`` is how far the page is turned clockwise for display.
    """

    width: float
    height: float
    rotation_deg: int
    matrix: Matrix


def frame_of(page: Any) -> PageFrame:
    """The frame of an open pdfium page; honours /Rotate, CropBox and UserUnit."""
    width, height = page.get_size()
    rect = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(page.raw, rect):
        rect.left, rect.bottom, rect.right, rect.top = 0.0, 0.0, width, height
    left, right = sorted((rect.left, rect.right))
    bottom, top = sorted((rect.bottom, rect.top))
    rotation = int(page.get_rotation())
    matrix: Matrix = {
        0: (1.0, 0.0, 0.0, -1.0, -left, top),
        90: (0.0, 1.0, 1.0, 0.0, -bottom, -left),
        180: (-1.0, 0.0, 0.0, 1.0, right, -bottom),
        270: (0.0, -1.0, -1.0, 0.0, top, right),
    }[rotation]
    shown_width = (right - left) if rotation in (0, 180) else (top - bottom)
    unit = width / shown_width if shown_width > 0 else 1.0
    scale: Matrix = (unit, 0.0, 0.0, unit, 0.0, 0.0)
    return PageFrame(
        width=width, height=height, rotation_deg=rotation, matrix=multiplied(matrix, scale)
    )


@dataclass(slots=True)
class Edge:
    """A straight rule along an axis."""

    x0: float
    top: float
    x1: float
    bottom: float
    horizontal: bool


@dataclass(slots=True)
class Picture:
    """An image as drawn; ``raw`` is pdfium's object, alive as long as the page."""

    box: Box
    order: int
    raw: Any


@dataclass(slots=True)
class Cover:
    """A filled area; ``paper`` if it is as light as paper."""

    box: Box
    order: int
    paper: bool


@dataclass(slots=True)
class TextObject:
    """How a run of text is drawn, shared by its glyphs."""

    order: int
    render_mode: int
    alpha: int
    lightness: int
    font_name: str
    clip: Box | None


@dataclass(slots=True)
class PageObjects:
    """Everything drawn on a page, by kind."""

    texts: dict[int, TextObject] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    outlines: list[tuple[Box, int]] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    count: int = 0


def address_of(raw: Any) -> int:
    """The address of a pdfium object: its identity while the page is open (0 for none)."""
    return ctypes.cast(raw, ctypes.c_void_p).value or 0


def read_objects(page: Any, frame: PageFrame) -> PageObjects:
    """Everything the page draws, form XObjects opened.

    Raises:
        TooLarge: if there are more objects or deeper nesting than any office document has.
    """
    found = PageObjects()

    def walk(count: int, get: Callable[[int], Any], matrix: Matrix, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise TooLarge
        for index in range(count):
            raw = get(index)
            found.count += 1
            if found.count > MAX_OBJECTS:
                raise TooLarge
            kind = pdfium.FPDFPageObj_GetType(raw)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                found.texts[address_of(raw)] = _text_object(raw, matrix, found.count)
            elif kind == pdfium.FPDF_PAGEOBJ_PATH:
                _add_path(found, raw, matrix)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                box = _bounds(raw, matrix)
                if box is not None:
                    found.pictures.append(Picture(box=box, order=found.count, raw=raw))
            elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
                box = _bounds(raw, matrix)
                if box is not None:
                    found.covers.append(Cover(box=box, order=found.count, paper=False))
            elif kind == pdfium.FPDF_PAGEOBJ_FORM:
                walk(
                    pdfium.FPDFFormObj_CountObjects(raw),
                    lambda i, raw=raw: pdfium.FPDFFormObj_GetObject(raw, i),  # type: ignore[misc]
                    multiplied(_matrix(raw), matrix),
                    depth + 1,
                )

    walk(
        pdfium.FPDFPage_CountObjects(page.raw),
        lambda i: pdfium.FPDFPage_GetObject(page.raw, i),
        frame.matrix,
        0,
    )
    return found


def _matrix(raw: Any) -> Matrix:
    m = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(raw, m):
        return IDENTITY
    return (m.a, m.b, m.c, m.d, m.e, m.f)


def _bounds(raw: Any, matrix: Matrix) -> Box | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(raw, left, bottom, right, top):
        return None
    box = box_of(matrix, left.value, bottom.value, right.value, top.value)
    return box if all(map(math.isfinite, box)) else None


def _fill(raw: Any) -> tuple[int, int]:
    """Alpha and lightness (0 to 255, the darkest channel) of the fill color."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(raw, red, green, blue, alpha):
        return 255, 0
    return alpha.value, min(red.value, green.value, blue.value)


def _text_object(raw: Any, matrix: Matrix, order: int) -> TextObject:
    alpha, lightness = _fill(raw)
    return TextObject(
        order=order,
        render_mode=int(pdfium.FPDFTextObj_GetTextRenderMode(raw)),
        alpha=alpha,
        lightness=lightness,
        font_name=_font_name(raw),
        clip=_clip(raw, matrix),
    )


def _font_name(raw: Any) -> str:
    font = pdfium.FPDFTextObj_GetFont(raw)
    if not font:
        return ""
    size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    if size <= 1:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
    return buffer.value.decode("utf-8", "replace")


def _clip(raw: Any, matrix: Matrix) -> Box | None:
    """The box to which the object is clipped, or None if it is not."""
    clip = pdfium.FPDFPageObj_GetClipPath(raw)
    if not clip:
        return None
    count = pdfium.FPDFClipPath_CountPaths(clip)
    box: Box | None = None
    for path in range(max(0, min(count, 16))):
        points = []
        for index in range(min(pdfium.FPDFClipPath_CountPathSegments(clip, path), 64)):
            segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, index)
            x, y = ctypes.c_float(), ctypes.c_float()
            if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                points.append(applied(matrix, x.value, y.value))
        if points:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            own: Box = (min(xs), min(ys), max(xs), max(ys))
            box = own if box is None else _intersection(box, own)
    return box


def _intersection(a: Box, b: Box) -> Box:
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


@dataclass(slots=True)
class _Subpath:
    points: list[tuple[float, float]] = field(default_factory=list)
    curves: int = 0

    @property
    def box(self) -> Box:
        xs, ys = [x for x, _ in self.points], [y for _, y in self.points]
        return min(xs), min(ys), max(xs), max(ys)


def _subpaths(raw: Any, matrix: Matrix) -> Iterator[_Subpath]:
    count = pdfium.FPDFPath_CountSegments(raw)
    whole = multiplied(_matrix(raw), matrix)
    current = _Subpath()
    for index in range(min(max(count, 0), _MAX_SEGMENTS)):
        segment = pdfium.FPDFPath_GetPathSegment(raw, index)
        x, y = ctypes.c_float(), ctypes.c_float()
        if not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if len(current.points) > 1:
                yield current
            current = _Subpath()
        elif kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            current.curves += 1
        current.points.append(applied(whole, x.value, y.value))
        if pdfium.FPDFPathSegment_GetClose(segment):
            current.points.append(current.points[0])
    if len(current.points) > 1:
        yield current


def _add_path(found: PageObjects, raw: Any, matrix: Matrix) -> None:
    box = _bounds(raw, matrix)
    if box is None:
        return
    fill_mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(raw, fill_mode, stroke)
    filled, stroked = fill_mode.value != 0, bool(stroke.value)
    if not (filled or stroked):
        return
    if filled and min(box[2] - box[0], box[3] - box[1]) > _THIN_PT:
        alpha, lightness = _fill(raw)
        paper = alpha == 255 and lightness >= _PAPER
        found.covers.append(Cover(box=box, order=found.count, paper=paper))
    curved = 0
    for subpath in _subpaths(raw, matrix):
        if subpath.curves:
            curved += _is_glyph_like(subpath)
        elif stroked:
            found.edges.extend(_stroked_edges(subpath))
        else:
            found.edges.extend(_filled_edge(subpath))
    if curved:
        found.outlines.append((box, curved))


def _is_glyph_like(subpath: _Subpath) -> bool:
    x0, top, x1, bottom = subpath.box
    least, most = _GLYPH_SIZES_PT
    return subpath.curves >= 2 and max(x1 - x0, bottom - top) >= least and bottom - top <= most


def _edge(x0: float, y0: float, x1: float, y1: float) -> Edge | None:
    horizontal = abs(y1 - y0) <= abs(x1 - x0)
    width, length = sorted((abs(x1 - x0), abs(y1 - y0)))
    if width > _THIN_PT or length < 2 * _THIN_PT:
        return None
    left, right = sorted((x0, x1))
    top, bottom = sorted((y0, y1))
    if horizontal:
        top = bottom = (top + bottom) / 2
    else:
        left = right = (left + right) / 2
    return Edge(x0=left, top=top, x1=right, bottom=bottom, horizontal=horizontal)


def _stroked_edges(subpath: _Subpath) -> Iterator[Edge]:
    for (x0, y0), (x1, y1) in zip(subpath.points, subpath.points[1:], strict=False):
        edge = _edge(x0, y0, x1, y1)
        if edge is not None and min(abs(x1 - x0), abs(y1 - y0)) < 0.5:
            yield edge


def _filled_edge(subpath: _Subpath) -> Iterator[Edge]:
    edge = _edge(*subpath.box)
    if edge is not None:
        yield edge
