"""PDFs whose text is set in every kind of embedded font a producer may write.

The outlines are those of the shipped font; the programs around them are made here.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.misc import eexec
from fontTools.pens.basePen import BasePen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, String

from domain.resources import data_path

SIZE = 14
LEADING = 24
_source: dict[str, TTFont] = {}


def _shipped() -> TTFont:
    if "font" not in _source:
        _source["font"] = TTFont(data_path("fonts", "gongkai-sans.ttf"))
    return _source["font"]


def _drawn(char: str) -> tuple[DecomposingRecordingPen, float]:
    """A character's outline in 1/256 em and its width in 1/1000 em."""
    font = _shipped()
    glyphs = font.getGlyphSet()
    name = font.getBestCmap()[ord(char)]
    record = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(record)
    return record, glyphs[name].width * 1000 / font["head"].unitsPerEm


@dataclass
class MadeFont:
    """A font dictionary in a PDF and the code of each of its characters."""

    reference: Any
    codes: Mapping[str, bytes]
    widths: Mapping[str, float] = field(default_factory=dict)

    def encode(self, text: str) -> bytes:
        """The string operand that shows ``text``."""
        return b"<" + b"".join(self.codes[char] for char in text).hex().encode() + b">"


def _truetype(chars: Sequence[str]) -> bytes:
    names = [".notdef", *(f"uni{ord(c):04X}" for c in chars)]
    builder = FontBuilder(256, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): name for c, name in zip(chars, names[1:], strict=True)})
    outlines = {".notdef": TTGlyphPen(None).glyph()}
    widths = {".notdef": (256, 0)}
    for char, name in zip(chars, names[1:], strict=True):
        record, width = _drawn(char)
        pen = TTGlyphPen(None)
        record.replay(pen)
        outlines[name] = pen.glyph()
        widths[name] = (round(width * 0.256), 0)
    builder.setupGlyf(outlines)
    bearings = {n: (w, getattr(outlines[n], "xMin", 0)) for n, (w, _) in widths.items()}
    builder.setupHorizontalMetrics(bearings)
    builder.setupHorizontalHeader(ascent=220, descent=-50)
    builder.setupNameTable({"familyName": "Made", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


class _Scaled(BasePen):
    """Forwards an outline scaled from 256 to 1000 units an em, in cubic curves."""

    def __init__(self, target: Any) -> None:
        super().__init__(None)
        self._target = target

    @staticmethod
    def _to(point: tuple[float, float]) -> tuple[int, int]:
        return (round(point[0] * 1000 / 256), round(point[1] * 1000 / 256))

    def _moveTo(self, point: tuple[float, float]) -> None:
        self._target.moveTo(self._to(point))

    def _lineTo(self, point: tuple[float, float]) -> None:
        self._target.lineTo(self._to(point))

    def _curveToOne(self, *points: tuple[float, float]) -> None:
        self._target.curveTo(*map(self._to, points))

    def _closePath(self) -> None:
        self._target.closePath()

    def _endPath(self) -> None:
        self._target.endPath()


def _cff(chars: Sequence[str]) -> tuple[bytes, bytes]:
    """A bare CFF and the OpenType font around it, glyphs named uniXXXX."""
    names = [".notdef", *(f"uni{ord(c):04X}" for c in chars)]
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): name for c, name in zip(chars, names[1:], strict=True)})
    charstrings = {".notdef": T2CharStringPen(1000, None).getCharString()}
    metrics = {".notdef": (1000, 0)}
    for char, name in zip(chars, names[1:], strict=True):
        record, width = _drawn(char)
        pen = T2CharStringPen(width, None)
        record.replay(_Scaled(pen))
        charstrings[name] = pen.getCharString()
        metrics[name] = (round(width), 0)
    builder.setupCFF("Made", {}, charstrings, {})
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=880, descent=-220)
    builder.setupNameTable({"familyName": "Made", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    bare, whole = io.BytesIO(), io.BytesIO()
    builder.font["CFF "].cff.compile(bare, builder.font)
    builder.save(whole)
    return bare.getvalue(), whole.getvalue()


class _Type1Pen(BasePen):
    """Writes Type 1 charstring operators."""

    def __init__(self, width: float) -> None:
        super().__init__(None)
        self.code = self._number(0) + self._number(round(width)) + bytes([13])
        self._at = (0, 0)

    @staticmethod
    def _number(value: int) -> bytes:
        if -107 <= value <= 107:
            return bytes([value + 139])
        if 108 <= value <= 1131:
            value -= 108
            return bytes([247 + (value >> 8), value & 255])
        if -1131 <= value <= -108:
            value = -value - 108
            return bytes([251 + (value >> 8), value & 255])
        return bytes([255]) + value.to_bytes(4, "big", signed=True)

    def _relative(self, *points: tuple[int, int]) -> bytes:
        out = b""
        for x, y in points:
            out += self._number(x - self._at[0]) + self._number(y - self._at[1])
            self._at = (x, y)
        return out

    def _moveTo(self, point: tuple[int, int]) -> None:
        self.code += self._relative(point) + bytes([21])

    def _lineTo(self, point: tuple[int, int]) -> None:
        self.code += self._relative(point) + bytes([5])

    def _curveToOne(self, *points: tuple[int, int]) -> None:
        self.code += self._relative(*points) + bytes([8])

    def _closePath(self) -> None:
        self.code += bytes([9])


def _type1(chars: Sequence[str]) -> tuple[bytes, int, int]:
    """A Type 1 program and the lengths of its clear and its encrypted part."""
    entries = {".notdef": _Type1Pen(1000).code + bytes([14])}
    for char in chars:
        record, width = _drawn(char)
        pen = _Type1Pen(width)
        record.replay(_Scaled(pen))
        entries[f"uni{ord(char):04X}"] = pen.code + bytes([14])
    clear = (
        b"%!PS-AdobeFont-1.0: Made\n/FontName /Made def\n/FontMatrix [0.001 0 0 0.001 0 0] def\n"
        b"/Encoding 256 array 0 1 255 {1 index exch /.notdef put} for\n"
        + b"".join(b"dup %d /uni%04X put\n" % (at + 1, ord(char)) for at, char in enumerate(chars))
        + b"readonly def\ncurrentfile eexec\n"
    )
    private = b"dup /Private 8 dict dup begin /lenIV 4 def\n/Subrs 1 array\n"
    private += _type1_entry(b"dup 0", bytes([11])) + b"ND\n"
    private += b"2 index /CharStrings %d dict dup begin\n" % len(entries)
    for name, code in entries.items():
        private += _type1_entry(b"/" + name.encode(), code)
    private += b"end end readonly put mark currentfile closefile\n"
    encrypted, _ = eexec.encrypt(b"xxxx" + private, 55665)
    return clear + encrypted, len(clear), len(encrypted)


def _type1_entry(head: bytes, code: bytes) -> bytes:
    data, _ = eexec.encrypt(b"xxxx" + code, 4330)
    return b"%s %d RD %s NP\n" % (head, len(data), data)


def _to_unicode(pdf: Pdf, codes: Mapping[str, bytes]) -> Any:
    lines = "\n".join(
        f"<{code.hex()}> <{char.encode('utf-16-be').hex()}>" for char, code in codes.items()
    )
    digits = 2 * len(next(iter(codes.values())))
    return pdf.make_stream(
        (
            f"begincmap 1 begincodespacerange <{'0' * digits}> <{'F' * digits}> "
            f"endcodespacerange\n{len(codes)} beginbfchar\n{lines}\nendbfchar endcmap"
        ).encode()
    )


def _descriptor(pdf: Pdf, **file: Any) -> Any:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/ABCDEF+Made"),
            Flags=4,
            FontBBox=Array([0, -220, 1000, 880]),
            ItalicAngle=0,
            Ascent=880,
            Descent=-220,
            CapHeight=880,
            StemV=80,
            **file,
        )
    )


def _composite(
    pdf: Pdf,
    kind: str,
    codes: Mapping[str, bytes],
    cids: Mapping[str, int],
    widths: Mapping[str, float],
    **holder: Any,
) -> MadeFont:
    listed = [item for char, cid in cids.items() for item in (cid, Array([widths[char]]))]
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name(kind),
        BaseFont=Name("/ABCDEF+Made"),
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        DW=1000,
        W=Array(listed),
        **holder,
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/ABCDEF+Made"),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=_to_unicode(pdf, codes),
    )
    return MadeFont(pdf.make_indirect(font), codes, widths)


def _numbered(chars: Sequence[str], first: int = 1) -> dict[str, int]:
    return {char: at + first for at, char in enumerate(chars)}


def _two_bytes(cids: Mapping[str, int]) -> dict[str, bytes]:
    return {char: cid.to_bytes(2, "big") for char, cid in cids.items()}


def cid_truetype(pdf: Pdf, chars: Sequence[str]) -> MadeFont:
    """Type0 over TrueType, codes are glyph numbers."""
    program = pdf.make_stream(_truetype(chars))
    cids, widths = _numbered(chars), {c: _drawn(c)[1] for c in chars}
    return _composite(
        pdf,
        "/CIDFontType2",
        _two_bytes(cids),
        cids,
        widths,
        FontDescriptor=_descriptor(pdf, FontFile2=program),
        CIDToGIDMap=Name.Identity,
    )


def cid_truetype_mapped(pdf: Pdf, chars: Sequence[str]) -> MadeFont:
    """Type0 over TrueType, codes are Unicode and a CIDToGIDMap stream leads to the glyphs."""
    program = pdf.make_stream(_truetype(chars))
    cids, widths = {c: ord(c) for c in chars}, {c: _drawn(c)[1] for c in chars}
    table = bytearray(2 * 65536)
    for at, char in enumerate(chars):
        table[2 * ord(char) : 2 * ord(char) + 2] = (at + 1).to_bytes(2, "big")
    return _composite(
        pdf,
        "/CIDFontType2",
        _two_bytes(cids),
        cids,
        widths,
        FontDescriptor=_descriptor(pdf, FontFile2=program),
        CIDToGIDMap=pdf.make_stream(bytes(table)),
    )


def cid_cff(pdf: Pdf, chars: Sequence[str]) -> MadeFont:
    """Type0 over bare CFF."""
    program = pdf.make_stream(_cff(chars)[0], Subtype=Name.CIDFontType0C)
    cids, widths = _numbered(chars), {c: _drawn(c)[1] for c in chars}
    descriptor = _descriptor(pdf, FontFile3=program)
    codes = _two_bytes(cids)
    return _composite(pdf, "/CIDFontType0", codes, cids, widths, FontDescriptor=descriptor)


def cid_opentype(pdf: Pdf, chars: Sequence[str]) -> MadeFont:
    """Type0 over CFF in an OpenType wrapper."""
    program = pdf.make_stream(_cff(chars)[1], Subtype=Name.OpenType)
    cids, widths = _numbered(chars), {c: _drawn(c)[1] for c in chars}
    descriptor = _descriptor(pdf, FontFile3=program)
    codes = _two_bytes(cids)
    return _composite(pdf, "/CIDFontType0", codes, cids, widths, FontDescriptor=descriptor)


def _simple(pdf: Pdf, chars: Sequence[str], kind: str, descriptor: Any, **extra: Any) -> MadeFont:
    codes = {char: bytes([at + 1]) for at, char in enumerate(chars)}
    widths = {c: _drawn(c)[1] for c in chars}
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name(kind),
        BaseFont=Name("/ABCDEF+Made"),
        FirstChar=1,
        LastChar=len(chars),
        Widths=Array([widths[c] for c in chars]),
        FontDescriptor=descriptor,
        **extra,
    )
    return MadeFont(pdf.make_indirect(font), codes, widths)


def _differences(chars: Sequence[str]) -> Any:
    names = [Name(f"/uni{ord(char):04X}") for char in chars]
    return Dictionary(Type=Name.Encoding, Differences=Array([1, *names]))


def simple_type1(pdf: Pdf, chars: Sequence[str]) -> MadeFont:
    """Type 1 as LibreOffice embeds CFF fonts: own encoding, meaning by ToUnicode."""
    program, clear, encrypted = _type1(chars)
    stream = pdf.make_stream(program, Length1=clear, Length2=encrypted, Length3=0)
    made = _simple(pdf, chars, "/Type1", _descriptor(pdf, FontFile=stream))
    made.reference.ToUnicode = _to_unicode(pdf, made.codes)
    return made


def simple_type1_differences(pdf: Pdf, chars: Sequence[str]) -> MadeFont:
    """Type 1 whose meaning stands in glyph names alone."""
    program, clear, encrypted = _type1(chars)
    stream = pdf.make_stream(program, Length1=clear, Length2=encrypted, Length3=0)
    descriptor = _descriptor(pdf, FontFile=stream)
    return _simple(pdf, chars, "/Type1", descriptor, Encoding=_differences(chars))


def simple_cff(pdf: Pdf, chars: Sequence[str]) -> MadeFont:
    """Type 1 font dictionary over CFF (Type1C), meaning in glyph names."""
    stream = pdf.make_stream(_cff(chars)[0], Subtype=Name.Type1C)
    descriptor = _descriptor(pdf, FontFile3=stream)
    return _simple(pdf, chars, "/Type1", descriptor, Encoding=_differences(chars))


FONT_KINDS: Mapping[str, Callable[[Pdf, Sequence[str]], MadeFont]] = {
    "cid_truetype": cid_truetype,
    "cid_truetype_mapped": cid_truetype_mapped,
    "cid_cff": cid_cff,
    "cid_opentype": cid_opentype,
    "simple_type1": simple_type1,
    "simple_type1_differences": simple_type1_differences,
    "simple_cff": simple_cff,
}


def in_font(kind: str, lines: Sequence[str]) -> bytes:
    """A page of ``lines`` in a font of this kind; each line is one string operand."""
    pdf = Pdf.new()
    # in order of first use, as most producers number their subsets
    chars = list(dict.fromkeys("".join(lines)))
    font = FONT_KINDS[kind](pdf, chars)
    content = f"BT /F1 {SIZE} Tf {LEADING} TL 72 760 Td ".encode()
    for line in lines:
        content += font.encode(line) + b" Tj T* "
    pdf.add_blank_page(page_size=(595, 842))
    page = pdf.pages[0].obj
    page.Resources = Dictionary(Font=Dictionary(F1=font.reference))
    page.Contents = pdf.make_stream(content + b"ET")
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, compress_streams=True)
    return out.getvalue()
