"""Workbooks: the values a reader would see, sheet by sheet, a line a row and a tab between cells.

Each sheet begins with its name. Hidden sheets, rows and columns, white letters and ``;;;`` formats
go to the annex as HIDDEN, formulas too (their result is the visible text), notes as COMMENT.
``AnchoredRun.part`` is the sheet's name and ``node`` the ordinal of the cell among the sheet's
cells that hold something, row by row. Number formats are followed for dates and percentages only.
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from domain.documents import BlockKind, ExtractedText, MediaType, UnreadableRegion
from domain.errors import TooLarge, UnreadableFile
from pipelines.extraction.base import Draft, Package, Piece
from pipelines.extraction.office_properties import write_properties

VERSION = "xlsx-1"
MAX_CELLS = 2_000_000
_XML_SUFFIXES = (".xml", ".rels")
_UNREADABLE_PARTS = (
    ("media/", "picture"),
    ("charts/chart", "chart"),
    ("diagrams/data", "smartart"),
    ("embeddings/", "embedded_object"),
)
_PERCENT = re.compile(r"^0(?:\.(0+))?%")
_WHITE = {"FFFFFFFF", "00FFFFFF"}
_FOOTER_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-F]{6}|[A-Z])')


def extract(data: bytes) -> ExtractedText:
    """The shown values of a workbook with anchors to every cell.

    Raises:
        UnreadableFile, EncryptedFile, TooLarge: the package is damaged, locked or over a limit.
    """
    package = Package(data)
    has_formulas = _admit(package)
    shown = _loaded(data, data_only=True)
    formulas = _loaded(data, data_only=False) if has_formulas else shown
    draft = Draft(MediaType.XLSX, VERSION)
    for sheet in shown.worksheets:
        _Sheet(draft, sheet, formulas[sheet.title]).write()
    for name in (s.title for s in shown.chartsheets):
        draft.unreadable(UnreadableRegion(reason="chart", part=name))
    _write_drawings(draft, package)
    write_properties(draft, package)
    shown.close()
    formulas.close()
    return draft.finish()


def _admit(package: Package) -> bool:
    """Whether the workbook has formulas; openpyxl sees no part that our own parser has refused.

    Raises:
        TooLarge: merged areas beyond any table (openpyxl makes an object for each cell of them).
    """
    has_formulas, merged = False, 0
    for name in package.names:
        if not name.casefold().endswith(_XML_SUFFIXES):
            continue
        root = package.xml(name)
        if not name.casefold().startswith("xl/worksheets/"):
            continue
        has_formulas = has_formulas or next(root.iter("{*}f"), None) is not None
        for area in root.iter("{*}mergeCell"):
            merged += _area(area.get("ref") or "")
    if merged > MAX_CELLS:
        raise TooLarge(code="too_many_cells")
    return has_formulas


def _area(reference: str) -> int:
    try:
        left, top, right, bottom = range_boundaries(reference)
    except (ValueError, TypeError):
        raise UnreadableFile from None
    if None in (left, top, right, bottom):
        return MAX_CELLS
    return int((right - left + 1) * (bottom - top + 1))


def _loaded(data: bytes, *, data_only: bool) -> Any:
    try:
        with warnings.catch_warnings():
            # extensions openpyxl does not keep are no loss here: only values are read
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only, rich_text=False)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        SyntaxError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OverflowError,
        OSError,
        EOFError,
        AssertionError,
    ):
        raise UnreadableFile from None


class _Sheet:
    """Writes one worksheet."""

    def __init__(self, draft: Draft, sheet: Any, formulas: Any) -> None:
        self._draft = draft
        self._sheet = sheet
        self._formulas = formulas
        self._part = str(sheet.title)
        self._whole_hidden = sheet.sheet_state != "visible"
        self._hidden_columns = frozenset(_hidden_columns(sheet))

    def write(self) -> None:
        if self._whole_hidden:
            self._draft.annex(BlockKind.HIDDEN, (Piece(text=self._part),), part=self._part)
        else:
            self._line((Piece(text=self._part),), BlockKind.SHEET_NAME)
            self._write_margin("oddHeader", BlockKind.HEADER)
        row_number, row_open = 0, False
        column_written = 0
        for node, cell in enumerate(self._cells()):
            text = self._text_of(cell)
            piece = Piece(text=text, node=node)
            if self._is_hidden(cell):
                self._draft.annex(BlockKind.HIDDEN, (piece,), part=self._part)
            elif text:
                if not row_open or cell.row != row_number:
                    self._new_line()
                    row_number, row_open, column_written = cell.row, True, 1
                self._draft.separate("\t" * (cell.column - column_written))
                column_written = cell.column
                self._draft.block(
                    BlockKind.CELL,
                    (piece,),
                    part=self._part,
                    row=cell.row - 1,
                    column=cell.column - 1,
                )
            self._write_asides(cell)
        if not self._whole_hidden:
            self._write_margin("oddFooter", BlockKind.FOOTER)

    def _cells(self) -> Iterator[Any]:
        """Cells that hold something, row by row.

        The dictionary behind the sheet is read, since the public iterators visit every place of
        the used rectangle and one cell in the last column of the last row makes that 17 milliards.
        """
        cells = self._sheet._cells
        if len(cells) > MAX_CELLS:
            raise TooLarge(code="too_many_cells")
        for place in sorted(cells):
            if cells[place].value is not None or self._formula(cells[place]):
                yield cells[place]

    def _formula(self, cell: Any) -> str:
        twin = self._formulas._cells.get((cell.row, cell.column))
        if twin is None or twin.data_type != "f":
            return ""
        return str(getattr(twin.value, "text", twin.value) or "")

    def _text_of(self, cell: Any) -> str:
        formula = self._formula(cell)
        if cell.value is None and formula:
            # never calculated: what a reader would see is not in the file
            if not self._is_hidden(cell):
                self._draft.unreadable(
                    UnreadableRegion(reason="formula_without_value", part=self._part)
                )
            return ""
        return shown_value(cell.value, cell.number_format)

    def _is_hidden(self, cell: Any) -> bool:
        if self._whole_hidden or cell.column in self._hidden_columns:
            return True
        row = self._sheet.row_dimensions.get(cell.row)
        if row is not None and (row.hidden or row.height == 0):
            return True
        if cell.number_format.replace(" ", "") == ";;;":
            return True
        font, fill = cell.font, cell.fill
        white = (
            font.color is not None
            and font.color.type in {"rgb", "theme"}
            and (font.color.rgb in _WHITE if font.color.type == "rgb" else font.color.theme == 0)
        )
        return bool(white and (fill is None or fill.fill_type is None))

    def _write_asides(self, cell: Any) -> None:
        formula = self._formula(cell)
        if formula:
            self._draft.annex(BlockKind.HIDDEN, (Piece(text=formula),), part=self._part)
        if cell.comment is not None:
            note = (Piece(text=str(cell.comment.text)),)
            self._draft.annex(BlockKind.COMMENT, note, part=self._part)

    def _write_margin(self, name: str, kind: BlockKind) -> None:
        margin = getattr(self._sheet, name, None)
        for place in ("left", "center", "right"):
            text = getattr(getattr(margin, place, None), "text", None)
            bare = _FOOTER_CODES.sub("", str(text or "")).strip()
            if bare:
                self._line((Piece(text=bare),), kind)

    def _line(self, pieces: tuple[Piece, ...], kind: BlockKind) -> None:
        self._new_line()
        self._draft.block(kind, pieces, part=self._part)

    def _new_line(self) -> None:
        if self._draft.length:
            self._draft.separate("\n")


def shown_value(value: object, number_format: str) -> str:
    """A cell's value as text: dates and percentages by their format, numbers without noise."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return _moment(value, number_format)
    if isinstance(value, float):
        percent = _PERCENT.match(number_format)
        if percent:
            return f"{value * 100:.{len(percent[1] or '')}f}%"
        # Excel keeps 15 digits
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    return str(value)


def _moment(value: dt.datetime | dt.date | dt.time, number_format: str) -> str:
    if isinstance(value, dt.time):
        return value.isoformat(timespec="minutes")
    day = f"{value.year:04}-{value.month:02}-{value.day:02}"
    if "年" in number_format:
        day = (
            f"{value.year}年{value.month}月{value.day}日"
            if "日" in number_format
            else (f"{value.year}年{value.month}月")
        )
    if isinstance(value, dt.datetime) and (value.hour or value.minute or value.second):
        return f"{day} {value:%H:%M}"
    return day


def _hidden_columns(sheet: Any) -> Iterator[int]:
    for letter, dimension in sheet.column_dimensions.items():
        if dimension.hidden or dimension.width == 0:
            first = dimension.min or column_index_from_string(letter)
            yield from range(first, (dimension.max or first) + 1)


def _write_drawings(draft: Draft, package: Package) -> None:
    """Text boxes of drawings as visible text; pictures, charts and objects as unreadable."""
    for name in package.names:
        folder, file = posixpath.split(name.casefold())
        if folder == "xl/drawings" and file.startswith("drawing") and file.endswith(".xml"):
            _write_text_boxes(draft, name, package.xml(name))
        for marker, reason in _UNREADABLE_PARTS:
            if name.casefold().startswith(f"xl/{marker}"):
                draft.unreadable(UnreadableRegion(reason=reason, part=name))


def _write_text_boxes(draft: Draft, part: str, root: etree._Element) -> None:
    node = -1
    for paragraph in root.iter("{*}p"):
        pieces = []
        for text in paragraph.iter("{*}t"):
            node += 1
            pieces.append(Piece(text=text.text or "", node=node))
        if any(piece.text for piece in pieces):
            draft.separate("\n" if draft.length else "")
            draft.block(BlockKind.TEXT_BOX, pieces, part=part)
