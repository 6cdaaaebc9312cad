"""PDF files for tests, made by reportlab with the shipped TrueType font embedded.

Every maker returns the file's bytes, the same for the same arguments. Coordinates given to makers
are those of the PDF (points, origin bottom left) unless an argument's name says otherwise.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

import pikepdf
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table, TableStyle

from domain.resources import data_path

FONT = "GongkaiSans"
FONT_SIZE = 14
LINE_HEIGHT = 22
MARGIN = 72
A4_WIDTH, A4_HEIGHT = A4


def register_font() -> None:
    """Makes the shipped font known to reportlab under ``FONT``."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(data_path("fonts", "gongkai-sans.ttf"))))


def draw(
    *painters: Callable[[Canvas], None],
    size: tuple[float, float] = A4,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """A PDF with one page for each painter, which draws on the canvas it is given."""
    register_font()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True)
    setters = {
        "title": canvas.setTitle,
        "author": canvas.setAuthor,
        "subject": canvas.setSubject,
        "keywords": canvas.setKeywords,
        "creator": canvas.setCreator,
    }
    for name, value in (metadata or {}).items():
        setters[name](value)
    for paint in painters:
        canvas.setFont(FONT, FONT_SIZE)
        paint(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def write_lines(
    canvas: Canvas,
    lines: Sequence[str],
    *,
    x: float = MARGIN,
    top: float = A4_HEIGHT - MARGIN,
    size: float = FONT_SIZE,
    leading: float = LINE_HEIGHT,
    font: str = FONT,
) -> float:
    """Writes one line under the other from ``top`` down and returns the next base line."""
    canvas.setFont(font, size)
    y = top - size
    for line in lines:
        if line:
            canvas.drawString(x, y, line)
        y -= leading
    return y


def _draw_table(canvas: Canvas, rows: Sequence[Sequence[str]], *, top: float) -> None:
    table = Table([list(row) for row in rows], colWidths=[110] * len(rows[0]), rowHeights=26)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), FONT, 12),
                ("GRID", (0, 0), (-1, -1), 0.8, colors.black),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    _, height = table.wrapOn(canvas, A4_WIDTH, A4_HEIGHT)
    table.drawOn(canvas, MARGIN, top - height)


def make_pdf(
    pages: Sequence[Sequence[str]],
    *,
    font: str = FONT,
    size: tuple[float, float] = A4,
    table: Sequence[Sequence[str]] | None = None,
    rotate: int = 0,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """A text PDF: one list of lines a page; ``table`` is ruled and stands under the first page.

    ``rotate`` sets /Rotate of every page. ``font`` may name a standard font (not embedded).
    """

    def painter(index: int, lines: Sequence[str]) -> Callable[[Canvas], None]:
        def paint(canvas: Canvas) -> None:
            after = write_lines(canvas, lines, top=size[1] - MARGIN, font=font)
            if table is not None and index == 0:
                _draw_table(canvas, table, top=after)

        return paint

    data = draw(*(painter(i, p) for i, p in enumerate(pages)), size=size, metadata=metadata)
    return edit(data, rotate_pages(rotate)) if rotate else data


def edit(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The PDF after ``change`` has worked on it with pikepdf; deterministic id."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def rotate_pages(degrees: int) -> Callable[[pikepdf.Pdf], None]:
    """A change that sets /Rotate of every page."""

    def change(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            page.obj.Rotate = degrees

    return change


def cropped(data: bytes, box: tuple[float, float, float, float]) -> bytes:
    """The PDF with this CropBox (left, bottom, right, top) on every page."""

    def change(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            page.obj.CropBox = pikepdf.Array([*box])

    return edit(data, change)


def encrypted(data: bytes, *, user: str, owner: str) -> bytes:
    """The PDF under a password; an empty ``user`` leaves it open to read."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=user, owner=owner))
    return out.getvalue()


def picture_of_text(lines: Sequence[str], *, width: int = 900, height: int = 1270) -> Image.Image:
    """A grey picture of the lines, as a scanner would give it."""
    image = Image.new("L", (width, height), 250)
    font = ImageFont.truetype(str(data_path("fonts", "gongkai-sans.ttf")), 28)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((90, 100 + 44 * number), line, fill=20, font=font)
    return image


def scan(lines: Sequence[str], *, hidden_layer: Sequence[str] | None = None) -> bytes:
    """A page that is one picture; ``hidden_layer`` adds an invisible text layer over it."""

    def paint(canvas: Canvas) -> None:
        picture = ImageReader(picture_of_text(lines))
        canvas.drawImage(picture, 0, 0, width=A4_WIDTH, height=A4_HEIGHT)
        if hidden_layer is not None:
            _write_invisible(canvas, hidden_layer)

    return draw(paint)


def _write_invisible(canvas: Canvas, lines: Sequence[str], *, top: float = 700) -> None:
    text = canvas.beginText(MARGIN, top)
    text.setFont(FONT, FONT_SIZE)
    text.setTextRenderMode(3)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)


def with_invisible_text(visible: Sequence[str], invisible: Sequence[str]) -> bytes:
    """A page with plain lines and, below them, lines in render mode 3."""

    def paint(canvas: Canvas) -> None:
        write_lines(canvas, visible)
        _write_invisible(canvas, invisible, top=300)

    return draw(paint)


def with_white_text(visible: Sequence[str], white: Sequence[str]) -> bytes:
    """A page with plain lines and, below them, white lines on the white page."""

    def paint(canvas: Canvas) -> None:
        write_lines(canvas, visible)
        canvas.setFillColor(colors.white)
        write_lines(canvas, white, top=300)

    return draw(paint)


def with_picture(lines: Sequence[str], *, box: tuple[float, float, float, float]) -> bytes:
    """A page of text with a picture of text in ``box`` (x, y, width, height)."""

    def paint(canvas: Canvas) -> None:
        write_lines(canvas, lines)
        picture = ImageReader(picture_of_text(["图中文字"], width=400, height=300))
        canvas.drawImage(picture, box[0], box[1], width=box[2], height=box[3])

    return draw(paint)


def two_columns(left: Sequence[str], right: Sequence[str], *, by_rows: bool = False) -> bytes:
    """A page in two columns; ``by_rows`` draws them line by line across the gap."""

    def paint(canvas: Canvas) -> None:
        top = A4_HEIGHT - MARGIN
        if not by_rows:
            write_lines(canvas, left, size=12)
            write_lines(canvas, right, x=A4_WIDTH / 2 + 20, size=12)
            return
        for number in range(max(len(left), len(right))):
            y = top - LINE_HEIGHT * number
            for x, column in ((MARGIN, left), (A4_WIDTH / 2 + 20, right)):
                write_lines(canvas, column[number : number + 1], x=x, top=y, size=12)

    return draw(paint)


def with_outlines(lines: Sequence[str], *, count: int = 60) -> bytes:
    """A page with some text and a block of curved filled paths, as text turned to outlines is."""

    def paint(canvas: Canvas) -> None:
        write_lines(canvas, lines)
        for number in range(count):
            x, y = 72 + 14 * (number % 30), 300 - 16 * (number // 30)
            path = canvas.beginPath()
            path.moveTo(x, y)
            path.curveTo(x + 2, y + 9, x + 9, y + 9, x + 11, y)
            path.curveTo(x + 9, y - 4, x + 2, y - 4, x, y)
            canvas.drawPath(path, stroke=0, fill=1)

    return draw(paint)


def with_annotations(
    lines: Sequence[str],
    *,
    note: str | None = None,
    free_text: str | None = None,
    field: tuple[str, str] | None = None,
) -> bytes:
    """A page with a sticky note, a free text and a form field (name, value) as asked."""

    def change(pdf: pikepdf.Pdf) -> None:
        annotations = []
        page = pdf.pages[0]
        if note is not None:
            annotations.append(_annotation(pdf, "/Text", [400, 700, 420, 720], Contents=note))
        if free_text is not None:
            annotations.append(
                _annotation(
                    pdf, "/FreeText", [72, 200, 400, 230], Contents=free_text, DA="/Helv 12 Tf 0 g"
                )
            )
        if field is not None:
            widget = _annotation(pdf, "/Widget", [72, 150, 400, 180], T=field[0], V=field[1])
            widget.FT = pikepdf.Name.Tx
            annotations.append(widget)
            pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([widget]))
        page.obj.Annots = pikepdf.Array(annotations)

    return edit(make_pdf([lines]), change)


def _annotation(
    pdf: pikepdf.Pdf, subtype: str, rect: list[int], **strings: str
) -> pikepdf.Dictionary:
    annotation = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name(subtype),
        Rect=pikepdf.Array(rect),
        F=4,
    )
    for key, value in strings.items():
        annotation[f"/{key}"] = pikepdf.String(value)
    return pdf.make_indirect(annotation)


def with_attachment(lines: Sequence[str], *, filename: str, content: bytes) -> bytes:
    """A page of text with a file embedded in the PDF."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.attachments[filename] = pikepdf.AttachedFileSpec(pdf, content, filename=filename)

    return edit(make_pdf([lines]), change)


def with_custom_property(data: bytes, name: str, value: str) -> bytes:
    """The PDF with a custom entry in its Info dictionary (office programs write 密级 there)."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo[pikepdf.Name(f"/{name}")] = pikepdf.String(value)

    return edit(data, change)


def with_actual_text(shown: str, actual: str) -> bytes:
    """A page that draws ``shown`` inside marked content whose /ActualText says ``actual``."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        content = page.Contents.read_bytes()
        hidden = pikepdf.String(actual).unparse()
        page.Contents = pdf.make_stream(
            b"/Span <</ActualText " + hidden + b">> BDC\n" + content + b"\nEMC"
        )

    return edit(make_pdf([[shown]]), change)


def with_optional_content(visible: Sequence[str], off: Sequence[str]) -> bytes:
    """A page whose second block belongs to an optional-content group that is switched off."""
    shown = make_pdf([visible])
    hidden = draw(lambda canvas: write_lines(canvas, off, top=300) and None)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(shown)) as pdf, pikepdf.open(io.BytesIO(hidden)) as other:
        group = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("底层"))
        )
        form = pdf.copy_foreign(other.pages[0].as_form_xobject())
        form.OC = group
        page = pdf.pages[0]
        page.Resources.XObject = pikepdf.Dictionary(Off=form)
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\nq /Off Do Q")
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=pikepdf.Array([group]),
            D=pikepdf.Dictionary(OFF=pikepdf.Array([group]), Order=pikepdf.Array([group])),
        )
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def without_tounicode(lines: Sequence[str]) -> bytes:
    """A page whose embedded font has no map back to characters."""

    def change(pdf: pikepdf.Pdf) -> None:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                del item["/ToUnicode"]

    return edit(make_pdf([lines]), change)


def page_tree_loop() -> bytes:
    """A PDF whose page tree holds itself."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
    )


def many_kids(count: int) -> bytes:
    """A PDF that lists one empty page ``count`` times."""
    kids = b"3 0 R " * count
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[" + kids + b"]/Count " + str(count).encode() + b">>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
        b"trailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
    )


def blank_pages(count: int) -> bytes:
    """A PDF of ``count`` empty pages."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(count):
            pdf.add_blank_page(page_size=(100, 100))
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
