"""Rows of a catalogue as files to download."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

CHINA = ZoneInfo("Asia/Shanghai")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60
Rows = Sequence[Mapping[str, str]]


def _plain(value: str) -> str:
    # a title that a spreadsheet would run as a formula stays text
    return f"'{value}" if value.startswith(_FORMULA) else value


def to_csv(columns: Sequence[str], rows: Rows) -> bytes:
    """CSV, UTF-8 with BOM; cells that look like formulas are quoted with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_plain(row[c]) for c in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def to_json(rows: Rows) -> bytes:
    """A JSON list of objects, UTF-8."""
    return json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1).encode("utf-8")


def to_xlsx(columns: Sequence[str], rows: Rows) -> bytes:
    """A workbook of one sheet, every cell text; its properties name no person."""
    book = Workbook()
    book.properties.creator = "gongkai"
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)  # noqa: DTZ001
    sheet = book.active
    sheet.title = "目录"
    sheet.append(list(columns))
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", row[c]) for c in columns])
    for line in sheet.iter_rows():
        for cell in line:
            cell.data_type = "s"
            cell.number_format = "@"
    for column in sheet.columns:
        longest = max(len(str(c.value or "")) for c in column)
        sheet.column_dimensions[column[0].column_letter].width = min(_WIDEST, longest * 2 + 2)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
