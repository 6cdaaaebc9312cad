"""Pages that go out as pixels: rendered, blackened, encoded anew."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from pikepdf import Name, Pdf
from PIL import Image, ImageDraw

from redaction.writers.pdf_geometry import Box
from redaction.writers.pdf_reasons import PdfObject
from redaction.writers.pdf_render import POINTS_PER_INCH, Grey, picture

RASTER_DPI: Final = 200
# the edge of a character reaches a little beyond its box: soft pixels would tell its shape
EDGE_PT: Final = 0.75
COLOUR_SPREAD: Final = 40
JPEG_QUALITY: Final = 75
GREY_BITS: Final = 4


def blackened(page: Any, boxes: Iterable[Box]) -> Image.Image:
    """The page at 200 dpi with the boxes black.

    Raises:
        CannotMask: if the page is too large.
    """
    image = picture(page, RASTER_DPI)
    scale = RASTER_DPI / POINTS_PER_INCH
    pen = ImageDraw.Draw(image)
    for x0, top, x1, bottom in boxes:
        pen.rectangle(
            (
                int((x0 - EDGE_PT) * scale),
                int((top - EDGE_PT) * scale),
                int((x1 + EDGE_PT) * scale) + 1,
                int((bottom + EDGE_PT) * scale) + 1,
            ),
            fill="black",
        )
    return image


def grey_of(image: Image.Image) -> Grey:
    """The picture's pixels in grey."""
    return np.asarray(image.convert("L"))


def encoded(pdf: Pdf, image: Image.Image) -> PdfObject:
    """The picture as an image of ``pdf``: JPEG if it has colours, 16 greys otherwise.

    Made from pixels alone, after blackening: nothing of the source can come along.
    """
    pixels = np.asarray(image)
    entries: dict[str, Any] = {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": image.width,
        "/Height": image.height,
    }
    if int(np.ptp(pixels.astype(np.int16), axis=2).max()) > COLOUR_SPREAD:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=JPEG_QUALITY)
        entries |= {
            "/ColorSpace": Name.DeviceRGB,
            "/BitsPerComponent": 8,
            "/Filter": Name.DCTDecode,
        }
        return pdf.make_stream(out.getvalue(), entries)
    levels = grey_of(image) >> (8 - GREY_BITS)
    if image.width % 2:
        levels = np.pad(levels, ((0, 0), (0, 1)), constant_values=(1 << GREY_BITS) - 1)
    packed = ((levels[:, ::2] << GREY_BITS) | levels[:, 1::2]).astype(np.uint8)
    entries |= {
        "/ColorSpace": Name.DeviceGray,
        "/BitsPerComponent": GREY_BITS,
        "/Filter": Name.FlateDecode,
    }
    return pdf.make_stream(zlib.compress(packed.tobytes()), entries)
