"""Fonts written into the new PDF: chosen glyphs only, numbered and named by us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Pdf, String

from redaction.writers.pdf_fonts_outlines import BLANK, Outlines
from redaction.writers.pdf_reasons import PdfObject

SYMBOLIC: Final = 4


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn code: its bytes, its glyph in the program (-1: no program), 1/1000 em, meaning."""

    code: bytes
    number: int
    width: float
    text: str

    @property
    def blank(self) -> bool:
        """Whether it says nothing but white space."""
        return self.text.isspace()


GAP: Final = Glyph(b"", BLANK, 0.0, " ")
"""Stands where a removed run began. pdfium shifts a glyph by a pixel according to the next one on
its line: with something still there, the kept glyph before it stays where it was."""


@dataclass(frozen=True, slots=True)
class BuiltFont:
    """A font written into the new PDF, and the new code of each glyph."""

    reference: PdfObject
    codes: Mapping[Glyph, bytes]


def bare(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Dictionary keys without their slash, as pikepdf takes them for keyword arguments."""
    return {key[1:]: value for key, value in metrics.items()}


def system_info(ordering: str) -> PdfObject:
    """A character collection of Adobe's by its ordering."""
    return Dictionary(Registry=String("Adobe"), Ordering=String(ordering), Supplement=0)


def width_array(widths: Mapping[int, float]) -> PdfObject:
    """A /W array: widths of CIDs that follow one another share a list."""
    rows: list[tuple[int, list[float]]] = []
    for cid, width in sorted(widths.items()):
        if rows and cid == rows[-1][0] + len(rows[-1][1]):
            rows[-1][1].append(width)
        else:
            rows.append((cid, [width]))
    return Array([item for first, listed in rows for item in (first, Array(listed))])


def embedded(
    pdf: Pdf, outlines: Outlines, glyphs: list[Glyph], metrics: Mapping[str, Any]
) -> BuiltFont:
    """A new embedded Identity-H font in ``pdf`` with exactly ``glyphs``, coded from 1 on."""
    codes = {glyph: (at + 1).to_bytes(2, "big") for at, glyph in enumerate(glyphs)}
    program = outlines.subset([glyph.number for glyph in glyphs])
    stream = pdf.make_stream(program)
    truetype = outlines.file_key == "/FontFile2"
    if truetype:
        stream.Length1 = len(program)
    else:
        stream.Subtype = Name.CIDFontType0C
    name = Name("/GKAAAA+Font")
    descriptor = Dictionary(Type=Name.FontDescriptor, FontName=name, **bare(metrics))
    descriptor[outlines.file_key] = stream
    usual = {
        "/Flags": SYMBOLIC,
        "/ItalicAngle": 0,
        "/StemV": 80,
        "/FontBBox": Array([0, -220, 1000, 880]),
        "/Ascent": 880,
        "/Descent": -220,
        "/CapHeight": 880,
    }
    for key, value in usual.items():
        if key not in descriptor:
            descriptor[key] = value
    holder = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2 if truetype else Name.CIDFontType0,
        BaseFont=name,
        CIDSystemInfo=system_info("Identity"),
        DW=1000,
        W=width_array({at + 1: glyph.width for at, glyph in enumerate(glyphs)}),
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    if truetype:
        holder.CIDToGIDMap = Name.Identity
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(holder)]),
        ToUnicode=meaning_stream(pdf, codes, 4),
    )
    return BuiltFont(pdf.make_indirect(font), codes)


def meaning_stream(pdf: Pdf, codes: Mapping[Glyph, bytes], digits: int) -> PdfObject:
    """A ToUnicode stream for exactly these codes."""
    entries = sorted(
        (code.hex().upper().zfill(digits), glyph.text.encode("utf-16-be", "ignore").hex().upper())
        for glyph, code in codes.items()
        if glyph.text
    )
    blocks = []
    for start in range(0, len(entries), 100):
        block = entries[start : start + 100]
        listed = "\n".join(f"<{code}> <{text}>" for code, text in block)
        blocks.append(f"{len(block)} beginbfchar\n{listed}\nendbfchar")
    space = f"<{'0' * digits}> <{'F' * digits}>"
    return pdf.make_stream(
        "\n".join(
            (
                "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
                "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
                "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
                f"1 begincodespacerange {space} endcodespacerange",
                *blocks,
                "endcmap CMapName currentdict /CMap defineresource pop end end",
            )
        ).encode("ascii")
    )
