"""Why a page of a PDF cannot be rewritten and goes out as pixels instead."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pikepdf
from fontTools.ttLib import TTLibError

# pikepdf objects change their type with what the file says: each use checks what it needs.
PdfObject = Any

# What reading a damaged or hostile font or page raises: it sends the page to raster, or is refused.
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TTLibError,
    TypeError,
    ValueError,
    pikepdf.PdfError,
    struct.error,
    zlib.error,
)


class NeedsRaster(Exception):
    """This page cannot be rewritten safely; ``reason`` is the code that goes into the notes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
