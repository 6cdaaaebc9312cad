"""Colours, graphics states and pictures of a source PDF, copied by allow-list into a new one."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from redaction.writers.pdf_reasons import NeedsRaster, PdfObject

MAX_DEPTH: Final = 6
MAX_PICTURE_BYTES: Final = 256 << 20

_DEVICE_SPACES: Final = {
    "/DeviceGray": 1,
    "/DeviceRGB": 3,
    "/DeviceCMYK": 4,
    "/G": 1,
    "/RGB": 3,
    "/CMYK": 4,
}
_STATE_KEYS: Final = (
    "/CA",
    "/ca",
    "/LW",
    "/LC",
    "/LJ",
    "/ML",
    "/D",
    "/AIS",
    "/OP",
    "/op",
    "/OPM",
    "/SA",
    "/TK",
    "/FL",
    "/SM",
)
_BLENDS: Final = frozenset(
    [
        "/Normal",
        "/Compatible",
        "/Multiply",
        "/Screen",
        "/Overlay",
        "/Darken",
        "/Lighten",
        "/ColorDodge",
        "/ColorBurn",
        "/HardLight",
        "/SoftLight",
        "/Difference",
        "/Exclusion",
        "/Hue",
        "/Saturation",
        "/Color",
        "/Luminosity",
    ]
)
_FUNCTION_KEYS: Final = (
    "/FunctionType",
    "/Domain",
    "/Range",
    "/C0",
    "/C1",
    "/N",
    "/Bounds",
    "/Encode",
    "/Decode",
    "/Size",
    "/BitsPerSample",
    "/Order",
)
_CALIBRATION_KEYS: Final = ("/WhitePoint", "/BlackPoint", "/Gamma", "/Matrix", "/Range")
# ICC tags that say how colours look; the others are words
_PROFILE_TAGS: Final = frozenset(
    b"rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 gamt".split()
)
_JPEG_KEPT_SEGMENTS: Final = frozenset(
    {0xC4, 0xDB, 0xDD, 0xDA, 0xEE, *range(0xC0, 0xC4), *range(0xC5, 0xC8), 0xC9, 0xCA}
)


def _plain(value: PdfObject) -> Any:
    """Numbers, truth values and lists of them; nothing that can hold words."""
    if isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, Array):
        return Array([_plain(item) for item in value])
    raise NeedsRaster("odd_resource")


def _plain_entries(source: PdfObject, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: _plain(source[key]) for key in keys if source.get(key) is not None}


def copied_state(source: PdfObject) -> PdfObject:
    """A graphics state with the keys that change how things look.

    Raises:
        NeedsRaster: for soft masks and fonts set through a graphics state.
    """
    if "/Font" in source:
        raise NeedsRaster("font_in_state")
    if "/SMask" in source and source.SMask != Name.None_:
        raise NeedsRaster("soft_mask")
    entries = _plain_entries(source, _STATE_KEYS)
    blend = source.get("/BM")
    if blend is not None:
        if isinstance(blend, Array):
            blend = next((mode for mode in blend if str(mode) in _BLENDS), Name.Normal)
        if str(blend) not in _BLENDS:
            raise NeedsRaster("odd_resource")
        entries["/BM"] = blend
    if "/SMask" in source:
        entries["/SMask"] = Name.None_
    return Dictionary(entries)


def clean_profile(data: bytes) -> bytes:
    """An ICC profile with its colour tables and fixed words in place of its own.

    Raises:
        NeedsRaster: if it is no profile.
    """
    if len(data) < 132 or data[36:40] != b"acsp":
        raise NeedsRaster("odd_resource")
    count = struct.unpack(">I", data[128:132])[0]
    if count > 100:
        raise NeedsRaster("odd_resource")
    tags: list[tuple[bytes, bytes]] = []
    for number in range(count):
        entry = data[132 + 12 * number : 144 + 12 * number]
        if len(entry) < 12:
            raise NeedsRaster("odd_resource")
        name, offset, size = struct.unpack(">4sII", entry)
        if name in _PROFILE_TAGS and offset + size <= len(data):
            tags.append((name, data[offset : offset + size]))
    words = b"profile\0"
    tags.append((b"cprt", b"text\0\0\0\0" + words))
    tags.append((b"desc", b"desc\0\0\0\0" + struct.pack(">I", len(words)) + words + b"\0" * 78))
    table, body = b"", b""
    at = 132 + 12 * len(tags)
    for name, value in tags:
        padded = value + b"\0" * (-len(value) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(value))
        body += padded
    # size, version to rendering intent; no date, maker, model, creator or id
    header = struct.pack(">I", at + len(body)) + b"\0" * 4 + data[8:24] + b"\0" * 12
    header += data[36:40] + b"\0" * 24 + data[64:80] + b"\0" * 48
    return header[:128] + struct.pack(">I", len(tags)) + table + body


def _copied_function(pdf: Pdf, source: PdfObject, depth: int) -> PdfObject:
    if depth > MAX_DEPTH:
        raise NeedsRaster("nesting")
    if isinstance(source, Array):
        return Array([_copied_function(pdf, item, depth + 1) for item in source])
    kind = int(source.get("/FunctionType", -1))
    entries = _plain_entries(source, _FUNCTION_KEYS)
    if kind == 3:
        parts = [_copied_function(pdf, item, depth + 1) for item in source.Functions]
        entries["/Functions"] = Array(parts)
    if kind == 0:
        return pdf.make_stream(source.read_bytes(), entries)
    if kind == 4:
        # a calculator program is a handful of operators: comments and words are left out
        tokens = source.read_bytes().replace(b"{", b" { ").replace(b"}", b" } ").split()
        if not all(_is_calculation(token) for token in tokens):
            raise NeedsRaster("odd_resource")
        return pdf.make_stream(b" ".join(tokens), entries)
    if kind not in (2, 3):
        raise NeedsRaster("odd_resource")
    return Dictionary(entries)


def _is_calculation(token: bytes) -> bool:
    if token in (b"{", b"}"):
        return True
    text = token.decode("latin-1")
    return text.lstrip("+-").replace(".", "", 1).isdigit() or text in _CALCULATOR


_CALCULATOR: Final = frozenset(
    [
        "abs",
        "add",
        "atan",
        "ceiling",
        "cos",
        "cvi",
        "cvr",
        "div",
        "exp",
        "floor",
        "idiv",
        "ln",
        "log",
        "mod",
        "mul",
        "neg",
        "round",
        "sin",
        "sqrt",
        "sub",
        "truncate",
        "and",
        "bitshift",
        "eq",
        "false",
        "ge",
        "gt",
        "le",
        "lt",
        "ne",
        "not",
        "or",
        "true",
        "xor",
        "if",
        "ifelse",
        "copy",
        "dup",
        "exch",
        "index",
        "pop",
        "roll",
    ]
)


def _colorant(name: PdfObject) -> PdfObject:
    text = str(name)
    if not text.isascii() or len(text) > 64:
        raise NeedsRaster("odd_resource")
    return Name(text)


def copied_space(pdf: Pdf, source: PdfObject, depth: int = 0) -> tuple[PdfObject, int]:
    """A colour space in ``pdf`` and the number of its components.

    Raises:
        NeedsRaster: for patterns and for what is not known to be colour only.
    """
    if depth > MAX_DEPTH:
        raise NeedsRaster("nesting")
    if isinstance(source, Name):
        if str(source) not in _DEVICE_SPACES:
            raise NeedsRaster("pattern" if source == Name.Pattern else "odd_resource")
        return source, _DEVICE_SPACES[str(source)]
    if not isinstance(source, Array) or len(source) == 0:
        raise NeedsRaster("odd_resource")
    family = str(source[0])
    if len(source) == 1:
        return copied_space(pdf, source[0], depth + 1)
    if family in ("/CalGray", "/CalRGB", "/Lab"):
        entries = Dictionary(_plain_entries(source[1], _CALIBRATION_KEYS))
        return Array([source[0], entries]), 1 if family == "/CalGray" else 3
    if family == "/ICCBased":
        count = int(source[1].N)
        profile = pdf.make_stream(clean_profile(source[1].read_bytes()), N=count)
        return Array([source[0], pdf.make_indirect(profile)]), count
    if family in ("/Indexed", "/I"):
        base, count = copied_space(pdf, source[1], depth + 1)
        high = min(int(source[2]), 255)
        table = source[3]
        raw = table.read_bytes() if isinstance(table, Stream) else bytes(table)
        return Array([Name.Indexed, base, high, String(raw[: (high + 1) * count])]), 1
    if family in ("/Separation", "/DeviceN") and len(source) >= 4:
        single = family == "/Separation"
        names = _colorant(source[1]) if single else Array([_colorant(n) for n in source[1]])
        base, _ = copied_space(pdf, source[2], depth + 1)
        tint = _copied_function(pdf, source[3], depth + 1)
        return Array([source[0], names, base, tint]), 1 if single else len(source[1])
    raise NeedsRaster("pattern" if family == "/Pattern" else "odd_resource")


def _jpeg_segments(data: bytes) -> Iterator[bytes]:
    """Start, the segments that hold the picture, and its end: no comments, no EXIF, no tail."""
    if data[:2] != b"\xff\xd8":
        raise NeedsRaster("picture_format")
    yield data[:2]
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise NeedsRaster("picture_format")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            break
        size = struct.unpack(">H", data[at + 2 : at + 4])[0]
        end = at + 2 + size
        # Adobe's colour segment has one length: a longer one holds something else
        if marker in _JPEG_KEPT_SEGMENTS and (marker != 0xEE or size == 14):
            yield data[at:end]
        at = end
        if marker == 0xDA:
            start = at
            while at + 1 < len(data) and not (
                data[at] == 0xFF and data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7
            ):
                at += 1
            yield data[start:at]
    yield b"\xff\xd9"


def clean_jpeg(data: bytes) -> bytes:
    """The same picture without EXIF, thumbnails, comments and whatever follows its end.

    Raises:
        NeedsRaster: if it is not built like a JPEG.
    """
    return b"".join(_jpeg_segments(data))


def copied_picture(pdf: Pdf, source: PdfObject, depth: int = 0) -> PdfObject:
    """A picture in ``pdf``: its pixels and what they need to be shown.

    Raises:
        NeedsRaster: for formats that can carry more than pixels.
    """
    if depth > 1:
        raise NeedsRaster("nesting")
    width, height = int(source.Width), int(source.Height)
    stencil = bool(source.get("/ImageMask", False))
    bits = 1 if stencil else int(source.get("/BitsPerComponent", 8))
    entries: dict[str, Any] = {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": width,
        "/Height": height,
        "/BitsPerComponent": bits,
    }
    count = 1
    if stencil:
        entries["/ImageMask"] = True
    else:
        entries["/ColorSpace"], count = copied_space(pdf, source.get("/ColorSpace"))
    entries |= _plain_entries(source, ("/Decode", "/Interpolate"))
    filters = source.get("/Filter")
    names = [str(f) for f in filters] if isinstance(filters, Array) else [str(filters)]
    if names == ["/DCTDecode"]:
        entries["/Filter"] = Name.DCTDecode
        picture = pdf.make_stream(clean_jpeg(source.read_raw_bytes()), entries)
    else:
        row_bytes = (width * bits * count + 7) // 8
        picture = pdf.make_stream(_pixels(source, names, row_bytes, height), entries)
    mask = source.get("/SMask")
    if mask is not None:
        picture.SMask = copied_picture(pdf, mask, depth + 1)
    mask = source.get("/Mask")
    if mask is not None:
        stream = isinstance(mask, Stream)
        picture.Mask = copied_picture(pdf, mask, depth + 1) if stream else _plain(mask)
    return picture


def _pixels(source: PdfObject, names: list[str], row_bytes: int, height: int) -> bytes:
    lossless = {"None", "/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCII85Decode"}
    if not set(names) <= lossless or row_bytes * height > MAX_PICTURE_BYTES:
        raise NeedsRaster("picture_format")
    try:
        data = source.read_bytes()
    except pikepdf.PdfError:
        raise NeedsRaster("picture_format") from None
    if len(data) < row_bytes * height:
        raise NeedsRaster("picture_format")
    # whatever follows the last row is not part of the picture
    return bytes(data[: row_bytes * height])


def copied_group(pdf: Pdf, source: PdfObject) -> PdfObject:
    """A transparency group's settings, or None."""
    if source is None or source.get("/S") != Name.Transparency:
        return None
    entries: Mapping[str, Any] = _plain_entries(source, ("/I", "/K"))
    group = Dictionary({"/Type": Name.Group, "/S": Name.Transparency, **entries})
    if source.get("/CS") is not None:
        group.CS, _ = copied_space(pdf, source.CS)
    return group
