"""The ground shown with each black box: a white label in it, or a legend on a page of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pikepdf import Array, Dictionary, Name, Pdf

from domain.resources import data_path
from redaction.writers.pdf_covers import PageCovers
from redaction.writers.pdf_fonts_build import BuiltFont, Glyph, embedded
from redaction.writers.pdf_fonts_outlines import TrueTypeOutlines
from redaction.writers.pdf_geometry import Box, PageFrame
from redaction.writers.pdf_vector_body import number

LABEL_FONT: Final = "GL"
LARGEST_PT: Final = 9.0
# a short ground that can be read is worth more than a long one in tiny print
LEAST_LONG_PT: Final = 7.0
SMALLEST_PT: Final = 5.5
MARGIN_PT: Final = 1.5
# how far the middle of a Chinese character lies above its base line, in ems
RISE: Final = 0.36
_LEGEND_SIZE: Final = 12.0
_LEGEND_MARGIN: Final = 72.0
_FIRST_PART = re.compile(r"[，,（(；;]")


class LabelFont:
    """The shipped Chinese font, of which a copy gets only the characters it shows."""

    def __init__(self) -> None:
        self._outlines = TrueTypeOutlines.read(data_path("fonts", "gongkai-sans.ttf").read_bytes())

    def glyph(self, char: str) -> Glyph:
        """The glyph of a character; .notdef for one the font lacks."""
        number = self._outlines.of_character(ord(char))
        return Glyph(b"", number, self._outlines.width(number), char)

    def width_em(self, text: str) -> float:
        """How wide a text is, in ems."""
        return sum(self.glyph(char).width for char in text) / 1000

    def built(self, pdf: Pdf, texts: Iterable[str]) -> BuiltFont:
        """The font in ``pdf`` with the characters of ``texts`` and no others."""
        glyphs = sorted({self.glyph(c) for text in texts for c in text}, key=lambda g: g.text)
        return embedded(
            pdf, self._outlines, glyphs, {"/Flags": 4, "/Ascent": 880, "/Descent": -120}
        )

    def show(self, text: str, font: BuiltFont) -> bytes:
        """The operator that shows ``text``."""
        codes = b"".join(font.codes[self.glyph(char)] for char in text)
        return b"<" + codes.hex().upper().encode("ascii") + b"> Tj"


@dataclass(frozen=True, slots=True)
class Label:
    """A white text with its size and where its base line begins, as displayed.

    ``down``: it runs down the page, in a box higher than wide.
    """

    text: str
    size: float
    x: float
    y: float
    down: bool = False


def short_ground(ground: str) -> str:
    """The first part of a ground: 个人隐私 of 个人隐私，条例第十五条."""
    return _FIRST_PART.split(ground, maxsplit=1)[0]


def label_for(box: Box, ground: str, font: LabelFont) -> Label | None:
    """The longest form of the ground that can be read inside the box, or None."""
    down = box[3] - box[1] > 2 * (box[2] - box[0])
    left, top, right, bottom = (box[1], box[0], box[3], box[2]) if down else box
    width, height = right - left - 2 * MARGIN_PT, bottom - top - 2
    short = short_ground(ground)
    for text in dict.fromkeys((ground, short)):
        ems = font.width_em(text)
        size = min(LARGEST_PT, height, width / ems) if ems else 0.0
        if size >= (SMALLEST_PT if text == short else LEAST_LONG_PT):
            start, middle = (left + right - ems * size) / 2, (top + bottom) / 2
            if down:
                return Label(text, size, middle - RISE * size, start, down)
            return Label(text, size, start, middle + RISE * size)
    return None


@dataclass(slots=True)
class Labels:
    """The labels of a whole copy; grounds that fit no box come on a legend page."""

    font: LabelFont
    by_page: dict[int, list[Label]] = field(default_factory=dict)
    unshown: list[str] = field(default_factory=list)

    @classmethod
    def planned(cls, covers: Sequence[PageCovers]) -> Labels:
        """Labels for all covers, one for each box that has room."""
        labels = cls(LabelFont())
        shown: set[str] = set()
        for page_index, page in enumerate(covers):
            for box, ground in zip(page.drawn, page.grounds, strict=True):
                label = label_for(box, ground, labels.font) if ground else None
                if label is not None:
                    labels.by_page.setdefault(page_index, []).append(label)
                    shown.add(ground)
        grounds = dict.fromkeys(g for page in covers for g in page.grounds if g)
        labels.unshown = [ground for ground in grounds if ground not in shown]
        return labels

    def texts(self) -> Iterator[str]:
        """Every text the label font must draw."""
        for labels in self.by_page.values():
            yield from (label.text for label in labels)
        yield from self.legend_lines()

    def legend_lines(self) -> list[str]:
        """The lines of the legend page; none if every ground stands in some box."""
        if not self.unshown:
            return []
        return ["注：涂黑处依法不予公开。", *(f"· {ground}" for ground in self.unshown)]

    def content(self, page_index: int, built: BuiltFont, height_pt: float) -> bytes:
        """Operators that draw a page's labels, in display coordinates with y running up."""
        out = [b"BT 1 g 0 Tr 0 Tc 100 Tz 0 Ts"]
        for label in self.by_page.get(page_index, ()):
            place = number(label.x) + b" " + number(height_pt - label.y)
            turn = b"0 -1 1 0 " if label.down else b"1 0 0 1 "
            out.append(f"/{LABEL_FONT} ".encode("ascii") + number(label.size) + b" Tf")
            out.append(turn + place + b" Tm " + self.font.show(label.text, built))
        return b"\n".join([*out, b"ET"]) if len(out) > 1 else b""

    def add_legend_page(self, pdf: Pdf, built: BuiltFont, frame: PageFrame) -> None:
        """Adds the legend as a last page of the size of ``frame``."""
        lines = self.legend_lines()
        if not lines:
            return
        width, height = max(frame.width_pt, 300.0), max(frame.height_pt, 300.0)
        size = min(_LEGEND_SIZE, (width - 40) / max(self.font.width_em(line) for line in lines))
        left = min(_LEGEND_MARGIN, 20 + (width - 40) / 10)
        size = min(size, (width - 2 * left) / max(self.font.width_em(line) for line in lines))
        out = [b"BT 0 g", f"/{LABEL_FONT} ".encode("ascii") + number(size) + b" Tf"]
        for at, line in enumerate(lines):
            y = height - _LEGEND_MARGIN - at * 2 * size
            place = number(left) + b" " + number(y)
            out.append(b"1 0 0 1 " + place + b" Tm " + self.font.show(line, built))
        pdf.add_blank_page(page_size=(width, height))
        page = pdf.pages[-1].obj
        page.MediaBox = Array([0, 0, width, height])
        page.Resources = Dictionary(Font=Dictionary({f"/{LABEL_FONT}": built.reference}))
        page.Contents = pdf.make_stream(b"\n".join([*out, b"ET"]))
        page.Type = Name.Page
