"""Pages on their way from a source PDF to the copy."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pikepdf
from pikepdf import Pdf

from domain.documents import ExtractedText
from domain.errors import CannotMask
from redaction.writers.pdf_covers import PageCovers, PageMarks
from redaction.writers.pdf_fonts import SourceFont
from redaction.writers.pdf_geometry import Box, PageFrame
from redaction.writers.pdf_reasons import PdfObject
from redaction.writers.pdf_render import PackedLook
from redaction.writers.pdf_vector_body import Body, Form, number

MAX_TREE_DEPTH: Final = 50
# shares of a page's characters that say its font's map back to characters cannot be trusted
MOST_JUNK: Final = 0.05
_UNTRUSTED: Final = frozenset({"page_without_text", "no_tounicode", "scan_with_text_layer"})


@dataclass(slots=True, kw_only=True)
class PageWork:
    """One page on its way: rewritten (``body``) or, with a ``reason``, to go out as pixels."""

    frame: PageFrame
    marks: PageMarks
    covers: PageCovers
    before: PackedLook
    trusted: bool
    body: Body | None = None
    reason: str = ""
    group: PdfObject = None
    picture: PdfObject = None
    layer: list[tuple[Box, str]] = field(default_factory=list)

    def to_pixels(self, reason: str) -> None:
        """Gives up rewriting the page."""
        self.body, self.reason = None, reason


def inherited(page: PdfObject, key: str) -> PdfObject:
    """A page attribute that its ancestors may hold, or None."""
    node = page
    for _ in range(MAX_TREE_DEPTH):
        if node is None or not hasattr(node, "get"):
            return None
        value = node.get(key)
        if value is not None:
            return value
        node = node.get("/Parent")
    raise CannotMask


def drawing_of(page: pikepdf.Page) -> bytes:
    """The page's content streams, one after the other.

    Raises:
        CannotMask: if they cannot be read.
    """
    contents = page.obj.get("/Contents")
    listed = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    try:
        return b"\n".join(s.read_bytes() for s in listed if isinstance(s, pikepdf.Stream))
    except pikepdf.PdfError:
        raise CannotMask from None


def _page_box(value: PdfObject) -> Box | None:
    if value is None or len(value) != 4:
        return None
    x0, y0, x1, y1 = (float(n) for n in value)
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def frame_of(page_index: int, page: PdfObject) -> PageFrame:
    """The part of the page that is displayed.

    Raises:
        CannotMask: if the page has no size.
    """
    media = _page_box(inherited(page, "/MediaBox")) or (0.0, 0.0, 612.0, 792.0)
    crop = _page_box(inherited(page, "/CropBox")) or media
    left, bottom = max(crop[0], media[0]), max(crop[1], media[1])
    right, top = min(crop[2], media[2]), min(crop[3], media[3])
    if right <= left or top <= bottom:
        left, bottom, right, top = media
    if right <= left or top <= bottom:
        raise CannotMask
    turn = int(inherited(page, "/Rotate") or 0) % 360
    if turn % 90:
        raise CannotMask
    return PageFrame(
        page_index=page_index, left=left, bottom=bottom, right=right, top=top, turn=turn
    )


def same_size(frame: PageFrame, width_pt: float, height_pt: float) -> bool:
    """Whether another reader sees a page of the same size."""
    return abs(frame.width_pt - width_pt) < 1 and abs(frame.height_pt - height_pt) < 1


def _junk(char: str) -> bool:
    code = ord(char)
    return code < 0x20 or 0x80 <= code < 0xA0 or 0xE000 <= code < 0xF900 or code == 0xFFFD


def text_trusted(extracted: ExtractedText, page_index: int, marks: PageMarks) -> bool:
    """Whether the page's characters are what its pixels show."""
    if any(
        region.reason in _UNTRUSTED and region.rect is not None
        for region in extracted.unreadable
        if region.rect is not None and region.rect.page_index == page_index
    ):
        return False
    junk = sum(_junk(char) for _, char in marks.kept)
    return junk <= MOST_JUNK * len(marks.kept)


def fonts_of(body: Body | None) -> Iterator[SourceFont]:
    """The fonts a page names, those of its forms included."""
    if body is None:
        return
    for _, font in body.fonts.values():
        yield font
    for _, thing in body.drawn:
        if isinstance(thing, Form):
            yield from fonts_of(thing.body)


def boxes(page: PageWork) -> bytes:
    """Operators that blacken the page's covers."""
    if not page.covers.drawn:
        return b""
    height = page.frame.height_pt
    out = [b"0 g"]
    for x0, top, x1, bottom in page.covers.drawn:
        corner = number(x0) + b" " + number(height - bottom)
        out.append(corner + b" " + number(x1 - x0) + b" " + number(bottom - top) + b" re f")
    return placed(b"\n".join(out), page)


def placed(operators: bytes, page: PageWork) -> bytes:
    """Operators in display coordinates (y up), put into the page's own."""
    if page.body is None:
        return b"q\n" + operators + b"\nQ\n"
    matrix = b" ".join(number(n) for n in page.frame.from_upright)
    return b"q " + matrix + b" cm\n" + operators + b"\nQ\n"


def saved(pdf: Pdf) -> bytes:
    """The file's bytes: nothing but what its pages need, the same for the same pages."""
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    for key in list(pdf.Root.keys()):
        if key not in ("/Type", "/Pages"):
            del pdf.Root[key]
    out = io.BytesIO()
    pdf.save(
        out,
        min_version="1.7",
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
        recompress_flate=True,
    )
    return out.getvalue()
