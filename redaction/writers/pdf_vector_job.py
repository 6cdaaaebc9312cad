"""What the rewriting of one page is given and what it finds out on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pikepdf import Pdf

from domain.errors import CannotMask
from redaction.writers.pdf_covers import PageCovers
from redaction.writers.pdf_fonts import SourceFont
from redaction.writers.pdf_geometry import Box, PageFrame
from redaction.writers.pdf_layers import Layers
from redaction.writers.pdf_reasons import PdfObject

MAX_OPERATORS: Final = 5_000_000


@dataclass(slots=True)
class Budget:
    """How many operators all pages together may still take."""

    left: int = MAX_OPERATORS

    def spend(self, count: int) -> None:
        """Takes ``count`` operators.

        Raises:
            CannotMask: when nothing is left: forms that repeat forms can ask for billions.
        """
        self.left -= count
        if self.left < 0:
            raise CannotMask


@dataclass(slots=True, kw_only=True)
class PageJob:
    """What the rewriting of one page needs to know and what it finds out."""

    target: Pdf
    frame: PageFrame
    covers: PageCovers
    layers: Layers
    find_font: Callable[[PdfObject], SourceFont]
    visible: Callable[[Box], bool]
    budget: Budget
    pictures: list[Box] = field(default_factory=list)
    unknown_glyphs: int = 0
    kept_glyphs: int = 0
