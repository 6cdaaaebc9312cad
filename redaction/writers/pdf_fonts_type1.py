"""Type 1 font programs: the outlines, without running the font's PostScript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fontTools.misc import eexec
from fontTools.misc.psCharStrings import T1CharString, T1OutlineExtractor

from redaction.writers.pdf_reasons import NeedsRaster

EEXEC_KEY = 55665
CHARSTRING_KEY = 4330
MAX_GLYPHS = 70_000

_ENTRY = re.compile(rb"(?:dup\s+(\d+)|/([^\s/\[\]{}()<>]+))\s+(\d+)\s+(?:RD|-\||[^\s/]{1,8})\s")
_ENCODED = re.compile(rb"dup\s+(\d+|8#[0-7]+|16#[0-9A-Fa-f]+)\s*/([^\s/]+)\s+put")
_MATRIX = re.compile(rb"/FontMatrix\s*[\[{]([^\]}]*)[\]}]")
_LENIV = re.compile(rb"/lenIV\s+(-?\d+)")
_HEX = re.compile(rb"[0-9A-Fa-f\s]{8}")


class _Outline:
    """A glyph as fontTools draws one: ``draw(pen)`` and, after that, ``width``."""

    def __init__(self, charstring: T1CharString) -> None:
        self._charstring = charstring

    def draw(self, pen: Any) -> None:
        extractor = T1OutlineExtractor(pen, self._charstring.subrs)
        extractor.execute(self._charstring)


@dataclass(frozen=True, slots=True, kw_only=True)
class Type1Program:
    """Glyph name -> outline, the program's own encoding and its font matrix."""

    glyphs: Mapping[str, Any]
    encoding: Mapping[int, str]
    matrix: tuple[float, ...]


def _unwrapped(data: bytes) -> bytes:
    """The program without the segment headers of a PFB file."""
    if not data.startswith(b"\x80\x01"):
        return data
    out, at = b"", 0
    while data[at : at + 1] == b"\x80" and data[at + 1] in (1, 2):
        size = int.from_bytes(data[at + 2 : at + 6], "little")
        out += data[at + 6 : at + 6 + size]
        at += 6 + size
    return out


def _private(data: bytes) -> tuple[bytes, bytes]:
    """The clear text before eexec and the decrypted part after it."""
    start = data.find(b"eexec")
    if start < 0:
        raise NeedsRaster("font_not_subset")
    body = data[start + 5 :].lstrip(b" \t\r\n") if data[start + 5 : start + 6] else b""
    if _HEX.match(body):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", body)
        body = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    plain, _ = eexec.decrypt(body, EEXEC_KEY)
    return data[:start], plain[4:]


def _number(token: bytes) -> int:
    base, _, digits = token.rpartition(b"#")
    return int(digits, int(base or b"10"))


def _encoding(clear: bytes, standard: Mapping[int, str]) -> Mapping[int, str]:
    at = clear.find(b"/Encoding")
    if at < 0 or clear[at : at + 40].split()[1:2] == [b"StandardEncoding"]:
        return standard
    found = _ENCODED.finditer(clear, at)
    return {_number(m[1]): m[2].decode("latin-1") for m in found}


def _matrix(clear: bytes) -> tuple[float, ...]:
    match = _MATRIX.search(clear)
    numbers = tuple(float(n) for n in match[1].split()) if match else ()
    return numbers if len(numbers) == 6 else (0.001, 0.0, 0.0, 0.001, 0.0, 0.0)


def parse(data: bytes, standard: Mapping[int, str]) -> Type1Program:
    """The program's glyphs; ``standard`` is what the name StandardEncoding means.

    Raises:
        NeedsRaster: if the program cannot be read.
    """
    clear, private = _private(_unwrapped(data))
    match = _LENIV.search(private)
    skip = int(match[1]) if match else 4
    subrs: dict[int, T1CharString] = {}
    glyphs: dict[str, T1CharString] = {}
    at = max(private.find(b"/Subrs"), 0)
    names_start = private.find(b"/CharStrings")
    shared: list[T1CharString] = []
    while entry := _ENTRY.search(private, at):
        size = int(entry[3])
        raw = private[entry.end() : entry.end() + size]
        # "/CharStrings 120 dict" and its like look like entries but are followed by no data
        if len(raw) < size or entry[0].rstrip().endswith((b"dict", b"array", b"def")):
            at = entry.end()
            continue
        at = entry.end() + size
        code = eexec.decrypt(raw, CHARSTRING_KEY)[0][skip:] if skip >= 0 else raw
        charstring = T1CharString(code, subrs=shared)
        if entry[1] is not None and entry.start() < names_start:
            subrs[int(entry[1])] = charstring
        elif entry[2] is not None:
            glyphs[entry[2].decode("latin-1")] = charstring
        if len(glyphs) > MAX_GLYPHS or len(subrs) > MAX_GLYPHS:
            raise NeedsRaster("font_not_subset")
    if not glyphs:
        raise NeedsRaster("font_not_subset")
    if subrs and max(subrs) < MAX_GLYPHS:
        empty = T1CharString(b"\x0b", subrs=shared)
        shared.extend(subrs.get(n, empty) for n in range(max(subrs) + 1))
    return Type1Program(
        glyphs={name: _Outline(glyph) for name, glyph in glyphs.items()},
        encoding=_encoding(clear, standard),
        matrix=_matrix(clear),
    )
