"""Characters that a pdf's fonts can show, whether a page shows them or not."""

from __future__ import annotations

import io
import re
import struct
from typing import Any

import pikepdf
from fontTools.cffLib import CFFFontSet
from fontTools.misc.xmlReader import TTXParseError
from fontTools.ttLib import TTFont, TTLibError

_BF_CHAR = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_BF_RANGE = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
_RANGE = re.compile(
    rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[(.*?)\])", re.DOTALL
)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
_GLYPH_NAME = re.compile(r"/?u(?:ni)?([0-9A-Fa-f]{4,6})")

# A map over whole blocks of Unicode says nothing of any document; so does a font nobody cut down.
_TELLING_RANGE = 1024
_TELLING_FONT = 6000


def font_characters(item: Any) -> str:
    """Characters named by a font dictionary's maps and its embedded program; "" if it is no font.

    Raises:
        ReaderFailed: never; a program that cannot be read is left to the search of its bytes.
    """
    if not isinstance(item, pikepdf.Dictionary):
        return ""
    out = ""
    kind = item.get("/Type")
    if kind == "/Font":
        mapped = item.get("/ToUnicode")
        if isinstance(mapped, pikepdf.Stream):
            out += _to_unicode(_decoded(mapped))
        encoding = item.get("/Encoding")
        if isinstance(encoding, pikepdf.Dictionary) and "/Differences" in encoding:
            out += _named(str(n) for n in encoding["/Differences"] if isinstance(n, pikepdf.Name))
    if kind == "/FontDescriptor" or "/FontFile2" in item or "/FontFile3" in item:
        for key in ("/FontFile2", "/FontFile3"):
            program = item.get(key)
            if isinstance(program, pikepdf.Stream):
                out += _program(_decoded(program))
        names = item.get("/CharSet")
        if names is not None:
            out += _named(f"/{name}" for name in str(names).split("/"))
    return out


def _decoded(stream: Any) -> bytes:
    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError:
        return b""


def _named(names: Any) -> str:
    found = (_GLYPH_NAME.fullmatch(name) for name in names)
    codes = (int(match[1], 16) for match in found if match)
    return "".join(chr(code) for code in codes if code < 0x110000)


def _text(hexes: bytes) -> str:
    digits = re.sub(rb"\s", b"", hexes).decode("ascii")
    return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("utf-16-be", "ignore")


def _to_unicode(data: bytes) -> str:
    out: list[str] = []
    for section in _BF_CHAR.findall(data):
        out.extend(_text(target) for _code, target in _PAIR.findall(section))
    for section in _BF_RANGE.findall(data):
        for low, high, target, listed in _RANGE.findall(section):
            count = int(re.sub(rb"\s", b"", high), 16) - int(re.sub(rb"\s", b"", low), 16) + 1
            if listed:
                out.extend(_text(t) for t in _HEX.findall(listed))
            elif 0 < count <= _TELLING_RANGE and (first := _text(target)):
                last = ord(first[-1])
                out.extend(
                    first[:-1] + chr(last + step) for step in range(count) if last + step < 0x110000
                )
    return "".join(out)


def _program(data: bytes) -> str:
    """Characters of an OpenType or bare CFF program that still have an outline."""
    if not data:
        return ""
    try:
        if data[:4] in (b"\x00\x01\x00\x00", b"true", b"OTTO", b"ttcf"):
            return _sfnt(data)
        if data[:1] == b"\x01":
            fonts = CFFFontSet()
            fonts.decompile(io.BytesIO(data), None)
            return _named(str(name) for name in fonts[0].charset)
    except (
        TTLibError,
        TTXParseError,
        struct.error,
        AssertionError,
        KeyError,
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
    ):
        # a program cut down to what a viewer needs may lack what a font library wants
        return ""
    return ""


def _sfnt(data: bytes) -> str:
    with TTFont(io.BytesIO(data), lazy=True, fontNumber=0) as font:
        if "cmap" not in font:
            return ""
        mapped = font.getBestCmap() or {}
        return "".join(map(chr, mapped)) if len(mapped) <= _TELLING_FONT else ""
