"""Pages of a PDF as pixels and as characters with places, read by pdfium."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from PIL import Image

from domain.errors import CannotMask
from redaction.writers.pdf_geometry import Box, PageFrame, rectangle

LOOK_DPI: Final = 100
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


def characters(page: Any, frame: PageFrame) -> list[tuple[str, Box]]:
    """The page's characters but white space, in drawing order, each with its tight box."""
    text_page = page.get_textpage()
    handle = text_page.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    found: list[tuple[str, Box]] = []
    for index in range(pdfium.FPDFText_CountChars(handle)):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        char = chr(code) if code <= 0x10FFFF else ""
        if code < 0x20 or not char or char.isspace() or code == 0xFFFE:
            continue
        if pdfium.FPDFText_IsGenerated(handle, index) == 1:
            continue
        if pdfium.FPDFText_GetCharBox(handle, index, left, right, bottom, top):
            box = (left.value, bottom.value, right.value, top.value)
            found.append((char, rectangle(frame.to_display, *box)))
    text_page.close()
    return found


def open_pdf(data: bytes) -> Any:
    """The document as pdfium reads it; the caller closes it.

    Raises:
        CannotMask: if pdfium cannot.
    """
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise CannotMask from None
