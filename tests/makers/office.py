"""Workbooks, locked files and other office formats for tests."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl
from msoffcrypto.format.ooxml import OOXMLFile

from tests.makers.docx import make_docx, p, zipped


def make_xlsx(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    change: Callable[[Any], None] | None = None,
) -> bytes:
    """A workbook of the rows given for each sheet; ``change`` may edit it before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def locked_docx(password: str = "test-1900") -> bytes:
    """A docx that needs a password to open."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(make_docx(p("预案")))).encrypt(password, out)
    return out.getvalue()


def tiny_ofd() -> bytes:
    """An OFD package with nothing in it but its entry."""
    return zipped({"OFD.xml": '<OFD xmlns="http://www.ofdspec.org/2016"/>'})


def make_ole(stream: str) -> bytes:
    """The smallest OLE compound file (512-byte sectors) with one stream of that name."""
    end, free, fat_sector = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    fat = struct.pack("<II", fat_sector, end)
    fat += b"".join(struct.pack("<I", n) for n in range(3, 10)) + struct.pack("<I", end)
    fat += struct.pack("<I", free) * ((512 - len(fat)) // 4)
    directory = _entry("Root Entry", 5, child=1, start=end, size=0)
    directory += _entry(stream, 2, child=free, start=2, size=4096)
    directory += _entry("", 0, child=free, start=0, size=0) * 2
    return header + fat + directory + bytes(4096)


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    none = 0xFFFFFFFF
    encoded = name.encode("utf-16-le")
    length = len(encoded) + 2 if name else 0
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", length, kind, 1)
        + struct.pack("<III", none, none, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
