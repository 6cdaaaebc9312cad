"""Redacted copies of PDFs: each page rewritten into a new file or, where unsafe, as pixels."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Pdf
from pypdfium2 import PdfiumError

from domain.documents import ExtractedText, MediaType
from domain.errors import CannotMask, DigestMismatch, EncryptedFile
from domain.publication import RedactionPlan, WrittenCopy
from redaction.writers import pdf_raster, pdf_verify
from redaction.writers.pdf_covers import (
    PageMarks,
    covers_of,
    marks_by_page,
    require_decided,
)
from redaction.writers.pdf_fonts import SourceFont
from redaction.writers.pdf_fonts_build import BuiltFont, Glyph
from redaction.writers.pdf_labels import LABEL_FONT, Labels
from redaction.writers.pdf_layers import Layers
from redaction.writers.pdf_limits import require_modest
from redaction.writers.pdf_pages import (
    MOST_JUNK,
    PageWork,
    boxes,
    drawing_of,
    fonts_of,
    frame_of,
    inherited,
    placed,
    same_size,
    saved,
    text_trusted,
)
from redaction.writers.pdf_reasons import DAMAGE, NeedsRaster, PdfObject
from redaction.writers.pdf_render import Look, characters, grey, open_pdf
from redaction.writers.pdf_text_layer import LayerFont, layer_content, layer_font
from redaction.writers.pdf_vector import rewritten
from redaction.writers.pdf_vector_body import Body, number
from redaction.writers.pdf_vector_job import Budget, PageJob
from redaction.writers.pdf_vector_resources import copied_group

MAX_PAGES: Final = 2_000
LAYER_FONT: Final = "GT"


def write(data: bytes, extracted: ExtractedText, plan: RedactionPlan) -> WrittenCopy:
    """A new PDF without anything the plan marks; what could not be rewritten is pixels.

    ``method`` is "vector", "raster" or "mixed". Notes: ``page:N:raster:REASON`` for a page that
    went out as pixels, ``page:N:width_visible`` where a box is as wide as what it covers,
    ``page:N:annotations_dropped``, ``attachments_dropped``, ``legend_page`` (N counts from 1).

    Raises:
        DigestMismatch: if the plan belongs to another text.
        EncryptedFile: if the file needs a password.
        CannotMask: if a mark has no place on a page, an unreadable place is undecided, or the
            file cannot be read the same way twice.
    """
    if plan.text_digest != extracted.digest:
        raise DigestMismatch
    if plan.marks and plan.marks[-1].span.end > len(extracted.text):
        raise DigestMismatch
    require_decided(extracted.unreadable, plan)
    marks = marks_by_page(extracted, plan)
    try:
        source = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError:
        raise EncryptedFile from None
    except pikepdf.PdfError:
        raise CannotMask from None
    viewed = open_pdf(data)
    try:
        return _Copy(source, viewed, extracted).written(marks)
    except (*DAMAGE, PdfiumError):
        # what they quote may be text of the document
        raise CannotMask from None
    finally:
        viewed.close()
        source.close()


class _Copy:
    """The making of one copy."""

    def __init__(self, source: Pdf, viewed: Any, extracted: ExtractedText) -> None:
        if len(source.pages) != len(viewed) or len(viewed) > MAX_PAGES:
            raise CannotMask
        if extracted.pages and len(extracted.pages) != len(viewed):
            raise CannotMask
        self._source = source
        self._viewed = viewed
        self._extracted = extracted
        self._target = Pdf.new()
        self._layers = Layers(source.Root)
        self._fonts: dict[Any, SourceFont | NeedsRaster] = {}
        self._budget = Budget()
        self._notes: list[str] = []
        self._built: dict[int, tuple[frozenset[Glyph], BuiltFont | NeedsRaster]] = {}

    def written(self, marks: dict[int, PageMarks]) -> WrittenCopy:
        """The finished copy."""
        if any(page_index >= len(self._viewed) for page_index in marks):
            raise CannotMask
        pages = [self._page(n, marks.get(n) or PageMarks()) for n in range(len(self._viewed))]
        self._send_unbuildable_to_pixels(pages)
        while self._send_failing_to_pixels(pages):
            self._send_unbuildable_to_pixels(pages)
        labels = Labels.planned([page.covers for page in pages])
        data = self._assembled(pages, labels)
        for page in pages:
            where = f"page:{page.frame.page_index + 1}"
            if page.reason:
                self._notes.append(f"{where}:raster:{page.reason}")
            if page.covers.width_visible:
                self._notes.append(f"{where}:width_visible")
        if any(region.reason == "attachment" for region in self._extracted.unreadable):
            self._notes.append("attachments_dropped")
        if labels.legend_lines():
            self._notes.append("legend_page")
        pixels = sum(bool(page.reason) for page in pages)
        method = "vector" if not pixels else "raster" if pixels == len(pages) else "mixed"
        return WrittenCopy(
            data=data,
            media_type=MediaType.PDF,
            extension=".pdf",
            method=method,
            notes=tuple(self._notes),
        )

    # --- one page ----------------------------------------------------------------------------

    def _page(self, page_index: int, marks: PageMarks) -> PageWork:
        source = self._source.pages[page_index].obj
        frame = frame_of(page_index, source)
        if self._extracted.pages:
            size = self._extracted.pages[page_index]
            if not same_size(frame, size.width_pt, size.height_pt):
                raise CannotMask
        # pdfium draws a page's forms as soon as it opens the page
        contents = drawing_of(self._source.pages[page_index])
        require_modest(contents, inherited(source, "/Resources"))
        viewed = self._viewed[page_index]
        if not same_size(frame, *viewed.get_size()):
            raise CannotMask
        look = Look(grey(viewed))
        seen = characters(viewed, frame) if marks.marked else []
        work = PageWork(
            frame=frame,
            marks=marks,
            covers=covers_of(marks, look, frame.display, seen),
            before=look.packed(),
            trusted=text_trusted(self._extracted, page_index, marks),
        )
        if source.get("/Annots") is not None and len(source.Annots):
            self._notes.append(f"page:{page_index + 1}:annotations_dropped")
        try:
            work.body = self._rewritten(source, work, look)
        except NeedsRaster as refusal:
            work.to_pixels(refusal.reason)
        except DAMAGE:
            work.to_pixels("damaged_content")
        viewed.close()
        return work

    def _rewritten(self, source: PdfObject, work: PageWork, look: Look) -> Body:
        if not work.trusted:
            raise NeedsRaster("text_untrusted")
        if float(source.get("/UserUnit", 1)) != 1:
            raise NeedsRaster("user_unit")
        job = PageJob(
            target=self._target,
            frame=work.frame,
            covers=work.covers,
            layers=self._layers,
            find_font=self._font,
            visible=look.has_ink,
            budget=self._budget,
        )
        page = self._source.pages[work.frame.page_index]
        body = rewritten(job, page, inherited(source, "/Resources"))
        work.group = copied_group(self._target, source.get("/Group"))
        if job.unknown_glyphs > MOST_JUNK * job.kept_glyphs:
            raise NeedsRaster("no_tounicode")
        return body

    def _font(self, source: PdfObject) -> SourceFont:
        key = source.objgen if source.is_indirect else source.unparse()
        if key not in self._fonts:
            try:
                self._fonts[key] = SourceFont(source)
            except NeedsRaster as refusal:
                self._fonts[key] = refusal
        found = self._fonts[key]
        if isinstance(found, NeedsRaster):
            raise NeedsRaster(found.reason)
        return found

    # --- fonts -------------------------------------------------------------------------------

    def _send_unbuildable_to_pixels(self, pages: Sequence[PageWork]) -> None:
        """Builds every font from what pages use; a font that fails takes its pages along."""
        while True:
            used: dict[int, set[Glyph]] = {}
            fonts: dict[int, SourceFont] = {}
            for page in pages:
                for font in fonts_of(page.body):
                    fonts[id(font)] = font
                    used.setdefault(id(font), set())
                for shown in page.body.shown() if page.body is not None else ():
                    used[id(shown.font)].update(p for p in shown.parts if isinstance(p, Glyph))
            failed = {key for key, font in fonts.items() if not self._build(font, used[key])}
            if not failed:
                return
            for page in pages:
                if any(id(font) in failed for font in fonts_of(page.body)):
                    page.to_pixels("font_not_subset")

    def _build(self, font: SourceFont, used: set[Glyph]) -> bool:
        known = self._built.get(id(font))
        if known is None or known[0] != used:
            built: BuiltFont | NeedsRaster
            try:
                built = font.rebuilt(self._target, used)
            except NeedsRaster as refusal:
                built = refusal
            self._built[id(font)] = (frozenset(used), built)
        return isinstance(self._built[id(font)][1], BuiltFont)

    def _built_font(self, font: SourceFont) -> BuiltFont:
        built = self._built[id(font)][1]
        if isinstance(built, NeedsRaster):
            raise CannotMask
        return built

    # --- check and assembly ------------------------------------------------------------------

    def _send_failing_to_pixels(self, pages: Sequence[PageWork]) -> bool:
        """Whether a look at the draft found pages that cannot stay as rewritten."""
        if all(page.body is None for page in pages):
            return False
        draft = open_pdf(self._assembled(pages, None))
        failing = False
        try:
            for page in pages:
                if page.body is None:
                    continue
                viewed = draft[page.frame.page_index]
                reason = pdf_verify.problem(
                    viewed, page.frame, page.covers, page.before.look(), page.marks.kept
                )
                viewed.close()
                if reason is not None:
                    page.to_pixels(reason)
                    failing = True
        finally:
            draft.close()
        return failing

    def _assembled(self, pages: Sequence[PageWork], labels: Labels | None) -> bytes:
        """The copy's bytes; a draft without labels has empty pages in place of pixels."""
        final = labels is not None
        pdf = self._target
        while len(pdf.pages):
            del pdf.pages[0]
        built = None
        if labels is not None and any(labels.texts()):
            built = labels.font.built(pdf, labels.texts())
        layer = None
        if final:
            for page in pages:
                if page.body is None and page.picture is None:
                    self._to_picture(page)
            characters_kept = [char for page in pages for _, char in page.layer]
            layer = layer_font(pdf, characters_kept) if characters_kept else None
        known: dict[Any, PdfObject] = {}
        for page in pages:
            content, resources = self._content(page, layer, known)
            if labels is not None and built is not None:
                words = labels.content(page.frame.page_index, built, page.frame.height_pt)
                if words:
                    content += placed(words, page)
                    fonts = resources.setdefault("/Font", Dictionary())
                    fonts[f"/{LABEL_FONT}"] = built.reference
            self._add_page(page, content, Dictionary(resources))
        if labels is not None and built is not None:
            labels.add_legend_page(pdf, built, pages[0].frame)
        return saved(pdf)

    def _to_picture(self, page: PageWork) -> None:
        """Renders a page, blackens it, and keeps the characters still to be seen in it."""
        viewed = self._viewed[page.frame.page_index]
        # ink may reach beyond the place a character takes: its tight box goes black as well
        seen = characters(viewed, page.frame)
        inked = [one.tight for one in seen if page.covers.hides(one.place, one.char)]
        image = pdf_raster.blackened(viewed, (*page.covers.drawn, *page.covers.exact, *inked))
        viewed.close()
        page.picture = pdf_raster.encoded(self._target, image)
        if page.trusted:
            look = Look(pdf_raster.grey_of(image), pdf_raster.RASTER_DPI)
            page.layer = [
                (box, char)
                for box, char in page.marks.kept
                if look.has_ink(box, contrast=48) and not page.covers.hides(box, char)
            ]

    def _content(
        self, page: PageWork, layer: LayerFont | None, known: dict[Any, PdfObject]
    ) -> tuple[bytes, dict[str, PdfObject]]:
        if page.body is not None:
            body = page.body.to_bytes(self._built_font)
            listed = page.body.resources(self._target, self._built_font, known)
            return b"q\n" + body + b"\nQ\n" + boxes(page), dict(listed.items())
        if page.picture is None:
            return b"", {}
        size = number(page.frame.width_pt) + b" 0 0 " + number(page.frame.height_pt)
        content = b"q " + size + b" 0 0 cm /I Do Q\n"
        resources: dict[str, PdfObject] = {"/XObject": Dictionary({"/I": page.picture})}
        if layer is not None and page.layer:
            content += layer_content(page.layer, layer, LAYER_FONT, page.frame.height_pt)
            resources["/Font"] = Dictionary({f"/{LAYER_FONT}": layer.reference})
        return content + b"\n", resources

    def _add_page(self, page: PageWork, content: bytes, resources: PdfObject) -> None:
        frame = page.frame
        self._target.add_blank_page(page_size=(100, 100))
        new = self._target.pages[-1].obj
        if page.body is not None:
            new.MediaBox = Array([frame.left, frame.bottom, frame.right, frame.top])
            if frame.turn:
                new.Rotate = frame.turn
            if page.group is not None:
                new.Group = page.group
        else:
            new.MediaBox = Array([0, 0, frame.width_pt, frame.height_pt])
        new.Resources = resources
        new.Contents = self._target.make_stream(content)
