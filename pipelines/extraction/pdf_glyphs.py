"""The characters of a PDF page with their boxes, those a person sees apart from those nobody sees.

A glyph is hidden if it is drawn in an invisible mode, fully transparent, off the page, clipped
away, too small to read, covered by a page-wide picture drawn later, or without contrast in the
rendered page (white on white, under a black box, in a layer that is switched off). The page is
rendered only if something on it can hide text.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from pypdfium2 import PdfBitmap

from domain.errors import TooLarge
from pipelines.extraction.pdf_layout import Box, Glyph
from pipelines.extraction.pdf_objects import (
    Cover,
    PageFrame,
    PageObjects,
    TextObject,
    address_of,
    applied,
    box_of,
)

MAX_CHARACTERS = 500_000
_INVISIBLE_MODES = frozenset(
    {pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP}
)
_LIGHT = 190
_LEAST_EM_PT = 1.2
_RENDER_SCALE = 1.5
_MAX_RENDER_PX = 6_000_000
_MAX_COVERS = 300
_BIN_PT = 16.0
_CONTRAST = 24
# glyphs that fill their box evenly and so show their contrast only against their surroundings
_SOLID = frozenset("■█▇▆●◆★▲▼▪▉▊")
# a soft hyphen that is drawn is a hyphen; the second is pdfium's own mark for one
_HYPHENS = {0x00AD: "-", 0xFFFE: "-"}


class PageView:
    """An open page with its frame, rendered at most once."""

    def __init__(self, page: Any, frame: PageFrame) -> None:
        self.page = page
        self.frame = frame
        self._shown: tuple[Any, float] | None = None

    @property
    def shown(self) -> tuple[Any, float]:
        """The page as displayed, without annotations: an array (height, width, 3), its scale."""
        if self._shown is None:
            self._shown = self._render()
        return self._shown

    def _render(self) -> tuple[Any, float]:
        scale = _RENDER_SCALE
        pixels = self.frame.width * self.frame.height * scale * scale
        if pixels > _MAX_RENDER_PX:
            scale *= math.sqrt(_MAX_RENDER_PX / pixels)
        bitmap = self.page.render(scale=scale, draw_annots=False, may_draw_forms=False)
        try:
            array = bitmap.to_numpy()
            return array.reshape(*array.shape[:2], -1)[:, :, :3].copy(), scale
        finally:
            bitmap.close()


@dataclass(slots=True)
class PageGlyphs:
    """Visible and hidden glyphs in the order of drawing; ``junk`` visible ones say nothing."""

    visible: list[Glyph]
    hidden: list[Glyph]
    junk: int = 0


@dataclass(slots=True)
class _Drawn:
    glyph: Glyph
    source: TextObject | None
    hidden: bool


def read_glyphs(
    view: PageView,
    objects: PageObjects,
    *,
    layered: bool,
    untrusted_fonts: frozenset[str],
) -> PageGlyphs:
    """Every character of the page, once each.

    ``layered``: the document has layers that may be off, so drawing does not mean showing.
    ``untrusted_fonts``: names of fonts whose codes have no sure meaning.

    Raises:
        TooLarge: if the page has more characters than any office document.
    """
    drawn = _read(view, objects)
    doubtful = drawn if layered else _doubtful(drawn, objects)
    if doubtful:
        _hide_what_does_not_show(view, doubtful)
    _hide_under_pictures(view, objects, drawn)
    visible: list[Glyph] = []
    junk = 0
    for entry in _once(entry for entry in drawn if not entry.hidden):
        visible.append(entry.glyph)
        font = entry.source.font_name if entry.source else None
        junk += _is_junk(entry.glyph.character) or font in untrusted_fonts
    hidden = [entry.glyph for entry in drawn if entry.hidden]
    return PageGlyphs(visible=visible, hidden=hidden, junk=junk)


def _is_junk(character: str) -> bool:
    code = ord(character)
    return (
        code < 0x20
        or 0x7F <= code <= 0x9F
        or 0xE000 <= code <= 0xF8FF
        or code == 0xFFFD
        or code >= 0xF0000
    )


def _character(code: int) -> str:
    """The character of a pdfium code; what is none becomes U+FFFD."""
    if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "\ufffd"
    if code in _HYPHENS:
        return _HYPHENS[code]
    character = chr(code)
    if character in "\r\n\t\x0b\x0c\x85\u2028\u2029":
        return " "
    return character


def _read(view: PageView, objects: PageObjects) -> list[_Drawn]:
    textpage = view.page.get_textpage()
    try:
        raw = textpage.raw
        count = pdfium.FPDFText_CountChars(raw)
        if count > MAX_CHARACTERS:
            raise TooLarge
        reader = _CharReader(raw, view.frame, objects)
        drawn = [entry for index in range(count) if (entry := reader.read(index)) is not None]
    finally:
        textpage.close()
    _join_surrogates(drawn)
    # pdfium guesses an order of its own on turned pages; the order of drawing is what is known
    drawn.sort(key=lambda entry: entry.glyph.order)
    for order, entry in enumerate(drawn):
        entry.glyph.order = order
    return drawn


class _CharReader:
    """Reads characters of one text page; keeps its buffers and each text object's direction."""

    def __init__(self, raw: Any, frame: PageFrame, objects: PageObjects) -> None:
        self._raw = raw
        self._frame = frame
        self._objects = objects
        self._tight = tuple(ctypes.c_double() for _ in range(4))
        self._loose = pdfium.FS_RECTF()
        self._origin = (ctypes.c_double(), ctypes.c_double())
        self._angles: dict[int, float] = {}

    def read(self, index: int) -> _Drawn | None:
        """The drawn character at ``index``, or None for one that pdfium made up."""
        raw = self._raw
        source = address_of(pdfium.FPDFText_GetTextObject(raw, index))
        if not source:
            return None
        left, right, bottom, top = self._tight
        if not pdfium.FPDFText_GetCharBox(raw, index, left, right, bottom, top):
            return None
        pdfium.FPDFText_GetLooseCharBox(raw, index, self._loose)
        pdfium.FPDFText_GetCharOrigin(raw, index, *self._origin)
        matrix = self._frame.matrix
        tight = box_of(matrix, left.value, bottom.value, right.value, top.value)
        wide = self._loose
        loose = box_of(matrix, wide.left, wide.bottom, wide.right, wide.top)
        origin = applied(matrix, self._origin[0].value, self._origin[1].value)
        # one sum tells of any infinity or nan among them
        if not math.isfinite(sum(tight) + sum(loose) + sum(origin)):
            return None
        text_object = self._objects.texts.get(source)
        order = text_object.order if text_object else self._objects.count
        code = pdfium.FPDFText_GetUnicode(raw, index)
        glyph = self._glyph(code, tight, loose, origin, self._angle(source, index), order)
        hidden = self._is_hidden(glyph, loose, text_object)
        self._clamp(glyph, loose)
        return _Drawn(glyph=glyph, source=text_object, hidden=hidden)

    def _angle(self, source: int, index: int) -> float:
        angle = self._angles.get(source)
        if angle is None:
            turned = pdfium.FPDFText_GetCharAngle(self._raw, index)
            angle = turned if turned >= 0 else 0.0
            angle += math.radians(self._frame.rotation_deg)
            self._angles[source] = angle
        return angle

    @staticmethod
    def _glyph(
        code: int, tight: Box, loose: Box, origin: tuple[float, float], angle: float, order: int
    ) -> Glyph:
        degrees = round(math.degrees(angle)) % 360
        if degrees == 0:
            start, end, base = loose[0], loose[2], origin[1]
            em = loose[3] - loose[1]
        else:
            cos, sin = math.cos(angle), math.sin(angle)
            corners = [(x, y) for x in (loose[0], loose[2]) for y in (loose[1], loose[3])]
            along = [x * cos + y * sin for x, y in corners]
            across = [y * cos - x * sin for x, y in corners]
            start, end = min(along), max(along)
            base = origin[1] * cos - origin[0] * sin
            em = max(across) - min(across)
        raw_code = chr(code) if 0xD800 <= code <= 0xDFFF else _character(code)
        return Glyph(
            character=raw_code,
            box=tight,
            start=start,
            end=end,
            base=base,
            em=max(em, 0.1),
            angle=degrees,
            order=order,
        )

    def _is_hidden(self, glyph: Glyph, loose: Box, source: TextObject | None) -> bool:
        frame = self._frame
        x, y = (loose[0] + loose[2]) / 2, (loose[1] + loose[3]) / 2
        if not (0 <= x <= frame.width and 0 <= y <= frame.height) or glyph.em < _LEAST_EM_PT:
            return True
        if source is None:
            return False
        if source.render_mode in _INVISIBLE_MODES or source.alpha == 0:
            return True
        clip = source.clip
        return clip is not None and not (clip[0] <= x <= clip[2] and clip[1] <= y <= clip[3])

    def _clamp(self, glyph: Glyph, loose: Box) -> None:
        """Gives blanks the box of their advance and keeps every box on the page."""
        x0, top, x1, bottom = glyph.box
        if x1 - x0 <= 0 or bottom - top <= 0:
            x0, top, x1, bottom = loose
        width, height = self._frame.width, self._frame.height
        glyph.box = (
            min(max(x0, 0.0), width),
            min(max(top, 0.0), height),
            min(max(x1, 0.0), width),
            min(max(bottom, 0.0), height),
        )


def _join_surrogates(drawn: list[_Drawn]) -> None:
    """Turns UTF-16 halves into characters; a half without its other becomes U+FFFD."""
    kept: list[_Drawn] = []
    for entry in drawn:
        code = ord(entry.glyph.character)
        if 0xDC00 <= code <= 0xDFFF and kept:
            high = ord(kept[-1].glyph.character)
            if 0xD800 <= high <= 0xDBFF:
                joined = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
                kept[-1].glyph.character = chr(joined)
                continue
        kept.append(entry)
    for entry in kept:
        if 0xD800 <= ord(entry.glyph.character) <= 0xDFFF:
            entry.glyph.character = "\ufffd"
    drawn[:] = kept


def _once(drawn: Iterable[_Drawn]) -> Iterable[_Drawn]:
    """The entries without those drawn again on the same place (a way to make text bold)."""
    seen: dict[tuple[str, int, int], list[tuple[float, float]]] = {}
    for entry in drawn:
        glyph = entry.glyph
        x, y = glyph.center
        reach = min(0.2 * glyph.em, _BIN_PT)
        columns = {int((x - reach) // _BIN_PT), int((x + reach) // _BIN_PT)}
        rows = {int((y - reach) // _BIN_PT), int((y + reach) // _BIN_PT)}
        near = [
            place for i in columns for j in rows for place in seen.get((glyph.character, i, j), ())
        ]
        if any(abs(x - ox) < reach and abs(y - oy) < reach for ox, oy in near):
            continue
        key = (glyph.character, int(x // _BIN_PT), int(y // _BIN_PT))
        seen.setdefault(key, []).append((x, y))
        yield entry


def _doubtful(drawn: list[_Drawn], objects: PageObjects) -> list[_Drawn]:
    """The glyphs that something on the page may hide from the eye."""
    covers = objects.covers + [
        Cover(box=p.box, order=p.order, paper=False) for p in objects.pictures
    ]
    if len(covers) > _MAX_COVERS:
        return drawn
    return [e for e in drawn if _is_doubtful(e, covers)]


def _is_doubtful(entry: _Drawn, covers: list[Cover]) -> bool:
    source = entry.source
    if source is None or source.lightness >= _LIGHT or source.alpha < 128:
        return True
    x, y = entry.glyph.center
    for cover in covers:
        x0, top, x1, bottom = cover.box
        # dark text on paper that was laid down before is what most pages are
        if (
            x0 <= x <= x1
            and top <= y <= bottom
            and not (cover.paper and cover.order < source.order)
        ):
            return True
    return False


def contrast_in(picture: Any, scale: float, box: Box, *, pad_px: int = 0) -> int:
    """The largest difference (0 to 255) of one color channel inside the box."""
    height, width = picture.shape[:2]
    x0 = max(int(box[0] * scale) - pad_px, 0)
    y0 = max(int(box[1] * scale) - pad_px, 0)
    x1 = min(math.ceil(box[2] * scale) + pad_px, width)
    y1 = min(math.ceil(box[3] * scale) + pad_px, height)
    if x1 <= x0 or y1 <= y0:
        return 0
    cut = picture[y0:y1, x0:x1]
    low, high = cut.min(axis=(0, 1)), cut.max(axis=(0, 1))
    return int((high.astype(np.int16) - low.astype(np.int16)).max())


def _hide_what_does_not_show(view: PageView, drawn: list[_Drawn]) -> None:
    picture, scale = view.shown
    # what the glyphs of one run last showed: a blank, a dot or a dash beside a table rule cannot
    # tell by its own pixels and takes its neighbor's word
    seen: dict[int, bool] = {}
    unsure: list[_Drawn] = []
    for entry in drawn:
        glyph, run = entry.glyph, id(entry.source)
        if entry.hidden:
            continue
        x0, top, x1, bottom = glyph.box
        small = min(x1 - x0, bottom - top) * scale < 4 or glyph.character in _SOLID
        if not small and not glyph.is_blank:
            entry.hidden = seen[run] = contrast_in(picture, scale, glyph.box) < _CONTRAST
        elif run in seen:
            entry.hidden = seen[run] or _is_flat(picture, scale, glyph)
        else:
            unsure.append(entry)
    for entry in unsure:
        known = seen.get(id(entry.source))
        entry.hidden = known or _is_flat(picture, scale, entry.glyph)


def _is_flat(picture: Any, scale: float, glyph: Glyph) -> bool:
    """Whether a thin or solid glyph stands out from nothing; blanks never have to."""
    return not glyph.is_blank and contrast_in(picture, scale, glyph.box, pad_px=2) < _CONTRAST


def _hide_under_pictures(view: PageView, objects: PageObjects, drawn: list[_Drawn]) -> None:
    """Hides what a picture of half the page and more, drawn later, covers."""
    for picture in objects.pictures:
        x0, top, x1, bottom = picture.box
        if (x1 - x0) * (bottom - top) < 0.5 * view.frame.width * view.frame.height:
            continue
        below = [
            e
            for e in drawn
            if not e.hidden
            and e.source is not None
            and e.source.order < picture.order
            and x0 <= e.glyph.center[0] <= x1
            and top <= e.glyph.center[1] <= bottom
        ]
        if below and _is_opaque(view.page, picture.raw):
            for entry in below:
                entry.hidden = True


def _is_opaque(page: Any, raw: Any) -> bool:
    """Whether an image hides what is under it; a stencil or a soft mask lets it show."""
    pixels = pdfium.FPDFImageObj_GetRenderedBitmap(page.pdf.raw, page.raw, raw)
    if not pixels:
        return True
    bitmap = PdfBitmap.from_raw(pixels)
    try:
        array = bitmap.to_numpy()
        return array.ndim < 3 or array.shape[2] < 4 or float(array[:, :, 3].mean()) > 250
    finally:
        bitmap.close()
