"""Readers of finished pdf: two text engines, every object, every font, the file's raw bytes."""

from __future__ import annotations

import ctypes
import io
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTChar, LTContainer
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException

from redaction.leakcheck.carriers import unfolded_bytes
from redaction.leakcheck.needles import BARRIER
from redaction.leakcheck.pdf_fonts import font_characters
from redaction.leakcheck.readings import Reader, ReaderFailed, Reading, Sight

_LINE_PT = 6.0
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class _Seen:
    """A character and the middle of its box, in points from the bottom left."""

    char: str
    x: float
    y: float


def _orders(place: str, chars: list[_Seen]) -> Iterator[Reading]:
    """A page's characters as drawn, by lines, and down and up its columns."""
    yield Reading(
        place=f"{place}:drawing", sight=Sight.TEXT, text="".join(c.char for c in chars) + BARRIER
    )
    rows = _lines(chars, lambda c: -c.y, lambda c: c.x)
    yield Reading(place=f"{place}:rows", sight=Sight.ROWS, text=rows + BARRIER)
    columns: tuple[tuple[str, Callable[[_Seen], float]], ...] = (
        ("columns_down", lambda c: -c.y),
        ("columns_up", lambda c: c.y),
    )
    for name, along in columns:
        yield Reading(
            place=f"{place}:{name}",
            sight=Sight.COLUMNS,
            text=_lines(chars, lambda c: c.x, along) + BARRIER,
        )


def _lines(
    chars: list[_Seen], across: Callable[[_Seen], float], along: Callable[[_Seen], float]
) -> str:
    lines: dict[int, list[_Seen]] = {}
    for char in chars:
        lines.setdefault(round(across(char) / _LINE_PT), []).append(char)
    return "\n".join(
        "".join(c.char for c in sorted(lines[number], key=along)) for number in sorted(lines)
    )


def _read_pdfium(data: bytes) -> Iterator[Reading]:
    """Characters with their boxes as pdfium (the engine of Chrome) extracts them."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise ReaderFailed("unparseable") from None
    try:
        if len(document) == 0:
            raise ReaderFailed("no_pages")
        for index in range(len(document)):
            page = document[index]
            text_page = page.get_textpage()
            chars = _pdfium_chars(text_page)
            text_page.close()
            page.close()
            yield from _orders(f"page{index + 1}", chars)
        for name, value in document.get_metadata_dict().items():
            yield Reading(place=f"metadata:{name}", sight=Sight.MARKUP, text=value)
        for bookmark in document.get_toc(max_depth=_DEEPEST):
            yield Reading(place="outline", sight=Sight.MARKUP, text=bookmark.get_title())
        for number in range(document.count_attachments()):
            attachment = document.get_attachment(number)
            yield Reading(place="attachment", sight=Sight.MARKUP, text=attachment.get_name())
            yield from unfolded_bytes("attachment", bytes(attachment.get_data()))
    except pypdfium2.PdfiumError:
        raise ReaderFailed("unreadable_page") from None
    finally:
        document.close()


def _pdfium_chars(text_page: Any) -> list[_Seen]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    out: list[_Seen] = []
    for number in range(pdfium.FPDFText_CountChars(text_page)):
        code = pdfium.FPDFText_GetUnicode(text_page, number)
        if code in (0, 10, 13, 0xFFFE):
            continue
        pdfium.FPDFText_GetCharBox(text_page, number, left, right, bottom, top)
        out.append(_Seen(chr(code), (left.value + right.value) / 2, (bottom.value + top.value) / 2))
    return _with_surrogates_joined(out)


def _with_surrogates_joined(chars: list[_Seen]) -> list[_Seen]:
    """pdfium gives characters beyond the basic plane as two halves."""
    out: list[_Seen] = []
    for char in chars:
        if out and "\ud800" <= out[-1].char <= "\udbff" and "\udc00" <= char.char <= "\udfff":
            pair = (out[-1].char + char.char).encode("utf-16", "surrogatepass").decode("utf-16")
            out[-1] = _Seen(pair, out[-1].x, out[-1].y)
        else:
            out.append(char)
    return out


def _read_pdfminer(data: bytes) -> Iterator[Reading]:
    """Characters with their boxes as pdfminer (behind pdfplumber) extracts them."""
    try:
        for page in extract_pages(io.BytesIO(data), laparams=None):
            chars = [
                _Seen(c.get_text(), (c.x0 + c.x1) / 2, (c.y0 + c.y1) / 2)
                for c in _pdfminer_chars(page)
            ]
            yield from _orders(f"page{page.pageid}", chars)
    except (PDFException, PSException):
        raise ReaderFailed("unparseable") from None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        # what pdfminer raises over structures it did not expect
        raise ReaderFailed("unreadable_page") from None


def _pdfminer_chars(container: LTContainer[Any]) -> Iterator[LTChar]:
    for item in container:
        if isinstance(item, LTChar):
            yield item
        elif isinstance(item, LTContainer):
            yield from _pdfminer_chars(item)


def _read_objects(data: bytes) -> Iterator[Reading]:
    """Every string, name and decompressed stream of every object, used by a page or not."""
    with _opened(data) as document:
        yield from _structure("trailer", document.trailer, 0)
        for number, item in enumerate(document.objects):
            place = f"object{number}"
            yield from _structure(place, item, 0)
            if isinstance(item, pikepdf.Stream):
                yield from unfolded_bytes(place, _stream_bytes(item))


def _stream_bytes(stream: Any) -> bytes:
    try:
        return bytes(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))
    except pikepdf.PdfError:
        # a filter that only a picture decoder knows
        return bytes(stream.read_raw_bytes())


def _structure(place: str, item: Any, depth: int) -> Iterator[Reading]:
    if depth > _DEEPEST:
        raise ReaderFailed("too_deep")
    if isinstance(item, pikepdf.String):
        raw = bytes(item)
        yield Reading(place=f"{place}:string", sight=Sight.MARKUP, text=_as_text(item))
        yield Reading(place=f"{place}:string", sight=Sight.BYTES, data=raw)
    elif isinstance(item, pikepdf.Name):
        yield Reading(place=f"{place}:name", sight=Sight.MARKUP, text=_as_text(item))
    elif isinstance(item, pikepdf.Array):
        for inner in item:
            yield from _inner(place, inner, depth)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        for key in item.keys():  # noqa: SIM118 - a stream's keys are its dictionary's
            yield Reading(place=f"{place}:key", sight=Sight.MARKUP, text=key)
            yield from _inner(place, item[key], depth)


def _as_text(item: Any) -> str:
    """A string or name as PDF text; "" for bytes that are none (they are searched as bytes)."""
    try:
        return str(item)
    except UnicodeDecodeError:
        return ""


def _inner(place: str, item: Any, depth: int) -> Iterator[Reading]:
    # what has a number of its own is met among the objects
    if not (isinstance(item, pikepdf.Object) and item.is_indirect):
        yield from _structure(place, item, depth + 1)


def _read_strings_of_content(data: bytes) -> Iterator[Reading]:
    """Strings inside content streams (marked content, alternate text), each decoded as PDF text."""
    with _opened(data) as document:
        for number, item in enumerate(document.objects):
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form":
                yield from _operands(f"object{number}", item)
        for index, page in enumerate(document.pages):
            yield from _operands(f"page{index + 1}", page)


def _operands(place: str, content: Any) -> Iterator[Reading]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            instructions = pikepdf.parse_content_stream(content)
    except (pikepdf.PdfError, UserWarning, ValueError, TypeError):
        raise ReaderFailed("unreadable_content") from None
    for instruction in instructions:
        for operand in getattr(instruction, "operands", ()):
            yield from _structure(place, operand, 0)


def _read_fonts(data: bytes) -> Iterator[Reading]:
    """Characters that the fonts can show: ToUnicode maps and the font programs' own tables."""
    with _opened(data) as document:
        for number, item in enumerate(document.objects):
            shown = font_characters(item)
            if shown:
                yield Reading(place=f"object{number}", sight=Sight.GLYPHS, text=shown)


def _read_file(data: bytes) -> Iterator[Reading]:
    """The raw file: one revision, nothing behind its end, and what any compressed run holds."""
    if len(re.findall(rb"startxref", data)) != 1 or len(re.findall(rb"%%EOF", data)) != 1:
        raise ReaderFailed("revisions")
    if data[data.rindex(b"%%EOF") + 5 :].strip():
        raise ReaderFailed("bytes_behind_end")
    if not data.startswith(b"%PDF-"):
        raise ReaderFailed("bytes_before_start")
    yield from unfolded_bytes("file", data)


def _read_page_counts(data: bytes) -> Iterator[Reading]:
    """Nothing to search: both engines must see the same pages."""
    with _opened(data) as document:
        pages = len(document.pages)
    try:
        other = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise ReaderFailed("unparseable") from None
    try:
        if len(other) != pages or not pages:
            raise ReaderFailed("page_counts_differ")
    finally:
        other.close()
    yield Reading(place="pages", sight=Sight.MARKUP)


def _opened(data: bytes) -> Any:
    try:
        return pikepdf.open(io.BytesIO(data))
    except (pikepdf.PdfError, pikepdf.PasswordError):
        raise ReaderFailed("unparseable") from None


PDF = (
    Reader(name="file", read=_read_file),
    Reader(name="pages", read=_read_page_counts),
    Reader(name="pdfium", read=_read_pdfium),
    Reader(name="pdfminer", read=_read_pdfminer),
    Reader(name="objects", read=_read_objects),
    Reader(name="content", read=_read_strings_of_content),
    Reader(name="fonts", read=_read_fonts),
)
