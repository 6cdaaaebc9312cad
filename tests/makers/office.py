"""Workbooks, locked files and other office formats for tests."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msoffcrypto
import openpyxl

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
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(make_docx(p("预案")))).encrypt(password, out)
    return out.getvalue()


def tiny_ofd() -> bytes:
    """An OFD package with nothing in it but its entry."""
    return zipped({"OFD.xml": '<OFD xmlns="http://www.ofdspec.org/2016"/>'})
