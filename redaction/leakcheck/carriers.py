"""Bytes within bytes: what encodings and compressions of a stretch of bytes may carry."""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from redaction.leakcheck.readings import Reading, Sight

_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}[ \r\n\t]?){4,}")
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|[nrtbf()\\]|\r\n|\r|\n)")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_UNICODE_ESCAPE = re.compile(rb"\\u([0-9A-Fa-f]{4})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_ZIP_MEMBER = b"PK\x03\x04"
_COMPRESSED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

_MOST_INFLATED = 64 << 20
_MOST_STREAMS = 20_000


def unfolded_bytes(place: str, data: bytes, *, inflate: bool = True) -> Iterator[Reading]:
    """The bytes themselves and every plain decoding of them, each to be searched."""
    yield Reading(place=place, sight=Sight.BYTES, data=data)
    for name, decoded in _decodings(data):
        yield Reading(place=f"{place}:{name}", sight=Sight.BYTES, data=decoded)
    if inflate:
        for number, inner in enumerate(_inflated(data)):
            yield Reading(place=f"{place}:inflated{number}", sight=Sight.BYTES, data=inner)
            for name, decoded in _decodings(inner):
                yield Reading(
                    place=f"{place}:inflated{number}:{name}", sight=Sight.BYTES, data=decoded
                )


def _decodings(data: bytes) -> Iterator[tuple[str, bytes]]:
    hexes = [bytes.fromhex(_digits(m[0])) for m in _HEX.finditer(data)]
    if hexes:
        # a string may be cut into several hex strings: joined, and apart
        yield "hex", b"\n".join(hexes) + b"\n\n" + b"".join(hexes)
    if b"\\" in data:
        yield "escapes", _ESCAPED.sub(_unescape, data)
        yield "unicode_escapes", _UNICODE_ESCAPE.sub(_character, data)
    if _PERCENT.search(data):
        yield "percent", unquote_to_bytes(data)
    if _ENTITY.search(data):
        yield "entities", html.unescape(data.decode("utf-8", "replace")).encode("utf-8", "replace")
    encoded = [_unbase64(m[0]) for m in _BASE64.finditer(data)]
    if encoded:
        yield "base64", b"\n".join(encoded)


def _digits(run: bytes) -> str:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", run).decode("ascii")
    return digits[: len(digits) // 2 * 2]


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1].isdigit():
        return bytes([int(code, 8) & 0xFF])
    if code in (b"\n", b"\r", b"\r\n"):
        return b""
    return _ESCAPES.get(code, code)


def _character(match: re.Match[bytes]) -> bytes:
    return chr(int(match[1], 16)).encode("utf-8", "replace")


def _unbase64(run: bytes) -> bytes:
    body = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    body = body[: len(body) // 4 * 4 + (0 if len(body) % 4 == 1 else len(body) % 4)]
    try:
        return base64.b64decode(body + b"=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return b""


def _inflated(data: bytes) -> Iterator[bytes]:
    """Every zlib or gzip stream and every zip member that begins anywhere in the bytes."""
    budget = _MOST_INFLATED
    for number, match in enumerate(_COMPRESSED.finditer(data)):
        if number >= _MOST_STREAMS or budget <= 0:
            return
        start, window = _stream_at(data, match)
        try:
            out = zlib.decompressobj(window).decompress(memoryview(data)[start:], budget)
        except zlib.error:
            continue
        if out:
            budget -= len(out)
            yield out


def _stream_at(data: bytes, match: re.Match[bytes]) -> tuple[int, int]:
    """Where the compressed bytes begin, and zlib's window code for their kind."""
    if match[0] == _ZIP_MEMBER:
        name_length = int.from_bytes(data[match.start() + 26 : match.start() + 28], "little")
        extra_length = int.from_bytes(data[match.start() + 28 : match.start() + 30], "little")
        return match.start() + 30 + name_length + extra_length, -15
    return match.start(), 31 if match[0][0] == 0x1F else 15
