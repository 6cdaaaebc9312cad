"""What the codes of a PDF font mean: character maps, glyph names, predefined code spaces."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from fontTools import agl
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding
from pdfminer.cmapdb import CMap, CMapDB
from pdfminer.fontmetrics import FONT_METRICS

from redaction.writers.pdf_reasons import NeedsRaster, PdfObject

MAX_ENTRIES: Final = 70_000

_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf(?:char|range)", re.S)
_PAIR = re.compile(rb"<([0-9A-Fa-f\s]*)>\s*<([0-9A-Fa-f\s]*)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(<[0-9A-Fa-f\s]*>|\[[^\]]*\])")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
# names that tell only a glyph's number in its font: they say nothing of the character
_NUMBERED_NAME = re.compile(r"(?:g|G|glyph|cid|CID|index|C|c|gid)[0-9]+")


def _utf16(digits: bytes) -> str:
    packed = b"".join(digits.split()).decode("ascii")
    raw = bytes.fromhex(packed + "0" * (len(packed) % 2))
    if len(raw) == 1:
        raw = b"\0" + raw
    text = raw.decode("utf-16-be", "ignore")
    return "" if all(ord(char) < 0x20 for char in text) else text


def _code(digits: bytes) -> int:
    return int(b"".join(digits.split()) or b"0", 16)


def _range(match: re.Match[bytes]) -> Iterator[tuple[int, str]]:
    first, last = _code(match[1]), _code(match[2])
    last = min(last, first + 0xFFFF)
    if match[3].startswith(b"["):
        for step, digits in enumerate(_HEX.findall(match[3])):
            if first + step <= last:
                yield first + step, _utf16(digits)
        return
    start = _utf16(match[3][1:-1])
    for code in range(first, last + 1):
        if start:
            point = ord(start[-1]) + code - first
            if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF:
                yield code, start[:-1] + chr(point)


def to_unicode(data: bytes) -> dict[int, str]:
    """Code -> text of a ToUnicode stream; what cannot be read is left out.

    Raises:
        NeedsRaster: if it holds more entries than any font has codes.
    """
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(data):
        if kind == b"char":
            for code, text in _PAIR.findall(body):
                found[_code(code)] = _utf16(text)
        else:
            for match in _RANGE.finditer(body):
                found.update(_range(match))
        if len(found) > MAX_ENTRIES:
            raise NeedsRaster("font_not_subset")
    return found


def _code_page(codec: str) -> dict[int, str]:
    names: dict[int, str] = {}
    for code in range(0x20, 0x100):
        char = bytes([code]).decode(codec, "ignore")
        if char:
            names[code] = agl.UV2AGL.get(ord(char), f"uni{ord(char):04X}")
    return names


@cache
def base_encoding(name: str) -> Mapping[int, str]:
    """Code -> glyph name of a named encoding; empty for a name that PDF does not know."""
    if name == "/WinAnsiEncoding":
        # PDF 32000-1, D.2: every unused code above 040 is a bullet; 255 and 240 repeat others
        names = dict.fromkeys(range(0x7F, 0xA0), "bullet") | _code_page("cp1252")
        return names | {0xA0: "space", 0xAD: "hyphen"}
    if name in ("/MacRomanEncoding", "/StandardEncoding"):
        listed = MacRoman if name == "/MacRomanEncoding" else StandardEncoding
        return {code: glyph for code, glyph in enumerate(listed) if glyph != ".notdef"}
    return {}


def glyph_names(encoding: PdfObject, builtin: Mapping[int, str]) -> dict[int, str]:
    """Code -> glyph name of a simple font: its base encoding (or ``builtin``) and differences."""
    if encoding is None:
        return dict(builtin)
    if not hasattr(encoding, "keys"):
        return dict(base_encoding(str(encoding)) or builtin)
    base = encoding.get("/BaseEncoding")
    names = dict(base_encoding(str(base)) if base is not None else builtin)
    code = 0
    for item in encoding.get("/Differences", ()):
        text = str(item)
        if text.startswith("/"):
            names[code] = text[1:]
            code += 1
        else:
            code = int(item)
    return {code: name for code, name in names.items() if 0 <= code < 256}


def text_of_name(name: str) -> str:
    """The characters a glyph name stands for; "" for a name that only numbers a glyph."""
    if _NUMBERED_NAME.fullmatch(name):
        return ""
    try:
        text: str = agl.toUnicode(name)
    except (ValueError, struct.error):
        return ""
    return "" if any(0xE000 <= ord(char) < 0xF900 for char in text) else text


def standard_widths(font_name: str) -> Mapping[str, float] | None:
    """Character -> width (1/1000 em) of a standard 14 font, or None for any other name.

    Source: Adobe's AFM files as pdfminer carries them; a guessed width shifts every box after it.
    """
    known = FONT_METRICS.get(font_name)
    return None if known is None else known[1]


class CodeSpace:
    """Splits strings of a Type0 font into codes and their CIDs.

    Raises:
        NeedsRaster: for vertical writing and for code spaces nobody knows.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.identity = name == "/Identity-H"
        self._tree: Mapping[int, object] = {}
        if self.identity:
            return
        if name.endswith("V"):
            raise NeedsRaster("vertical_cmap")
        try:
            known = CMapDB.get_cmap(name[1:])
        except (CMapDB.CMapNotFound, OSError, ValueError):
            raise NeedsRaster("unknown_cmap") from None
        if not isinstance(known, CMap):
            raise NeedsRaster("unknown_cmap")
        self._tree = known.code2cid

    def split(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Each code's bytes with its CID; codes outside the space have CID 0."""
        if self.identity:
            for start in range(0, len(data) - 1, 2):
                code = data[start : start + 2]
                yield code, code[0] << 8 | code[1]
            return
        start = 0
        while start < len(data):
            node: object = self._tree
            end = start
            while end < len(data) and isinstance(node, Mapping):
                node = node.get(data[end])
                end += 1
            yield data[start:end], node if isinstance(node, int) else 0
            start = end


def text_of_cid(ordering: str, cid: int) -> str:
    """The character a CID of an Adobe collection ("GB1", "CNS1" …) stands for, or ""."""
    try:
        return str(CMapDB.get_unicode_map(f"Adobe-{ordering}").get_unichr(cid))
    except (CMapDB.CMapNotFound, KeyError, OSError, ValueError):
        return ""
