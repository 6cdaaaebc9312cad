"""PDFs that hide a secret where a careless redactor leaves it.

Every maker draws the same page of kept lines and puts the secrets in one more carrier. The persons
are invented; the number has a birth year that nobody alive has.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from tests.makers.pdf import (
    cropped,
    edit,
    encrypted,
    make_pdf,
    rotate_pages,
    with_actual_text,
    with_annotations,
    with_attachment,
    with_invisible_text,
    with_optional_content,
    with_picture,
    with_white_text,
)
from tests.makers.pdf_fonts import MadeFont, cid_truetype, in_font

NAME = "赵祎喆"
NUMBER = "110101190001011234"
SECRETS = (NAME, NUMBER)
LINES = (
    "行政许可决定书",
    f"申请人{NAME}，身份证号{NUMBER}，住本县。",
    "经审查，申请材料齐全，符合法定条件，决定准予许可。",
    "如不服本决定，可依法申请行政复议。",
)
KEPT_LINE = LINES[1].replace(NAME, "").replace(NUMBER, "")
KEPT = "".join(LINES).replace(NAME, "").replace(NUMBER, "")

CORRECTED = "".join(LINES).replace(NAME, "某某").replace(NUMBER, "")


@dataclass(frozen=True)
class Attack:
    """A file with its secrets; ``method`` is what the copy must be made by, or None for any."""

    data: bytes
    secrets: tuple[str, ...] = SECRETS
    kept: str = KEPT
    method: str | None = "vector"


def page_of(
    content: Callable[[MadeFont], bytes],
    *,
    text: str = "".join(LINES),
    change: Callable[[Pdf, Any], None] | None = None,
    pages: int = 1,
) -> bytes:
    """Pages that all run ``content`` with /F1, a TrueType font of the characters of ``text``.

    ``change`` may work on the first page.
    """
    pdf = Pdf.new()
    font = cid_truetype(pdf, list(dict.fromkeys(text)))
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[-1].obj
        page.Resources = Dictionary(Font=Dictionary(F1=font.reference))
        page.Contents = pdf.make_stream(content(font))
    if change is not None:
        change(pdf, pdf.pages[0].obj)
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def lines_in(font: MadeFont, *, top: float = 760) -> bytes:
    """Operators that draw LINES."""
    shown = b" T* ".join(font.encode(line) + b" Tj" for line in LINES)
    return b"BT /F1 14 Tf 24 TL 72 %f Td " % top + shown + b" ET\n"


def _in_glyph_moves(font: MadeFont) -> bytes:
    """Each glyph of each line with its own kerning."""
    out = b"BT /F1 14 Tf 24 TL 0.3 Tc 72 760 Td "
    for line in LINES:
        pieces = b" ".join(
            font.encode(char) + b" %d" % (-7 * (at % 5)) for at, char in enumerate(line)
        )
        out += b"[" + pieces + b"] TJ T* "
    return out + b"ET"


def _scattered(font: MadeFont) -> bytes:
    """Every glyph in a text object of its own, drawn in an order that is nobody's."""
    placed = [
        (72 + 14.5 * column, 760 - 24 * row, char)
        for row, line in enumerate(LINES)
        for column, char in enumerate(line)
    ]
    placed.sort(key=lambda item: zlib.crc32(repr(item).encode()))
    return b"".join(
        b"BT /F1 14 Tf 1 0 0 1 %f %f Tm " % (x, y) + font.encode(char) + b" Tj ET\n"
        for x, y, char in placed
    )


def _twice(font: MadeFont) -> bytes:
    """Bold by drawing everything again a little beside."""
    return lines_in(font) + b"q 1 0 0 1 0.3 0 cm " + lines_in(font) + b" Q"


def _under_a_box(font: MadeFont) -> bytes:
    """Somebody's earlier redaction: a black box over live text."""
    note = (
        b"BT /F1 14 Tf 72 400 Td " + font.encode(f"申请人{NAME}") + b" Tj ET 0 g 70 395 120 22 re f"
    )
    return lines_in(font) + note


def _quoted(font: MadeFont) -> bytes:
    """Lines shown by ' and \", with word spacing and a rise."""
    out = b"BT /F1 14 Tf 24 TL 72 784 Td "
    for at, line in enumerate(LINES):
        shown = font.encode(line)
        out += shown + b" ' " if at % 2 else b"2 0.2 " + shown + b' " '
    return out + b"0 Ts ET"


def _upright(font: MadeFont) -> bytes:
    """A line turned by 90 degrees beside the others."""
    turned = b"BT /F1 14 Tf 0 1 -1 0 560 300 Tm " + font.encode(LINES[1]) + b" Tj ET"
    return lines_in(font) + turned


def _shared_form() -> bytes:
    """One form on two pages; the second page shows other lines beside it."""

    def content(font: MadeFont) -> bytes:
        return b"q /Fm0 Do Q BT /F1 14 Tf 72 300 Td " + font.encode(LINES[2]) + b" Tj ET"

    def change(pdf: Pdf, page: Any) -> None:
        font = page.Resources.Font.F1
        made = cid_truetype(pdf, list(dict.fromkeys("".join(LINES))))
        form = pdf.make_stream(lines_in(made))
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 842])
        form.Resources = Dictionary(Font=Dictionary(F1=made.reference))
        form.PieceInfo = Dictionary(Tool=Dictionary(Private=String(NAME)))
        for each in pdf.pages:
            each.obj.Resources = Dictionary(
                Font=Dictionary(F1=font), XObject=Dictionary(Fm0=pdf.make_indirect(form))
            )

    return page_of(content, change=change, pages=2)


def _around_the_page(pdf: Pdf) -> None:
    """Everything a catalogue and a page may carry beside the drawing."""
    secret = f"{NAME} {NUMBER}"
    pdf.docinfo["/Title"] = secret
    pdf.docinfo["/Custom"] = secret
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmp = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="{rdf}"><r:Description '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="{secret}"/></r:RDF></x:xmpmeta>'
    ).encode()
    pdf.Root.Metadata = pdf.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)
    script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{secret}')"))
    pdf.Root.OpenAction = script
    pdf.Root.Lang = String(secret)
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(P=String(secret))]))
    pdf.Root.PieceInfo = Dictionary(Tool=Dictionary(Private=String(secret)))
    pdf.Root.AF = Array([Dictionary(Desc=String(secret))])
    element = Dictionary(S=Name.P, Alt=String(secret), ActualText=String(secret))
    pdf.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot, K=Array([element]))
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(secret, 0))
    names = Array([String(secret), script])
    pdf.Root.Names = Dictionary(Dests=Dictionary(Names=names), JavaScript=Dictionary(Names=names))
    page = pdf.pages[0].obj
    page.PieceInfo = Dictionary(Tool=Dictionary(Private=String(secret)))
    page.Metadata = pdf.make_stream(xmp)
    page.AA = Dictionary(O=script)
    page.Thumb = pdf.make_stream(secret.encode())
    page.Resources.Properties = Dictionary(P0=Dictionary(Secret=String(secret)))
    old = page.Contents.read_bytes()
    hidden = String(secret).unparse()
    page.Contents = pdf.make_stream(
        b"% "
        + secret.encode()
        + b"\n/P /P0 BDC /Tag <</Alt "
        + hidden
        + b">> DP\n"
        + old
        + b"\nEMC"
    )


def _names_in_resources(pdf: Pdf) -> None:
    """Secrets in the names of resources and inside a font's descriptor."""
    page = pdf.pages[0].obj
    font = page.Resources.Font.F1
    named = "/" + NUMBER
    page.Resources.Font[named] = font
    descendant = font.DescendantFonts[0]
    for key in ("/FontName", "/FontFamily"):
        descendant.FontDescriptor[key] = String(NUMBER) if "Fam" in key else Name(named)
    font.BaseFont = descendant.BaseFont = Name(named)
    state = Dictionary({"/ca": 1, "/Note": String(NAME), "/Type": Name.ExtGState})
    page.Resources.ExtGState = Dictionary({named: state})
    page.Resources.ColorSpace = Dictionary(
        {named: Array([Name.ICCBased, pdf.make_stream(_profile(), N=3)])}
    )
    old = page.Contents.read_bytes().replace(b"/F1", named.encode())
    head = f"{named} gs {named} cs 0 0 0 sc\n".encode()
    page.Contents = pdf.make_stream(head + old)


def _profile() -> bytes:
    """An sRGB profile whose copyright is a secret."""
    from PIL import ImageCms

    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    words = b"text\0\0\0\0" + NUMBER.encode() + b"\0"
    count = struct.unpack(">I", data[128:132])[0]
    for number in range(count):
        at = 132 + 12 * number
        if data[at : at + 4] == b"cprt":
            data[at + 4 : at + 12] = struct.pack(">II", len(data), len(words))
    data += words + b"\0" * (-len(words) % 4)
    data[:4] = struct.pack(">I", len(data))
    return bytes(data)


def _old_revision() -> bytes:
    """A page corrected by an incremental update: the first revision still names the person."""
    corrected: list[bytes] = []

    def content(font: MadeFont) -> bytes:
        lines = b" T* ".join(font.encode(line.replace(NAME, "某某")) + b" Tj" for line in LINES)
        corrected.append(b"BT /F1 14 Tf 24 TL 72 760 Td " + lines + b" ET\n")
        return lines_in(font)

    before = page_of(content, text="".join(LINES) + "某")
    with pikepdf.open(io.BytesIO(before)) as pdf:
        number = pdf.pages[0].obj.Contents.objgen[0]
    update = b"%d 0 obj\n<</Length %d>>\nstream\n" % (number, len(corrected[0]))
    update += corrected[0] + b"\nendstream\nendobj\n"
    last = before.rindex(b"startxref")
    previous = int(before[last + 9 :].split()[0])
    trailer = before[before.rindex(b"trailer") : last].rstrip()[:-2]
    table = len(before) + len(update)
    update += b"xref\n%d 1\n%010d 00000 n \n" % (number, len(before)) + trailer
    return before + update + b"/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (previous, table)


def _inline_image(font: MadeFont) -> bytes:
    return lines_in(font) + b"q 40 0 0 40 72 300 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \0\xff\xff\0 EI Q"


def _image_under_a_mark() -> bytes:
    """A coloured picture behind the line that is to be masked."""

    def change(pdf: Pdf, page: Any) -> None:
        out = io.BytesIO()
        picture = Image.new("RGB", (60, 20), (200, 220, 255))
        exif = Image.Exif()
        exif[0x010E] = NUMBER
        picture.save(out, "JPEG", exif=exif)
        image = pdf.make_stream(out.getvalue(), Filter=Name.DCTDecode)
        image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 60, 20
        image.ColorSpace, image.BitsPerComponent = Name.DeviceRGB, 8
        page.Resources.XObject = Dictionary(Im0=image)

    def content(font: MadeFont) -> bytes:
        return b"q 480 0 0 24 60 728 cm /Im0 Do Q\n" + lines_in(font)

    return page_of(content, change=change)


def _type3_beside(font: MadeFont) -> bytes:
    return lines_in(font) + b"BT /T3 20 Tf 72 300 Td <41> Tj ET"


def _add_type3(pdf: Pdf, page: Any) -> None:
    glyph = pdf.make_stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    page.Resources.Font.T3 = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 750, 750]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary(sq=glyph),
        Encoding=Dictionary(Differences=Array([0x41, Name.sq])),
        FirstChar=0x41,
        LastChar=0x41,
        Widths=Array([1000]),
    )


def _shaded(font: MadeFont) -> bytes:
    return b"/Sh0 sh\n" + lines_in(font)


def _add_shading(pdf: Pdf, page: Any) -> None:
    page.Resources.Shading = Dictionary(
        Sh0=Dictionary(
            ShadingType=2,
            ColorSpace=Name.DeviceRGB,
            Coords=Array([0, 0, 595, 0]),
            Function=Dictionary(
                FunctionType=2,
                Domain=Array([0, 1]),
                C0=Array([1, 1, 1]),
                C1=Array([0.8, 0.9, 1]),
                N=1,
            ),
        )
    )


def _outlined_under_a_mark(font: MadeFont) -> bytes:
    """A curved figure where the name stands: it could be the name turned to outlines."""
    return lines_in(font) + b"120 736 m 125 750 140 750 150 738 c 140 730 130 730 120 736 c f"


def _off_page(font: MadeFont) -> bytes:
    far = b"BT /F1 14 Tf 700 400 Td " + font.encode(NAME + NUMBER) + b" Tj ET"
    return lines_in(font) + far


def _latin_standard() -> bytes:
    """A standard font that is not embedded: widths come from Adobe's tables."""
    lines = ["Applicant: Zhao Yizhe, AV To.", "Decision: granted in full."]
    return make_pdf([lines], font="Helvetica")


def attacks() -> Mapping[str, Attack]:
    """Every attack by the name of what it claims."""
    plain = make_pdf([list(LINES)])
    others = [LINES[0], *LINES[2:]]
    other_kept = "".join(others)
    return {
        "subset_font": Attack(plain),
        "cid_font": Attack(in_font("cid_truetype", LINES)),
        "cid_map": Attack(in_font("cid_truetype_mapped", LINES)),
        "cff_cid": Attack(in_font("cid_cff", LINES)),
        "opentype_cff": Attack(in_font("cid_opentype", LINES)),
        "type1": Attack(in_font("simple_type1", LINES)),
        "type1_differences": Attack(in_font("simple_type1_differences", LINES)),
        "type1c": Attack(in_font("simple_cff", LINES)),
        "kerned": Attack(page_of(_in_glyph_moves)),
        "scattered": Attack(page_of(_scattered)),
        "bold_by_repetition": Attack(page_of(_twice)),
        "under_a_box": Attack(page_of(_under_a_box), kept=KEPT),
        "quote_operators": Attack(page_of(_quoted)),
        "turned_line": Attack(page_of(_upright), kept=KEPT + KEPT_LINE),
        "shared_form": Attack(_shared_form(), kept=(KEPT + LINES[2]) * 2),
        "around_the_page": Attack(edit(plain, _around_the_page)),
        "names_and_profiles": Attack(edit(page_of(lines_in), _names_in_resources)),
        "old_revision": Attack(_old_revision(), kept=CORRECTED),
        "rotated_page": Attack(edit(plain, rotate_pages(90))),
        "upside_down": Attack(edit(plain, rotate_pages(180))),
        "cropped": Attack(cropped(plain, (40, 300, 560, 800))),
        "off_page": Attack(page_of(_off_page)),
        "owner_password": Attack(encrypted(plain, user="", owner="geheim")),
        "invisible_text": Attack(with_invisible_text(others, list(SECRETS)), kept=other_kept),
        "white_text": Attack(with_white_text(others, list(SECRETS)), kept=other_kept),
        "layer_off": Attack(with_optional_content(others, list(SECRETS)), kept=other_kept),
        "actual_text": Attack(with_actual_text(LINES[2], NAME + NUMBER), kept=LINES[2]),
        "annotations": Attack(
            with_annotations(list(LINES), note=NAME, free_text=NUMBER, field=(NAME, NUMBER))
        ),
        "attachment": Attack(
            with_attachment(list(LINES), filename=f"{NAME}.txt", content=NUMBER.encode())
        ),
        "picture": Attack(with_picture(list(LINES), box=(100, 300, 200, 150))),
        "inline_image": Attack(page_of(_inline_image), method="raster"),
        "image_under_mark": Attack(_image_under_a_mark(), method="raster"),
        "type3": Attack(page_of(_type3_beside, change=_add_type3), kept=KEPT, method="raster"),
        "shading": Attack(page_of(_shaded, change=_add_shading), method="raster"),
        "outline_under_mark": Attack(page_of(_outlined_under_a_mark), method="raster"),
        "standard_font": Attack(
            _latin_standard(),
            secrets=("Zhao Yizhe",),
            kept="Applicant:,AVTo.Decision:grantedinfull.",
        ),
    }
