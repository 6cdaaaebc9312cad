"""Redacted workbooks: a new workbook of visible values, nothing copied from the original."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from domain.documents import ExtractedText, MediaType
from domain.publication import RedactionPlan, WrittenCopy
from redaction.writers.base import legend
from redaction.writers.html import left_out_notes
from redaction.writers.layout import Line, Sheet, Table, sheets

_LONGEST_NAME = 31
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\']")
_SHADE = PatternFill("solid", fgColor="FFD9D9D9")
_PROPERTIES = re.compile(rb"<(?:Override|Relationship) [^>]*docProps/[^>]*/>")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write(data: bytes, extracted: ExtractedText, plan: RedactionPlan) -> WrittenCopy:
    """A workbook of the visible cells' text: no formulas, comments, hidden places or properties.

    Raises:
        DigestMismatch: if the plan belongs to another text.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, sheet in enumerate(sheets(extracted, plan), start=1):
        _fill(book.create_sheet(_sheet_name(sheet, number)), sheet)
    if not book.worksheets:
        book.create_sheet("1")
    closing = legend(plan)
    if closing:
        book.create_sheet("遮盖说明").append([closing])
    buffer = io.BytesIO()
    book.save(buffer)
    return WrittenCopy(
        data=_plain(buffer.getvalue()),
        media_type=MediaType.XLSX,
        extension=".xlsx",
        method="rebuild",
        notes=left_out_notes(extracted),
    )


def _sheet_name(sheet: Sheet, number: int) -> str:
    name = _FORBIDDEN_IN_NAME.sub("", "".join(piece.text for piece in sheet.name)).strip()
    return name[:_LONGEST_NAME] or f"表{number}"


def _fill(page: Worksheet, sheet: Sheet) -> None:
    at = 1
    for unit in sheet.units:
        rows = unit.rows if isinstance(unit, Table) else [(line,) for line in [unit.lines]]
        for row in rows:
            for column, lines in enumerate(row, start=1):
                _set(page, at, column, lines)
            at += 1


def _set(page: Worksheet, row: int, column: int, lines: tuple[Line, ...]) -> None:
    text = "\n".join("".join(piece.text for piece in line) for line in lines)
    if not text:
        return
    cell = page.cell(row=row, column=column)
    # set as a string whatever it looks like: "=1+1" must not become a formula
    cell.value = text
    cell.data_type = "s"
    if any(piece.mark for line in lines for piece in line):
        cell.fill = _SHADE


def _plain(data: bytes) -> bytes:
    """The same archive with fixed dates and without properties: nothing on who made it and when."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name.startswith("docProps/"):
                continue
            content = source.read(name)
            if name in ("[Content_Types].xml", "_rels/.rels"):
                content = _PROPERTIES.sub(b"", content)
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
