"""Font programs: find the glyph of a code, and write a program that holds chosen glyphs only."""

from __future__ import annotations

import copy
import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from fontTools import agl
from fontTools.cffLib import CFFFontSet
from fontTools.encodings.MacRoman import MacRoman
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.transform import Transform
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph as TrueTypeGlyph

from redaction.writers.pdf_fonts_encoding import base_encoding
from redaction.writers.pdf_fonts_type1 import Type1Program
from redaction.writers.pdf_reasons import NeedsRaster

# what fontTools says of a strange font may quote it: the log holds codes and counts only
logging.getLogger("fontTools").setLevel(logging.CRITICAL)

BLANK: Final = -2
"""The number of a glyph that no program has: asked for, it is written without outline."""

# seconds since 1904 at which every font we write claims to be made: tells nothing
_FONT_TIME: Final = 3_000_000_000


class Outlines(Protocol):
    """A font program inside a PDF."""

    file_key: str
    """The key of the font descriptor under which ``subset`` belongs."""

    def of_cid(self, cid: int) -> int:
        """The glyph number of a CID; 0 (.notdef) if there is none."""
        ...

    def of_code(self, code: int, name: str, symbolic: bool) -> int:
        """The glyph number of a simple font's code with its glyph name ("" if it has none)."""
        ...

    def subset(self, glyphs: Sequence[int]) -> bytes:
        """A program with .notdef and ``glyphs``, numbered from 1 in this order; nothing else."""
        ...


class TrueTypeOutlines:
    """glyf outlines with their instructions, so that hinting renderers draw the same pixels."""

    file_key = "/FontFile2"

    def __init__(self, font: TTFont) -> None:
        count = font["maxp"].numGlyphs
        # the subsets inside PDFs often lack the tables that glyph names come from
        font.setGlyphOrder([f"n{number}" for number in range(count)])
        self._font = font
        self._count = count
        self._glyf = font["glyf"]
        self._maps: dict[tuple[int, int], Mapping[int, str]] = {}
        if "cmap" in font:
            for table in font["cmap"].tables:
                if hasattr(table, "cmap"):
                    self._maps[(table.platformID, table.platEncID)] = table.cmap
        self._names: dict[str, int] = {}

    @classmethod
    def read(cls, data: bytes) -> TrueTypeOutlines:
        """The outlines of a TrueType (or OpenType with glyf) program."""
        return cls(TTFont(io.BytesIO(data), lazy=True, fontNumber=0))

    def of_cid(self, cid: int) -> int:
        return cid if 0 <= cid < self._count else 0

    def _lookup(self, key: tuple[int, int], codes: Sequence[int]) -> int:
        table = self._maps.get(key)
        for code in codes if table else ():
            name = table.get(code) if table else None
            if name is not None:
                return int(name[1:])
        return 0

    def of_character(self, code: int) -> int:
        """The glyph number of a Unicode character; 0 if the font lacks it."""
        unicode_maps = [k for k in self._maps if k[0] == 0 or k in ((3, 1), (3, 10))]
        return next(filter(None, (self._lookup(key, [code]) for key in unicode_maps)), 0)

    def width(self, number: int) -> float:
        """How far a glyph moves the pen, in 1/1000 em."""
        advance: float = self._font["hmtx"].metrics[f"n{number}"][0]
        return advance * 1000 / float(self._font["head"].unitsPerEm)

    def _by_name(self, name: str) -> int:
        points = [ord(c) for c in agl.toUnicode(name)]
        if len(points) == 1 and (found := self.of_character(points[0])):
            return found
        if name in MacRoman and (found := self._lookup((1, 0), [MacRoman.index(name)])):
            return found
        return 0

    def of_code(self, code: int, name: str, symbolic: bool) -> int:
        """PDF 32000-1, 9.6.6.4: by name through Unicode, or straight from the code."""
        straight = (
            self._lookup((3, 0), [code, 0xF000 + code, 0xF100 + code, 0xF200 + code])
            or self._lookup((1, 0), [code])
            or self._lookup((3, 1), [code])
            or self._lookup((0, 3), [code])
        )
        named = self._by_name(name) if name else 0
        return (straight or named) if symbolic or not name else (named or straight)

    def subset(self, glyphs: Sequence[int]) -> bytes:
        numbers = list(glyphs)
        place = {number: at + 1 for at, number in enumerate(numbers)}
        parts = [number for number in numbers if number != BLANK]
        while parts:
            for component in self._components(parts.pop()):
                if component not in place:
                    numbers.append(component)
                    place[component] = len(numbers)
                    parts.append(component)
        names = [".notdef", *(f"g{at + 1}" for at in range(len(numbers)))]
        new = TTFont(recalcBBoxes=False, recalcTimestamp=False)
        new.setGlyphOrder(names)
        glyf = newTable("glyf")
        glyf.glyphOrder = names
        glyf.glyphs = {".notdef": TrueTypeGlyph()}
        for at, number in enumerate(numbers):
            glyf.glyphs[names[at + 1]] = self._copied(number, place, names)
        widths = {".notdef": (0, 0)}
        metrics = self._font["hmtx"].metrics
        for at, number in enumerate(numbers):
            widths[names[at + 1]] = (0, 0) if number == BLANK else metrics[f"n{number}"]
        self._fill(new, glyf, widths)
        out = io.BytesIO()
        new.save(out, reorderTables=None)
        return out.getvalue()

    def _raw(self, number: int) -> TrueTypeGlyph:
        return self._glyf.glyphs[f"n{number}"]

    def _components(self, number: int) -> Iterator[int]:
        glyph = copy.deepcopy(self._raw(number))
        glyph.expand(self._glyf)
        for component in getattr(glyph, "components", ()):
            yield int(component.glyphName[1:])

    def _copied(self, number: int, place: Mapping[int, int], names: list[str]) -> TrueTypeGlyph:
        if number == BLANK:
            return TrueTypeGlyph()
        glyph = copy.deepcopy(self._raw(number))
        # unpacked here and packed again on saving: bytes after the outline are not carried over
        glyph.expand(self._glyf)
        for component in getattr(glyph, "components", ()):
            component.glyphName = names[place[int(component.glyphName[1:])]]
        return glyph

    def _fill(self, new: TTFont, glyf: Any, widths: Mapping[str, tuple[int, int]]) -> None:
        """The tables a renderer needs, with extents of the kept glyphs only."""
        new["glyf"] = glyf
        new["loca"] = newTable("loca")
        new["hmtx"] = newTable("hmtx")
        new["hmtx"].metrics = dict(widths)
        for tag in ("head", "hhea", "maxp"):
            new[tag] = copy.deepcopy(self._font[tag])
        for tag in ("cvt ", "fpgm", "prep"):
            if tag in self._font:
                new[tag] = self._font[tag]
        boxes = [g for g in glyf.glyphs.values() if getattr(g, "numberOfContours", 0)]
        head, hhea = new["head"], new["hhea"]
        head.created = head.modified = _FONT_TIME
        head.fontRevision = 1.0
        head.xMin = min((g.xMin for g in boxes), default=0)
        head.yMin = min((g.yMin for g in boxes), default=0)
        head.xMax = max((g.xMax for g in boxes), default=0)
        head.yMax = max((g.yMax for g in boxes), default=0)
        hhea.advanceWidthMax = max(width for width, _ in widths.values())
        hhea.minLeftSideBearing = head.xMin
        hhea.minRightSideBearing = 0
        hhea.xMaxExtent = head.xMax
        new["maxp"].numGlyphs = len(widths)


class _PenOutlines:
    """Programs whose glyphs are redrawn into a new CFF; hints are not carried over."""

    file_key = "/FontFile3"

    def __init__(self, glyphs: Any, names: Sequence[str], encoding: Mapping[int, str]) -> None:
        self._glyphs = glyphs
        self._names = names
        self._numbers = {name: number for number, name in enumerate(names)}
        self.encoding = encoding

    def _matrix_of(self, name: str) -> tuple[float, ...]:
        raise LookupError(name)

    def of_code(self, code: int, name: str, symbolic: bool) -> int:
        return self._numbers.get(name, 0)

    def of_cid(self, cid: int) -> int:
        return cid if 0 <= cid < len(self._names) else 0

    def subset(self, glyphs: Sequence[int]) -> bytes:
        order = [".notdef", *(f"g{at + 1}" for at in range(len(glyphs)))]
        builder = FontBuilder(1000, isTTF=False)
        builder.setupGlyphOrder(order)
        charstrings = {".notdef": T2CharStringPen(0, None).getCharString()}
        for at, number in enumerate(glyphs):
            charstrings[order[at + 1]] = (
                T2CharStringPen(0, None).getCharString()
                if number == BLANK
                else self._redrawn(self._names[number])
            )
        builder.setupCFF("Font", {}, charstrings, {})
        out = io.BytesIO()
        builder.font["CFF "].cff.compile(out, builder.font)
        return out.getvalue()

    def _redrawn(self, name: str) -> Any:
        record = DecomposingRecordingPen(self._glyphs)
        self._glyphs[name].draw(record)
        # fractions stay: rounding to whole units would move pixels
        pen = T2CharStringPen(0, None, roundTolerance=0.0)
        matrix = Transform(*(value * 1000 for value in self._matrix_of(name)))
        record.replay(TransformPen(pen, matrix))
        return pen.getCharString()


class CffOutlines(_PenOutlines):
    """A bare CFF program, name-keyed or CID-keyed."""

    def __init__(self, fonts: CFFFontSet) -> None:
        self._top = fonts[0]
        names = list(self._top.charset)
        listed = getattr(self._top, "Encoding", None)
        encoding = (
            {code: name for code, name in enumerate(listed) if name != ".notdef"}
            if isinstance(listed, list)
            else base_encoding("/StandardEncoding")
        )
        super().__init__(self._top.CharStrings, names, encoding)
        self._by_cid: dict[int, int] | None = None
        if hasattr(self._top, "ROS"):
            self._by_cid = {
                int(name[3:]) if name.startswith("cid") else 0: number
                for number, name in enumerate(names)
            }

    @classmethod
    def read(cls, data: bytes) -> CffOutlines:
        """The outlines of a bare CFF program."""
        fonts = CFFFontSet()
        fonts.decompile(io.BytesIO(data), TTFont())
        if len(fonts) != 1:
            raise NeedsRaster("font_not_subset")
        return cls(fonts)

    def of_cid(self, cid: int) -> int:
        return super().of_cid(cid) if self._by_cid is None else self._by_cid.get(cid, 0)

    def _matrix_of(self, name: str) -> tuple[float, ...]:
        top = tuple(float(n) for n in getattr(self._top, "FontMatrix", ()))
        if self._by_cid is None:
            return top or (0.001, 0, 0, 0.001, 0, 0)
        selector = getattr(self._top, "FDSelect", None)
        number = selector[self._numbers[name]] if selector is not None else 0
        inner_font = self._top.FDArray[number]
        raw = inner_font.rawDict.get("FontMatrix") if hasattr(inner_font, "rawDict") else None
        inner = tuple(float(n) for n in raw) if raw else ()
        has_top = "FontMatrix" in getattr(self._top, "rawDict", {})
        if inner and has_top:
            return tuple(Transform(*top).transform(inner))
        return inner or (top if has_top else (0.001, 0, 0, 0.001, 0, 0))


class Type1Outlines(_PenOutlines):
    """A Type 1 program."""

    def __init__(self, program: Type1Program) -> None:
        names = [".notdef", *(name for name in program.glyphs if name != ".notdef")]
        super().__init__(program.glyphs, names, program.encoding)
        self._matrix = program.matrix

    def _matrix_of(self, name: str) -> tuple[float, ...]:
        return self._matrix

    def _redrawn(self, name: str) -> Any:
        if name == ".notdef" and name not in self._glyphs:
            return T2CharStringPen(0, None).getCharString()
        return super()._redrawn(name)
