"""Pages of a PDF as pixels and as characters with places, read by pdfium."""

from __future__ import annotations

import ctypes
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from PIL import Image

from domain.errors import CannotMask
from redaction.writers.pdf_geometry import Box, Matrix, PageFrame, rectangle, union

LOOK_DPI: Final = 100
# the part of the em below and above the base line that characters keep to
DESCENT: Final = -0.22
ASCENT: Final = 0.88
MAX_PIXELS: Final = 50_000_000
POINTS_PER_INCH: Final = 72

Grey = NDArray[np.uint8]


def _scale(page: Any, dpi: int) -> float:
    scale = dpi / POINTS_PER_INCH
    width, height = page.get_size()
    if width * height * scale * scale > MAX_PIXELS or width < 1 or height < 1:
        raise CannotMask
    return scale


def grey(page: Any, dpi: int = LOOK_DPI) -> Grey:
    """The page in grey, without annotations and form fields.

    Raises:
        CannotMask: if the page is too large to be looked at.
    """
    bitmap = page.render(
        scale=_scale(page, dpi), grayscale=True, draw_annots=False, may_draw_forms=False
    )
    pixels = np.array(bitmap.to_numpy(), dtype=np.uint8)
    bitmap.close()
    return pixels.reshape(pixels.shape[:2])


def picture(page: Any, dpi: int) -> Image.Image:
    """The page in colour, without annotations and form fields.

    Raises:
        CannotMask: if the page is too large.
    """
    bitmap = page.render(scale=_scale(page, dpi), draw_annots=False, may_draw_forms=False)
    image: Image.Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return image


@dataclass(frozen=True, slots=True)
class Look:
    """A page's pixels in grey with their scale."""

    pixels: Grey
    dpi: int = LOOK_DPI

    def part(self, box: Box) -> Grey:
        """The pixels that a box as displayed touches."""
        scale = self.dpi / POINTS_PER_INCH
        height, width = self.pixels.shape
        x0, y0 = max(int(box[0] * scale), 0), max(int(box[1] * scale), 0)
        x1, y1 = min(int(box[2] * scale) + 1, width), min(int(box[3] * scale) + 1, height)
        return self.pixels[y0 : max(y1, y0), x0 : max(x1, x0)]

    def has_ink(self, box: Box, contrast: int = 32) -> bool:
        """Whether anything can be seen in the box."""
        part = self.part(box)
        return part.size > 0 and int(part.max()) - int(part.min()) > contrast

    def packed(self) -> PackedLook:
        """The same in little memory: hundreds of pages wait for their check at once."""
        return PackedLook(zlib.compress(self.pixels.tobytes(), 1), self.pixels.shape, self.dpi)


@dataclass(frozen=True, slots=True)
class PackedLook:
    """A page's pixels put by."""

    data: bytes
    shape: tuple[int, ...]
    dpi: int

    def look(self) -> Look:
        """The pixels again."""
        pixels = np.frombuffer(zlib.decompress(self.data), dtype=np.uint8)
        return Look(pixels.reshape(self.shape), self.dpi)


@dataclass(frozen=True, slots=True)
class Character:
    """A drawn character: its ink (``tight``) and the place its line gives it (``place``)."""

    char: str
    tight: Box
    place: Box


def characters(page: Any, frame: PageFrame) -> list[Character]:
    """The page's characters but white space, in pdfium's order."""
    text_page = page.get_textpage()
    reader = _CharacterReader(text_page.raw, frame.to_display)
    try:
        return list(reader.read())
    finally:
        text_page.close()


class _CharacterReader:
    """Reads one text page; keeps the buffers pdfium fills."""

    def __init__(self, raw: Any, to_display: Matrix) -> None:
        self._raw = raw
        self._to_display = to_display
        self._sides = tuple(ctypes.c_double() for _ in range(4))
        self._origin = (ctypes.c_double(), ctypes.c_double())
        self._loose = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()

    def read(self) -> Iterator[Character]:
        """Each character; a rare one that pdfium gives in two halves once."""
        high = 0
        for index in range(pdfium.FPDFText_CountChars(self._raw)):
            code = pdfium.FPDFText_GetUnicode(self._raw, index)
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if high and 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
            high = 0
            if code < 0x20 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
                continue
            char = chr(code)
            if char.isspace() or pdfium.FPDFText_IsGenerated(self._raw, index) == 1:
                continue
            left, right, bottom, top = self._sides
            if pdfium.FPDFText_GetCharBox(self._raw, index, left, right, bottom, top):
                ink = (left.value, bottom.value, right.value, top.value)
                tight = rectangle(self._to_display, *ink)
                yield Character(char, tight, union([tight, self._place(index, tight)]))

    def _place(self, index: int, tight: Box) -> Box:
        """As wide as the character moves the pen, from below its base line to above its head."""
        raw, loose, matrix = self._raw, self._loose, self._matrix
        x, y = self._origin
        if not (
            pdfium.FPDFText_GetLooseCharBox(raw, index, loose)
            and pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
            and pdfium.FPDFText_GetMatrix(raw, index, matrix)
        ):
            return tight
        size = pdfium.FPDFText_GetFontSize(raw, index)
        up_x, up_y = matrix.c * size, matrix.d * size
        ys = (y.value + DESCENT * up_y, y.value + ASCENT * up_y)
        xs = (x.value + DESCENT * up_x, x.value + ASCENT * up_x)
        if abs(up_x) < 0.01 * abs(up_y):
            return rectangle(self._to_display, loose.left, ys[0], loose.right, ys[1])
        if abs(up_y) < 0.01 * abs(up_x):
            return rectangle(self._to_display, xs[0], loose.bottom, xs[1], loose.top)
        return tight


def open_pdf(data: bytes) -> Any:
    """The document as pdfium reads it; the caller closes it.

    Raises:
        CannotMask: if pdfium cannot.
    """
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise CannotMask from None
