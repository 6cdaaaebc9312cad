"""PDF: text with a box for each character, tables, hidden text, and what cannot be read.

pdfium gives characters and boxes, pikepdf what the file carries beside its pages. The visible text
comes first, page by page; then, never published: hidden text, annotations and properties. A page
whose text is not what a person sees there (a scan with a text layer) has that text in the annex
only, and counts as unreadable.

Runs inside the sandbox: pdfium aborts the process on some hostile files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pypdfium2

from domain.documents import (
    Block,
    BlockKind,
    ExtractedText,
    MediaType,
    PageSize,
    UnreadableRegion,
)
from domain.errors import EmptyFile, TooLarge, UnreadableFile
from domain.spans import Rect, TextSpan
from pipelines.extraction.pdf_carriers import Annotation, Carriers, read_carriers
from pipelines.extraction.pdf_glyphs import PageGlyphs, PageView, read_glyphs
from pipelines.extraction.pdf_layout import Box, Glyph, Line, characters_of, lines_of
from pipelines.extraction.pdf_objects import PageFrame, box_of, frame_of, read_objects
from pipelines.extraction.pdf_regions import regions_of
from pipelines.extraction.pdf_tables import Cell, Table, sorted_into_cells, tables_of

EXTRACTOR_VERSION = "pdf-1"
MAX_TEXT = 5_000_000
# the bands at the top and the bottom of a page where page numbers stand
_MARGIN_SHARE = 0.13
# running heads are set smaller than any 版头
_RUNNING_EM_PT = 14.0
_PAGE_NUMBER = re.compile(r"[-—–·.\s]*(?:第\s*)?[0-9０-９]{1,4}(?:\s*页)?[-—–·.\s]*")
_PAGE_OF_PAGES = re.compile(
    r"第\s*[0-9]{1,4}\s*页[\s,，/]*共\s*[0-9]{1,4}\s*页|[0-9]{1,4}\s*/\s*[0-9]{1,4}"
)


class _TextBuilder:
    """Text, boxes and blocks growing in step."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.glyphs: list[Rect | None] = []
        self.blocks: list[Block] = []

    def add(self, text: str) -> None:
        """Appends characters that have no place on a page."""
        self.parts.append(text)
        self.glyphs.extend([None] * len(text))
        if len(self.glyphs) > MAX_TEXT:
            raise TooLarge

    def add_drawn(self, characters: Sequence[tuple[str, Box | None]], page_index: int) -> None:
        """Appends drawn characters with their boxes on the page."""
        self.parts.append("".join(character for character, _ in characters))
        for character, box in characters:
            rect = None
            if box is not None:
                x0, top, x1, bottom = box
                rect = Rect(page_index=page_index, x0=x0, top=top, x1=x1, bottom=bottom)
            # one box for each code point, also where a font maps a glyph to several
            self.glyphs.extend([rect] * len(character))
        if len(self.glyphs) > MAX_TEXT:
            raise TooLarge

    def close(
        self,
        kind: BlockKind,
        start: int,
        page_index: int | None = None,
        *,
        table: int | None = None,
        cell: Cell | None = None,
    ) -> None:
        """Ends a block that began at ``start``; an empty one leaves no trace."""
        end = len(self.glyphs)
        if end > start:
            self.blocks.append(
                Block(
                    kind=kind,
                    span=TextSpan(start=start, end=end),
                    page_index=page_index,
                    table=table,
                    row=cell.row if cell else None,
                    column=cell.column if cell else None,
                )
            )

    @property
    def position(self) -> int:
        """How many code points stand so far."""
        return len(self.glyphs)


def extract(data: bytes) -> ExtractedText:
    """The text of a PDF with a box for each character of its pages.

    Raises:
        EmptyFile, EncryptedFile, TooLarge, UnreadableFile: see their messages; nothing is read in
            part. A file whose parsers disagree on its pages is unreadable.
    """
    if not data:
        raise EmptyFile
    carriers = read_carriers(data)
    try:
        document = pypdfium2.PdfDocument(carriers.data)
    except pypdfium2.PdfiumError:
        raise UnreadableFile from None
    try:
        if len(document) != carriers.page_count:
            raise UnreadableFile
        return _Extraction(document, carriers).run()
    except pypdfium2.PdfiumError:
        raise UnreadableFile from None
    finally:
        document.close()


class _Extraction:
    """One file on its way to text."""

    def __init__(self, document: pypdfium2.PdfDocument, carriers: Carriers) -> None:
        self._document = document
        self._carriers = carriers
        self._out = _TextBuilder()
        self._pages: list[PageSize] = []
        self._regions: list[UnreadableRegion] = []
        self._hidden: list[tuple[int, list[Glyph]]] = []
        self._tables = 0
        self._margins: dict[tuple[str, int], list[int]] = {}

    def run(self) -> ExtractedText:
        """Pages first, then the annex."""
        for page_index in range(self._carriers.page_count):
            if page_index:
                self._out.add("\n")
            self._read_page(page_index)
        self._name_running_heads()
        self._add_annex()
        attached = UnreadableRegion(reason="attachment")
        return ExtractedText(
            text="".join(self._out.parts),
            media_type=MediaType.PDF,
            glyphs=tuple(self._out.glyphs),
            blocks=tuple(self._out.blocks),
            pages=tuple(self._pages),
            unreadable=(*self._regions, *([attached] * self._carriers.attachments)),
            extractor_version=EXTRACTOR_VERSION,
        )

    def _read_page(self, page_index: int) -> None:
        page = self._document[page_index]
        try:
            frame = frame_of(page)
            self._pages.append(PageSize(width_pt=frame.width, height_pt=frame.height))
            view = PageView(page, frame)
            objects = read_objects(page, frame)
            glyphs = read_glyphs(
                view,
                objects,
                layered=self._carriers.layered,
                untrusted_fonts=self._carriers.untrusted_fonts,
            )
            regions = regions_of(view, page_index, objects, glyphs)
            self._regions += regions
            self._regions += _showing(self._carriers.annotations[page_index], frame, page_index)
            if any(region.reason == "scan_with_text_layer" for region in regions):
                # the layer need not say what the scan shows: a search hint, not the text
                glyphs = PageGlyphs(visible=[], hidden=[*glyphs.visible, *glyphs.hidden])
            self._write_page(glyphs.visible, tables_of(objects.edges), frame, page_index)
            if glyphs.hidden:
                self._hidden.append((page_index, glyphs.hidden))
        finally:
            page.close()

    def _write_page(
        self, glyphs: list[Glyph], tables: list[Table], frame: PageFrame, page_index: int
    ) -> None:
        outside, inside = sorted_into_cells(glyphs, tables)
        # a table stands where its first character was drawn
        waiting = sorted(
            (
                (min(g.order for cell in cells.values() for g in cell), number)
                for number, cells in enumerate(inside)
                if cells
            ),
            reverse=True,
        )
        first = True
        lines = lines_of(outside)
        # a page number is often drawn first of all; its place is where it stands
        lines.sort(key=lambda line: _is_page_number(line, frame) and _is_low(line, frame))
        for line in lines:
            while waiting and waiting[-1][0] < line[0].order:
                self._separate(first)
                self._write_table(inside[waiting.pop()[1]], page_index)
                first = False
            self._separate(first)
            self._write_line(line, frame, page_index)
            first = False
        while waiting:
            self._separate(first)
            self._write_table(inside[waiting.pop()[1]], page_index)
            first = False

    def _name_running_heads(self) -> None:
        """Small lines on one place in the margin of several pages are headers and footers."""
        for places in self._margins.values():
            for place in places if len(places) > 1 else ():
                block = self._out.blocks[place]
                rect = self._out.glyphs[block.span.start]
                if block.kind is BlockKind.PAGE_TEXT and rect is not None:
                    high = rect.top < self._pages[rect.page_index].height_pt / 2
                    kind = BlockKind.HEADER if high else BlockKind.FOOTER
                    self._out.blocks[place] = replace(block, kind=kind)

    def _separate(self, first: bool) -> None:
        if not first:
            self._out.add("\n")

    def _write_line(self, line: Line, frame: PageFrame, page_index: int) -> None:
        start = self._out.position
        characters = characters_of(line)
        self._out.add_drawn(characters, page_index)
        top = line[0].first.center[1]
        if line[0].em < _RUNNING_EM_PT and (
            top < frame.height * _MARGIN_SHARE or _is_low(line, frame)
        ):
            text = re.sub("[0-9\\s]", "", "".join(character for character, _ in characters))
            self._margins.setdefault((text, round(top)), []).append(len(self._out.blocks))
        kind = BlockKind.FOOTER if _is_page_number(line, frame) else BlockKind.PAGE_TEXT
        self._out.close(kind, start, page_index)

    def _write_table(self, cells: dict[Cell, list[Glyph]], page_index: int) -> None:
        before: Cell | None = None
        for cell in sorted(cells, key=lambda c: (c.row, c.column)):
            if before is not None:
                self._out.add("\t" if before.row == cell.row else "\n")
            start = self._out.position
            self._write_cell(cell, cells[cell], page_index)
            self._out.close(BlockKind.TABLE_CELL, start, page_index, table=self._tables, cell=cell)
            before = cell
        self._tables += 1

    def _write_cell(self, cell: Cell, glyphs: list[Glyph], page_index: int) -> None:
        before: Line | None = None
        for line in lines_of(glyphs):
            if before is not None and not _wraps(cell, before, line):
                self._out.add("\n")
            self._out.add_drawn(characters_of(line), page_index)
            before = line

    def _add_annex(self) -> None:
        for page_index, glyphs in self._hidden:
            for line in lines_of(glyphs):
                start = self._begin_annex_line()
                self._out.add_drawn(characters_of(line), page_index)
                self._out.close(BlockKind.HIDDEN, start, page_index)
        shown = "".join(self._out.parts)
        for text in self._carriers.actual_texts:
            if text not in shown:
                self._add_annex_line(BlockKind.HIDDEN, text, None)
        for page_index, on_page in enumerate(self._carriers.annotations):
            for annotation in on_page:
                for text in annotation.strings:
                    self._add_annex_line(BlockKind.COMMENT, text, page_index)
        for text in self._carriers.metadata:
            self._add_annex_line(BlockKind.METADATA, text, None)

    def _begin_annex_line(self) -> int:
        if self._out.position:
            self._out.add("\n")
        return self._out.position

    def _add_annex_line(self, kind: BlockKind, text: str, page_index: int | None) -> None:
        clean = _without_line_ends(text)
        if clean:
            start = self._begin_annex_line()
            self._out.add(clean)
            self._out.close(kind, start, page_index)


def _without_line_ends(text: str) -> str:
    """The string on one line; lone surrogates, which no text may hold, become U+FFFD."""
    clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(clean.split())


def _is_low(line: Line, frame: PageFrame) -> bool:
    return line[0].first.center[1] > frame.height * (1 - _MARGIN_SHARE)


def _is_page_number(line: Line, frame: PageFrame) -> bool:
    if line[0].first.center[1] > frame.height * _MARGIN_SHARE and not _is_low(line, frame):
        return False
    if sum(len(piece.glyphs) for piece in line) > 20:
        return False
    text = "".join(character for character, _ in characters_of(line)).strip()
    return bool(_PAGE_NUMBER.fullmatch(text) or _PAGE_OF_PAGES.fullmatch(text))


def _wraps(cell: Cell, above: Line, below: Line) -> bool:
    """Whether the next line goes on with the word or number that the cell's edge broke."""
    if above[0].first.angle or below[0].first.angle:
        return False
    slack = (cell.box[2] - cell.box[0]) - (above[-1].end - above[0].start)
    return slack < 2.5 * above[0].em and abs(above[0].start - below[0].start) < 2 * above[0].em


def _showing(
    annotations: tuple[Annotation, ...], frame: PageFrame, page_index: int
) -> list[UnreadableRegion]:
    """Places where an annotation or a form field shows what the page's own text does not hold."""
    regions = []
    for annotation in annotations:
        if not annotation.shows or annotation.rect is None:
            continue
        x0, top, x1, bottom = box_of(frame.matrix, *annotation.rect)
        x0, x1 = max(x0, 0.0), min(x1, frame.width)
        top, bottom = max(top, 0.0), min(bottom, frame.height)
        if x1 > x0 and bottom > top:
            rect = Rect(page_index=page_index, x0=x0, top=top, x1=x1, bottom=bottom)
            regions.append(UnreadableRegion(reason="annotation", rect=rect))
    return regions
