"""Redacted workbooks: a new workbook of visible values, nothing copied from the original."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import openpyxl
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from domain.documents import ExtractedText, MediaType
from domain.publication import RedactionPlan, WrittenCopy
from redaction.writers.base import GENERATOR, legend
from redaction.writers.html import picture_notes
from redaction.writers.layout import Line, Sheet, Table, sheets

_LONGEST_NAME = 31
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\']")
_SHADE = PatternFill("solid", fgColor="FFD9D9D9")
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
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
    book.properties.creator = GENERATOR
    book.properties.created = book.properties.modified = _EPOCH
    buffer = io.BytesIO()
    book.save(buffer)
    return WrittenCopy(
        data=_without_times(buffer.getvalue()),
        media_type=MediaType.XLSX,
        extension=".xlsx",
        method="rebuild",
        notes=picture_notes(extracted),
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


def _without_times(data: bytes) -> bytes:
    """The same archive with fixed dates, so that a copy tells nothing of when it was made."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(
                zipfile.ZipInfo(name, _ZIP_TIME), source.read(name), zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
