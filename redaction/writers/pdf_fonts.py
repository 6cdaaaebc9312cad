"""Fonts of a source PDF: strings to glyphs with width and meaning, glyphs to a new small font."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf

from redaction.writers.pdf_fonts_build import (
    SYMBOLIC,
    BuiltFont,
    Glyph,
    bare,
    embedded,
    meaning_stream,
    system_info,
    width_array,
)
from redaction.writers.pdf_fonts_encoding import (
    CodeSpace,
    base_encoding,
    glyph_names,
    standard_widths,
    text_of_cid,
    text_of_name,
    to_unicode,
)
from redaction.writers.pdf_fonts_outlines import (
    CffOutlines,
    Outlines,
    TrueTypeOutlines,
    Type1Outlines,
)
from redaction.writers.pdf_fonts_type1 import parse
from redaction.writers.pdf_reasons import DAMAGE, NeedsRaster, PdfObject

_COLLECTIONS: Final = frozenset({"GB1", "CNS1", "Japan1", "Korea1", "Identity"})
_PLAIN_NAME = re.compile(r"/(?:[A-Z]{6}\+)?([A-Za-z0-9][A-Za-z0-9 _,.()-]{0,60})")
# fonts that office programs name in Chinese and do not embed: the names viewers know them by
_CHINESE_NAMES: Final = {
    "宋体": "SimSun",
    "新宋体": "NSimSun",
    "黑体": "SimHei",
    "仿宋": "FangSong",
    "仿宋_GB2312": "FangSong_GB2312",
    "楷体": "KaiTi",
    "楷体_GB2312": "KaiTi_GB2312",
    "微软雅黑": "MicrosoftYaHei",
}
_METRICS: Final = (
    "/Flags",
    "/ItalicAngle",
    "/Ascent",
    "/Descent",
    "/CapHeight",
    "/XHeight",
    "/StemV",
    "/StemH",
    "/AvgWidth",
    "/MaxWidth",
    "/Leading",
    "/MissingWidth",
)


def _widths_by_cid(listed: Iterable[PdfObject]) -> dict[int, float]:
    """The /W array of a CID font spelled out."""
    widths: dict[int, float] = {}
    items = list(listed)
    at = 0
    while at + 1 < len(items):
        first = int(items[at])
        if isinstance(items[at + 1], Array):
            widths.update((first + n, float(w)) for n, w in enumerate(items[at + 1]))
            at += 2
        elif at + 2 < len(items):
            last = min(int(items[at + 1]), first + 0xFFFF)
            widths.update(dict.fromkeys(range(first, last + 1), float(items[at + 2])))
            at += 3
        else:
            break
    return widths


def _program(descriptor: PdfObject) -> Outlines | None:
    """The embedded font program, or None if the font is not embedded."""
    if descriptor is None:
        return None
    if "/FontFile2" in descriptor:
        return TrueTypeOutlines.read(descriptor.FontFile2.read_bytes())
    if "/FontFile3" in descriptor:
        data = descriptor.FontFile3.read_bytes()
        if data[:4] in (b"OTTO", b"\0\1\0\0", b"true"):
            font = TTFont(io.BytesIO(data), lazy=True)
            if "glyf" in font:
                return TrueTypeOutlines(font)
            return CffOutlines(font["CFF "].cff)
        return CffOutlines.read(data)
    if "/FontFile" in descriptor:
        data = descriptor.FontFile.read_bytes()
        return Type1Outlines(parse(data, base_encoding("/StandardEncoding")))
    return None


def _public_name(name: PdfObject) -> str:
    """The name of a font that is not embedded, by which a viewer finds a stand-in.

    Raises:
        NeedsRaster: for a name that could itself carry something.
    """
    # a name in GBK is no text to pikepdf: its bytes are
    raw = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), name.unparse())
    match = _PLAIN_NAME.fullmatch(raw.decode("latin-1"))
    if match:
        return match[1]
    raw = raw[1:]
    for codec in ("utf-8", "gb18030"):
        text = raw.decode(codec, "ignore").partition("+")[2] or raw.decode(codec, "ignore")
        family, comma, style = text.partition(",")
        if family in _CHINESE_NAMES and style in ("", "Bold", "Italic", "BoldItalic"):
            return _CHINESE_NAMES[family] + comma + style
    raise NeedsRaster("font_name")


class SourceFont:
    """A font as the source PDF uses it.

    Raises:
        NeedsRaster: if its codes, widths, meanings or program cannot be known.
    """

    def __init__(self, font: PdfObject) -> None:
        kind = str(font.get("/Subtype"))
        if kind == "/Type3":
            raise NeedsRaster("type3_font")
        if kind not in ("/Type0", "/Type1", "/TrueType"):
            raise NeedsRaster("font_kind")
        self.composite = kind == "/Type0"
        self._font = font
        self._holder = font.DescendantFonts[0] if self.composite else font
        self.descriptor = self._holder.get("/FontDescriptor")
        self._cache: dict[bytes, Glyph] = {}
        try:
            self.outlines = _program(self.descriptor)
            self._meaning = (
                to_unicode(font.ToUnicode.read_bytes())
                if isinstance(font.get("/ToUnicode"), pikepdf.Stream)
                else {}
            )
            if self.composite:
                self._prepare_composite()
            else:
                self._prepare_simple()
        except DAMAGE:
            raise NeedsRaster("font_not_subset") from None

    def _prepare_composite(self) -> None:
        encoding = self._font.get("/Encoding")
        if isinstance(encoding, pikepdf.Stream):
            raise NeedsRaster("embedded_cmap")
        self.codes = CodeSpace(str(encoding))
        info = self._holder.get("/CIDSystemInfo", {})
        self.ordering = str(info.get("/Ordering", "Identity"))
        if self.outlines is None and self.ordering not in _COLLECTIONS:
            raise NeedsRaster("font_name")
        if not self._meaning and self.ordering == "Identity":
            raise NeedsRaster("no_tounicode")
        self._default_width = float(self._holder.get("/DW", 1000))
        self._widths = _widths_by_cid(self._holder.get("/W", ()))
        table = self._holder.get("/CIDToGIDMap")
        self._to_glyph = table.read_bytes() if isinstance(table, pikepdf.Stream) else None

    def _prepare_simple(self) -> None:
        first = int(self._font.get("/FirstChar", 0))
        listed = self._font.get("/Widths")
        self._widths = {first + n: float(w) for n, w in enumerate(listed or ())}
        missing = self.descriptor.get("/MissingWidth", 0) if self.descriptor is not None else 0
        self._default_width = float(missing)
        encoding = self._font.get("/Encoding")
        flags = int(self.descriptor.get("/Flags", 0)) if self.descriptor is not None else 0
        self.symbolic = bool(flags & SYMBOLIC)
        builtin: Mapping[int, str] = base_encoding("/StandardEncoding")
        if isinstance(self.outlines, CffOutlines | Type1Outlines):
            builtin = self.outlines.encoding
        elif isinstance(self.outlines, TrueTypeOutlines) and encoding is None:
            builtin = {}
        self.names = glyph_names(encoding, builtin)
        if listed is None:
            self._take_standard_widths()

    def _take_standard_widths(self) -> None:
        name = _public_name(self._font.get("/BaseFont"))
        standard = standard_widths(name)
        if standard is None:
            raise NeedsRaster("no_widths")
        for code, glyph in self.names.items():
            text = text_of_name(glyph)
            if text in standard:
                self._widths[code] = float(standard[text])

    def decode(self, data: bytes) -> Iterator[Glyph]:
        """The glyphs a string shows, in order."""
        if self.composite:
            for code, cid in self.codes.split(data):
                yield self._cache.get(code) or self._composite_glyph(code, cid)
            return
        for value in data:
            code = bytes([value])
            yield self._cache.get(code) or self._simple_glyph(code, value)

    def _composite_glyph(self, code: bytes, cid: int) -> Glyph:
        text = self._meaning.get(int.from_bytes(code, "big"), "")
        if not text and self.ordering != "Identity":
            text = text_of_cid(self.ordering, cid)
        number = -1
        if self.outlines is not None:
            number = self.outlines.of_cid(self._glyph_index(cid))
        glyph = Glyph(code, number, self._widths.get(cid, self._default_width), text)
        self._cache[code] = glyph
        return glyph

    def _glyph_index(self, cid: int) -> int:
        if self._to_glyph is not None:
            return int.from_bytes(self._to_glyph[2 * cid : 2 * cid + 2], "big")
        if isinstance(self.outlines, TrueTypeOutlines) and not self.codes.identity:
            # an embedded TrueType under a predefined code space needs a map to its glyphs
            raise NeedsRaster("font_not_subset")
        return cid

    def _simple_glyph(self, code: bytes, value: int) -> Glyph:
        name = self.names.get(value, "")
        text = self._meaning.get(value, "") or (text_of_name(name) if name else "")
        number = -1
        if self.outlines is not None:
            number = self.outlines.of_code(value, name, self.symbolic)
        glyph = Glyph(code, number, self._widths.get(value, self._default_width), text)
        self._cache[code] = glyph
        return glyph

    def rebuilt(self, pdf: Pdf, used: Iterable[Glyph]) -> BuiltFont:
        """A new font in ``pdf`` that holds the ``used`` glyphs only.

        Codes are numbered anew by character: the order in which a producer numbered them would
        tell how many new characters stood in a removed place.

        Raises:
            NeedsRaster: if the program cannot be taken apart.
        """
        glyphs = sorted(set(used), key=lambda g: (g.text, g.width, g.number, g.code))
        try:
            if self.outlines is not None:
                return embedded(pdf, self.outlines, glyphs, self._metrics())
            return self._named(pdf, glyphs)
        except DAMAGE:
            raise NeedsRaster("font_not_subset") from None

    def _metrics(self) -> dict[str, Any]:
        """The descriptor's numbers: they steer how a viewer draws, and tell nothing of the text."""
        found: dict[str, Any] = {}
        if self.descriptor is not None:
            for key in _METRICS:
                value = self.descriptor.get(key)
                if value is not None:
                    found[key] = int(value) if key == "/Flags" else float(value)
            box = self.descriptor.get("/FontBBox")
            if box is not None and len(box) == 4:
                found["/FontBBox"] = Array([float(n) for n in box])
        return found

    def _named(self, pdf: Pdf, glyphs: list[Glyph]) -> BuiltFont:
        """A font that is not embedded: named again, with widths and meanings of used codes."""
        name = Name("/" + _public_name(self._font.get("/BaseFont")))
        codes = {glyph: glyph.code for glyph in glyphs}
        new = Dictionary(Type=Name.Font, Subtype=self._font.Subtype, BaseFont=name)
        if self.descriptor is not None:
            metrics = Dictionary(Type=Name.FontDescriptor, FontName=name, **bare(self._metrics()))
            descriptor = pdf.make_indirect(metrics)
        if self.composite:
            holder = Dictionary(
                Type=Name.Font,
                Subtype=self._holder.Subtype,
                BaseFont=name,
                CIDSystemInfo=system_info(self.ordering),
                DW=self._default_width,
            )
            cids = {g.code: next(self.codes.split(g.code))[1] for g in glyphs}
            holder.W = width_array({cids[g.code]: g.width for g in glyphs})
            if self.descriptor is not None:
                holder.FontDescriptor = descriptor
            new.Encoding = Name(self.codes.name)
            new.DescendantFonts = Array([pdf.make_indirect(holder)])
        else:
            self._describe_simple(new, glyphs)
            if self.descriptor is not None:
                new.FontDescriptor = descriptor
        lengths = {len(code) for code in codes.values()}
        # mixed one- and two-byte codes are those of a code page: viewers know their meaning
        if len(lengths) == 1:
            new.ToUnicode = meaning_stream(pdf, codes, 2 * lengths.pop())
        return BuiltFont(pdf.make_indirect(new), codes)

    def _describe_simple(self, new: PdfObject, glyphs: list[Glyph]) -> None:
        values = [glyph.code[0] for glyph in glyphs]
        widths = {glyph.code[0]: glyph.width for glyph in glyphs}
        encoding = self._font.get("/Encoding")
        if isinstance(encoding, Name) and base_encoding(str(encoding)):
            new.Encoding = encoding
        elif encoding is not None:
            differences: list[Any] = []
            for value in sorted(values):
                # a name that stands for no character draws nothing and may say anything
                if text_of_name(self.names.get(value, "")):
                    differences += [value, Name("/" + self.names[value])]
            new.Encoding = Dictionary(Type=Name.Encoding, Differences=Array(differences))
        if self._font.get("/Widths") is not None and values:
            new.FirstChar, new.LastChar = min(values), max(values)
            span = range(min(values), max(values) + 1)
            new.Widths = Array([widths.get(value, 0) for value in span])
