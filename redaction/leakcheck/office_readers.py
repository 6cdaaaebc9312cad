"""Readers of finished docx and xlsx: the archive, every part of it, and a library of its own."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import docx
import openpyxl
from docx.opc.exceptions import OpcError
from docx.text.paragraph import Paragraph
from lxml import etree
from openpyxl.utils.exceptions import InvalidFileException

from redaction.leakcheck.carriers import unfolded_bytes
from redaction.leakcheck.needles import BARRIER
from redaction.leakcheck.readings import Reader, ReaderFailed, Reading, Sight

_DOCX_PART = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|word/(_rels/)?[a-z]+[0-9]*\.xml(\.rels)?"
    r"|word/media/image[0-9]+\.png"
)
_XLSX_PART = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(core|app)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/(workbook|styles|sharedStrings|theme/theme1)\.xml|xl/worksheets/sheet[0-9]+\.xml"
)
# Their values name parts and types of the format and are checked by shape, not searched for words.
_PLUMBING = re.compile(r"\[Content_Types\]\.xml|.*\.rels")
_KNOWN_URI = re.compile(
    r"(http://schemas\.openxmlformats\.org|http://schemas\.microsoft\.com/office"
    r"|urn:schemas-microsoft-com)[A-Za-z0-9/:.\-]*|application/[a-z0-9.+\-]+|image/png"
)
_TARGET = re.compile(r"/?(xl/|word/|docProps/)?([a-z]+/)?[A-Za-z]+[0-9]*\.(xml|png|rels)")
_PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"})
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError)


def _parts(data: bytes) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield info, archive.read(info)
    except _DAMAGED:
        raise ReaderFailed("damaged_archive") from None


def _root(name: str, data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise ReaderFailed(f"not_xml:{name}") from None
    if root.getroottree().docinfo.doctype:
        raise ReaderFailed(f"dtd:{name}")
    return root


def _is_xml(name: str) -> bool:
    return name.endswith((".xml", ".rels"))


def _read_archive(data: bytes, allowed: re.Pattern[str]) -> Iterator[Reading]:
    """The container's own bytes, and whether it holds only what a published package may."""
    seen: set[str] = set()
    for info, _content in _parts(data):
        if info.filename in seen:
            raise ReaderFailed("part_twice")
        seen.add(info.filename)
        if not allowed.fullmatch(info.filename):
            raise ReaderFailed("unexpected_part")
        if info.extra or info.comment:
            raise ReaderFailed("extra_field")
        yield Reading(place="part_name", sight=Sight.MARKUP, text=info.filename)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.comment:
            raise ReaderFailed("archive_comment")
        _check_no_gaps(data, archive.infolist())
    yield from unfolded_bytes("archive", data, inflate=False)


def _check_no_gaps(data: bytes, infos: list[zipfile.ZipInfo]) -> None:
    """Raises if bytes lie before, between or behind the members, where nobody looks."""
    at = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset != at:
            raise ReaderFailed("bytes_between_parts")
        name_length, extra_length = struct.unpack("<HH", data[at + 26 : at + 30])
        at += 30 + name_length + extra_length + info.compress_size
    directory = sum(46 + len(i.filename.encode("utf-8")) + len(i.extra) for i in infos)
    if len(data) != at + directory + 22:
        raise ReaderFailed("bytes_behind_parts")


def _read_parts(data: bytes) -> Iterator[Reading]:
    """Text of every part joined over its elements; attributes, comments; bytes."""
    for info, content in _parts(data):
        name = info.filename
        yield from unfolded_bytes(name, content, inflate=not _is_xml(name))
        if name.endswith(".png"):
            _check_png(content)
        if not _is_xml(name):
            continue
        root = _root(name, content)
        if _PLUMBING.fullmatch(name):
            yield from _plumbing(name, root)
            continue
        values: dict[str, str] = {}
        for element in root.iter():
            if not isinstance(element.tag, str):
                yield Reading(place=f"{name}:comment", sight=Sight.MARKUP, text=element.text or "")
                continue
            for key, value in element.attrib.items():
                if not _KNOWN_URI.fullmatch(value):
                    values.setdefault(value, key)
        for value, key in values.items():
            place = f"{name}:{etree.QName(key).localname}"
            yield Reading(place=place, sight=Sight.MARKUP, text=value)
        _forget_string_numbers(root)
        yield Reading(place=name, sight=Sight.TEXT, text="".join(root.itertext()) + BARRIER)


def _forget_string_numbers(root: Any) -> None:
    """Cells of a sheet name their text by number; side by side these look like any number."""
    for cell in root.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}c"):
        if cell.get("t") == "s":
            for value in cell:
                value.text = BARRIER


def _plumbing(name: str, root: Any) -> Iterator[Reading]:
    """Relationships and content types: known kinds, targets inside, nothing else."""
    for element in root.iter():
        if not isinstance(element.tag, str) or (element.text or "").strip():
            raise ReaderFailed(f"unexpected_text:{name}")
        if element.get("TargetMode") == "External":
            raise ReaderFailed("external_target")
        for key, value in element.attrib.items():
            if key in ("Type", "ContentType"):
                known = _KNOWN_URI.fullmatch(value)
            elif key in ("Target", "PartName"):
                known = _TARGET.fullmatch(value)
            else:
                known = re.fullmatch(r"rId[0-9]+|rels|xml|png", value)
            if not known:
                raise ReaderFailed(f"unexpected_value:{name}:{key}")
    yield Reading(place=name, sight=Sight.MARKUP)


def _check_png(data: bytes) -> None:
    """Raises unless the picture is a plain PNG: no text chunks, nothing behind its end."""
    at = 8
    if data[:at] != b"\x89PNG\r\n\x1a\n":
        raise ReaderFailed("not_png")
    kind = b""
    while at + 12 <= len(data) and kind != b"IEND":
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind = data[at + 4 : at + 8]
        if kind not in _PNG_CHUNKS:
            raise ReaderFailed("png_chunk")
        at += 12 + length
    if kind != b"IEND" or at != len(data):
        raise ReaderFailed("bytes_behind_png")


def _read_python_docx(data: bytes) -> Iterator[Reading]:
    """What python-docx, which had no part in making the copy, takes for its text and properties."""
    try:
        document = docx.Document(io.BytesIO(data))
        lines = list(_docx_lines(document.element.body, document))
        for section in document.sections:
            for side in (
                section.header,
                section.footer,
                section.first_page_header,
                section.first_page_footer,
                section.even_page_header,
                section.even_page_footer,
            ):
                if not side.is_linked_to_previous:
                    lines.append(BARRIER)
                    lines.extend(_docx_lines(side._element, side))
        properties = document.core_properties
        shown = [
            str(getattr(properties, name) or "")
            for name in ("author", "title", "subject", "keywords", "comments", "last_modified_by")
        ]
    except (OpcError, KeyError, ValueError, AttributeError, *_DAMAGED):
        raise ReaderFailed("unparseable") from None
    yield Reading(place="body", sight=Sight.TEXT, text="\n".join(lines))
    for text in shown:
        yield Reading(place="properties", sight=Sight.MARKUP, text=text)


def _docx_lines(element: Any, owner: Any) -> Iterator[str]:
    """Lines of paragraphs and of cells, each once, in the order of the document."""
    for child in element:
        kind = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if kind == "p":
            yield Paragraph(child, owner).text
        elif kind == "tbl":
            for cell in child.iter_tcs():
                yield from _docx_lines(cell, owner)


def _read_openpyxl(data: bytes) -> Iterator[Reading]:
    """What openpyxl takes for the workbook's values, comments and properties."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
        for sheet in book.worksheets:
            yield Reading(place="sheet_name", sight=Sight.MARKUP, text=sheet.title)
            if sheet.sheet_state != "visible":
                raise ReaderFailed("hidden_sheet")
            values: list[str] = []
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.comment is not None:
                        raise ReaderFailed("cell_comment")
                    values.append("" if cell.value is None else str(cell.value))
            yield Reading(place="cells", sight=Sight.TEXT, text="\n".join(values) + BARRIER)
        # without a part of their own the library invents properties
        described = any(info.filename == "docProps/core.xml" for info, _content in _parts(data))
        for name, value in vars(book.properties).items() if described else ():
            yield Reading(place=f"property:{name}", sight=Sight.MARKUP, text=str(value or ""))
    except (InvalidFileException, ValueError, TypeError, AttributeError, *_DAMAGED):
        raise ReaderFailed("unparseable") from None


DOCX = (
    Reader(name="archive", read=lambda data: _read_archive(data, _DOCX_PART)),
    Reader(name="parts", read=_read_parts),
    Reader(name="python-docx", read=_read_python_docx),
)
XLSX = (
    Reader(name="archive", read=lambda data: _read_archive(data, _XLSX_PART)),
    Reader(name="parts", read=_read_parts),
    Reader(name="openpyxl", read=_read_openpyxl),
)
