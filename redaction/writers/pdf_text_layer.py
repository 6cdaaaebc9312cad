"""The invisible text of a page that went out as pixels, so that it can be searched and copied."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Array, Dictionary, Name, Pdf, String

from redaction.writers.pdf_geometry import Box
from redaction.writers.pdf_reasons import PdfObject
from redaction.writers.pdf_vector_body import number

INVISIBLE_MODE: Final = 3
_DESCENT: Final = 120
_EM: Final = 1000
_FONT_TIME: Final = 3_000_000_000
_LAST_CODE: Final = 0xFFFF


def _one_box_program() -> bytes:
    """A TrueType program whose only character is an em box.

    pdfium drops text whose glyphs have no outline, and text in fonts that are not embedded.
    """
    pen = TTGlyphPen(None)
    pen.moveTo((0, -_DESCENT))
    pen.lineTo((0, _EM - _DESCENT))
    pen.lineTo((_EM, _EM - _DESCENT))
    pen.lineTo((_EM, -_DESCENT))
    pen.closePath()
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box"])
    builder.setupCharacterMap({})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "box": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (_EM, 0), "box": (_EM, 0)})
    builder.setupHorizontalHeader(ascent=_EM - _DESCENT, descent=-_DESCENT)
    builder.font["head"].created = builder.font["head"].modified = _FONT_TIME
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    for table in list(builder.font.keys()):
        if table not in ("GlyphOrder", "head", "hhea", "hmtx", "maxp", "loca", "glyf"):
            del builder.font[table]
    builder.font.save(out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class LayerFont:
    """The one font of all text layers: every code draws the same box."""

    reference: PdfObject
    codes: Mapping[str, int]

    def code(self, char: str) -> bytes:
        """The two-byte code of a character, or b"" if it has none."""
        return self.codes[char].to_bytes(2, "big") if char in self.codes else b""


def layer_font(pdf: Pdf, characters: Iterable[str]) -> LayerFont:
    """The font in ``pdf`` with a code for each of ``characters`` and no others."""
    codes = {char: at for at, char in enumerate(sorted(set(characters))[:_LAST_CODE], start=1)}
    program = _one_box_program()
    stream = pdf.make_stream(program, Length1=len(program))
    name = Name("/GKAAAA+Layer")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        FontFile2=stream,
        Flags=5,
        FontBBox=Array([0, -_DESCENT, _EM, _EM - _DESCENT]),
        ItalicAngle=0,
        Ascent=_EM - _DESCENT,
        Descent=-_DESCENT,
        CapHeight=_EM - _DESCENT,
        StemV=80,
    )
    holder = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=_EM,
        CIDToGIDMap=pdf.make_stream(b"\0\0" + b"\0\1" * len(codes)),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(holder)]),
        ToUnicode=pdf.make_stream(_meaning(codes)),
    )
    return LayerFont(pdf.make_indirect(font), codes)


def _meaning(codes: Mapping[str, int]) -> bytes:
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    entries = [(code, char.encode("utf-16-be").hex().upper()) for char, code in codes.items()]
    for start in range(0, len(entries), 100):
        block = entries[start : start + 100]
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{code:04X}> <{text}>" for code, text in block]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")


def layer_content(
    characters: Iterable[tuple[Box, str]], font: LayerFont, name: str, height_pt: float
) -> bytes:
    """Operators that put each character invisibly over its pixels (``name``: the font's name)."""
    out = [b"BT", number(INVISIBLE_MODE) + b" Tr"]
    last: tuple[bytes, bytes] | None = None
    for (x0, top, x1, bottom), char in characters:
        code = font.code(char)
        size = bottom - top
        if not code or size <= 0 or x1 <= x0:
            continue
        stretch = number(round(100 * (x1 - x0) / size, 2))
        asked = (number(round(size, 2)), stretch)
        if asked != last:
            out.append(b"/" + name.encode("ascii") + b" " + asked[0] + b" Tf")
            out.append(stretch + b" Tz")
            last = asked
        baseline = height_pt - bottom + size * _DESCENT / _EM
        out.append(
            b"1 0 0 1 " + number(round(x0, 2)) + b" " + number(round(baseline, 2)) + b" Tm "
            b"<" + code.hex().upper().encode("ascii") + b"> Tj"
        )
    out.append(b"ET")
    return b"\n".join(out)
