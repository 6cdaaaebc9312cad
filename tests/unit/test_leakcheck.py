"""A checker that finds nothing is worthless: every carrier is planted with a secret and found."""

from __future__ import annotations

import base64
import io
import random
import struct
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable

import openpyxl
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from reportlab.pdfgen.canvas import Canvas

from domain.documents import MediaType
from domain.publication import LeakReport, WrittenCopy
from pipelines.extraction.docx import extract
from pipelines.plans import strings_plan
from redaction.leakcheck.check import check, check_text
from redaction.leakcheck.needles import folded_text
from redaction.matching import fold
from redaction.writers.docx import write
from tests.makers import pdf
from tests.makers.attacks_docx import (
    ID_NUMBER,
    MOBILE,
    NAME,
    Package,
    drawing,
    paragraph,
    picture,
)

KEPT = "本机关决定给予罚款人民币贰万元的行政处罚。"
SECRETS = (NAME, MOBILE, ID_NUMBER)


def copy_of(data: bytes, kind: MediaType) -> WrittenCopy:
    return WrittenCopy(data=data, media_type=kind, extension="", method="rebuild")


def checked(data: bytes, kind: MediaType, *, kept: str = KEPT) -> LeakReport:
    return check(copy_of(data, kind), SECRETS, kept_text=kept)


# --- docx ---------------------------------------------------------------------------------------


def clean_docx() -> bytes:
    package = Package()
    package.parts["word/media/image1.png"] = picture("无")
    package.body = paragraph(KEPT) + paragraph(drawing(package.relate("image", "media/image1.png")))
    data = package.build()
    extracted = extract(data)
    return write(data, extracted, strings_plan(extracted, ())).data


def repacked(
    data: bytes,
    *,
    change: dict[str, Callable[[bytes], bytes]] | None = None,
    add: dict[str, bytes] | None = None,
    comment: bytes = b"",
    extra: bytes = b"",
) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            for part, edit in (change or {}).items():
                if part == name:
                    content = edit(content)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.extra = extra
            target.writestr(info, content, zipfile.ZIP_DEFLATED)
        for name, content in (add or {}).items():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
        target.comment = comment
    return out.getvalue()


def in_document(before: str, after: str) -> Callable[[bytes], bytes]:
    def plant(data: bytes) -> bytes:
        assert before.encode() in data
        return data.replace(before.encode(), after.encode(), 1)

    return plant


def in_picture(data: bytes) -> bytes:
    text = b"Comment\0" + MOBILE.encode()
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text
    return data[:33] + chunk + struct.pack(">I", zlib.crc32(b"tEXt" + text)) + data[33:]


def in_gap(data: bytes) -> bytes:
    return NAME.encode() + data


DOCUMENT = "word/document.xml"
SPLIT = f"<w:r><w:t>{NAME[0]}</w:t></w:r><w:r><w:t>{NAME[1:]}</w:t></w:r></w:p>"
WIDE = MOBILE.translate({c: c + 0xFEE0 for c in range(0x30, 0x3A)})
DOCX_PLANTS: dict[str, Callable[[bytes], bytes]] = {
    "split_runs": lambda d: repacked(d, change={DOCUMENT: in_document("</w:p>", SPLIT)}),
    "full_width": lambda d: repacked(d, change={DOCUMENT: in_document(KEPT, KEPT + WIDE)}),
    "spaced": lambda d: repacked(d, change={DOCUMENT: in_document(KEPT, KEPT + " ".join(MOBILE))}),
    "over_paragraphs": lambda d: repacked(
        d,
        change={
            DOCUMENT: in_document(
                "</w:p>",
                f"<w:r><w:t>{ID_NUMBER[:9]}</w:t></w:r></w:p>"
                f"<w:p><w:r><w:t>{ID_NUMBER[9:]}</w:t></w:r></w:p>",
            )
        },
    ),
    "xml_entity": lambda d: repacked(
        d,
        change={DOCUMENT: in_document(KEPT, KEPT + "".join(f"&#{ord(c)};" for c in NAME))},
    ),
    "attribute": lambda d: repacked(
        d, change={DOCUMENT: in_document('name=""', f'name="" descr="{NAME}"')}
    ),
    "number_in_attribute": lambda d: repacked(
        d, change={DOCUMENT: in_document('name=""', f'name="{MOBILE}"')}
    ),
    "xml_comment": lambda d: repacked(
        d, change={DOCUMENT: in_document("<w:body>", f"<w:body><!-- {NAME} -->")}
    ),
    "style_name": lambda d: repacked(
        d,
        change={
            "word/styles.xml": lambda c: c.replace(b"<w:styles", b"<w:styles", 1).replace(
                b"/>", f'><w:style><w:name w:val="{NAME}"/></w:style></w:styles>'.encode(), 1
            )
        },
    ),
    "settings": lambda d: repacked(
        d,
        change={"word/settings.xml": in_document("<w:compat>", f'<w:x w:val="{NAME}"/><w:compat>')},
    ),
    "relationship": lambda d: repacked(
        d,
        change={
            "word/_rels/document.xml.rels": in_document(
                "</Relationships>",
                f'<Relationship Id="rId99" Type="x" Target="mailto:{MOBILE}" '
                'TargetMode="External"/></Relationships>',
            )
        },
    ),
    "extra_part": lambda d: repacked(d, add={"customXml/item1.xml": b"<a/>"}),
    "part_name": lambda d: repacked(d, add={f"word/{NAME}.xml": b"<a/>"}),
    "core_properties": lambda d: repacked(d, add={"docProps/core.xml": b"<a/>"}),
    "archive_comment": lambda d: repacked(d, comment=NAME.encode()),
    "extra_field": lambda d: repacked(d, extra=b"\xfe\xca\x04\x00" + NAME.encode()[:4]),
    "before_archive": in_gap,
    "behind_archive": lambda d: d + NAME.encode("gb18030"),
    "picture_text": lambda d: repacked(d, change={"word/media/image1.png": in_picture}),
    "behind_picture": lambda d: repacked(
        d, change={"word/media/image1.png": lambda c: c + MOBILE.encode("utf-16-le")}
    ),
}


def test_a_clean_docx_is_clean() -> None:
    report = checked(clean_docx(), MediaType.DOCX)
    assert report.clean, (report.hits, report.problems)
    assert report.strings == 3


@pytest.mark.parametrize("plant", sorted(DOCX_PLANTS))
def test_a_secret_planted_in_a_docx_is_found(plant: str) -> None:
    planted = DOCX_PLANTS[plant](clean_docx())
    report = checked(planted, MediaType.DOCX)
    assert not report.clean


def test_bytes_that_are_no_docx_are_a_problem() -> None:
    for data in (b"", b"PK\x03\x04", clean_docx()[:-40]):
        report = checked(data, MediaType.DOCX)
        assert report.problems
        assert not report.clean


def test_a_format_without_readers_is_never_clean() -> None:
    assert not checked(b"anything", MediaType.OFD).clean


# --- html and text ------------------------------------------------------------------------------


def page(body: str, head: str = "") -> bytes:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head>'
        f"<body><p>{KEPT}</p>{body}</body></html>"
    ).encode()


HTML_PLANTS = {
    "text": f"<p>{NAME}</p>",
    "split": f"<p><b>{NAME[0]}</b><i>{NAME[1]}</i>{NAME[2]}</p>",
    "entities": "".join(f"&#x{ord(c):x};" for c in NAME),
    "comment": f"<!-- {MOBILE} -->",
    "attribute": f'<p title="{NAME}"></p>',
    "data_attribute": f'<p data-x="{MOBILE}"></p>',
    "script": f"<script>var a='{MOBILE}'</script>",
    "script_escapes": "<script>'" + "".join(f"\\u{ord(c):04x}" for c in NAME) + "'</script>",
    "template": f"<template>{NAME}</template>",
    "percent": f'<a href="/x?q={urllib.parse.quote(NAME)}">x</a>',
    "base64": f'<img src="data:x;base64,{base64.b64encode((NAME * 4).encode()).decode()}">',
    "zero_width": "<p>" + "\u200b".join(NAME) + "</p>",
    "full_width": f"<p>{WIDE}</p>",
    "hidden": f'<p style="display:none">{NAME}</p>',
}


def test_a_clean_page_is_clean() -> None:
    report = checked(page("<p title='个人隐私'>▇▇▇</p>"), MediaType.HTML)
    assert report.clean, (report.hits, report.problems)


@pytest.mark.parametrize("plant", sorted(HTML_PLANTS))
def test_a_secret_planted_in_a_page_is_found(plant: str) -> None:
    assert checked(page(HTML_PLANTS[plant]), MediaType.HTML).hits


def test_a_secret_in_a_title_is_found() -> None:
    assert checked(page("", f"<title>{NAME}案</title>"), MediaType.HTML).hits


def test_a_page_in_another_encoding_is_a_problem() -> None:
    assert checked(page("").decode().encode("gb18030"), MediaType.HTML).problems


@pytest.mark.parametrize("text", [NAME, " ".join(NAME), WIDE, f"{ID_NUMBER[:6]}-{ID_NUMBER[6:]}"])
def test_a_secret_in_plain_text_is_found(text: str) -> None:
    assert checked(f"{KEPT}\n{text}\n".encode(), MediaType.TXT).hits


# --- xlsx ---------------------------------------------------------------------------------------


def workbook(change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.active.append([KEPT, "12"])
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _hide(book: openpyxl.Workbook) -> None:
    book.create_sheet("表2").sheet_state = "hidden"


def _comment(book: openpyxl.Workbook) -> None:
    book.active["A1"].comment = Comment("批注", "人")


def _title(book: openpyxl.Workbook) -> None:
    book.active.title = NAME


def _creator(book: openpyxl.Workbook) -> None:
    book.properties.creator = NAME


def _cell(book: openpyxl.Workbook) -> None:
    book.active.append([int(MOBILE)])


def _formula(book: openpyxl.Workbook) -> None:
    book.active["B2"] = f'="{NAME}"'


def test_a_clean_workbook_is_clean() -> None:
    report = checked(workbook(), MediaType.XLSX)
    assert report.clean, (report.hits, report.problems)


@pytest.mark.parametrize("plant", [_hide, _comment, _title, _creator, _cell, _formula])
def test_a_secret_planted_in_a_workbook_is_found(
    plant: Callable[[openpyxl.Workbook], None],
) -> None:
    assert not checked(workbook(plant), MediaType.XLSX).clean


# --- pdf ----------------------------------------------------------------------------------------


def finished(data: bytes, change: Callable[[pikepdf.Pdf], None] | None = None) -> bytes:
    """The PDF saved the way finished copies are: one revision, compressed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        if change is not None:
            change(document)
        document.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
        )
    return out.getvalue()


def _boxed(canvas: Canvas) -> None:
    pdf.write_lines(canvas, [KEPT, NAME + MOBILE])
    canvas.rect(60, 600, 500, 160, fill=1)


def _scattered(canvas: Canvas) -> None:
    pdf.write_lines(canvas, [KEPT])
    places = [(100 + 9 * n, digit) for n, digit in enumerate(ID_NUMBER)]
    random.Random(7).shuffle(places)
    for x, digit in places:
        canvas.drawString(x, 500, digit)


def _upright(canvas: Canvas) -> None:
    pdf.write_lines(canvas, [KEPT])
    places = list(enumerate(ID_NUMBER))
    random.Random(9).shuffle(places)
    for n, digit in places:
        canvas.drawString(300, 600 - 15 * n, digit)


def _bookmarked(canvas: Canvas) -> None:
    pdf.write_lines(canvas, [KEPT])
    canvas.bookmarkPage("a")
    canvas.addOutlineEntry(NAME, "a")


def _extra_stream(content: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.Extra = document.make_stream(content)

    return change


def _named(document: pikepdf.Pdf) -> None:
    document.Root[f"/X{MOBILE}"] = pikepdf.Name.Yes


def _xmp(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as metadata:
        metadata["dc:title"] = NAME


def clean_pdf() -> bytes:
    return pdf.make_pdf([[KEPT]])


PDF_PLANTS: dict[str, Callable[[], bytes]] = {
    "black_box": lambda: finished(pdf.draw(_boxed)),
    "scattered_glyphs": lambda: finished(pdf.draw(_scattered)),
    "column_of_glyphs": lambda: finished(pdf.draw(_upright)),
    "invisible_text": lambda: finished(pdf.with_invisible_text([KEPT], [NAME])),
    "white_text": lambda: finished(pdf.with_white_text([KEPT], [MOBILE])),
    "hidden_layer": lambda: finished(pdf.with_optional_content([KEPT], [NAME])),
    "actual_text": lambda: finished(pdf.with_actual_text(KEPT, NAME)),
    "note": lambda: finished(pdf.with_annotations([KEPT], note=NAME)),
    "free_text": lambda: finished(pdf.with_annotations([KEPT], free_text=MOBILE)),
    "form_field": lambda: finished(pdf.with_annotations([KEPT], field=("电话", MOBILE))),
    "attachment": lambda: finished(
        pdf.with_attachment([KEPT], filename="a.txt", content=NAME.encode())
    ),
    "attachment_name": lambda: finished(
        pdf.with_attachment([KEPT], filename=f"{NAME}.txt", content=b"x")
    ),
    "zipped_attachment": lambda: finished(
        pdf.with_attachment(
            [KEPT], filename="a.docx", content=Package(body=paragraph(MOBILE)).build()
        )
    ),
    "info": lambda: finished(pdf.make_pdf([[KEPT]], metadata={"title": NAME})),
    "custom_info": lambda: finished(pdf.with_custom_property(clean_pdf(), "Phone", MOBILE)),
    "outline": lambda: finished(pdf.draw(_bookmarked)),
    "xmp": lambda: finished(clean_pdf(), _xmp),
    "name": lambda: finished(clean_pdf(), _named),
    "hex_string": lambda: finished(
        clean_pdf(), _extra_stream(b"<" + NAME.encode("utf-16-be").hex().encode() + b"> Tj")
    ),
    "octal_string": lambda: finished(
        clean_pdf(),
        _extra_stream(b"(" + b"".join(b"\\%03o" % c for c in MOBILE.encode()) + b") Tj"),
    ),
    "gb18030_stream": lambda: finished(clean_pdf(), _extra_stream(NAME.encode("gb18030"))),
    "deflated_twice": lambda: finished(clean_pdf(), _extra_stream(zlib.compress(NAME.encode()))),
    "old_revision": lambda: pdf.make_pdf([[NAME]]) + finished(clean_pdf()),
    "behind_end": lambda: finished(clean_pdf()) + NAME.encode(),
    "unused_object": lambda: finished(clean_pdf()).replace(
        b"startxref", b"% " + MOBILE.encode() + b"\nstartxref"
    ),
}


def test_a_clean_pdf_is_clean() -> None:
    report = checked(finished(clean_pdf()), MediaType.PDF)
    assert report.clean, (report.hits, report.problems)
    assert {"pdfium", "pdfminer", "objects", "fonts", "file"} <= set(report.readers)


@pytest.mark.parametrize("plant", sorted(PDF_PLANTS))
def test_a_secret_planted_in_a_pdf_is_found(plant: str) -> None:
    assert not checked(PDF_PLANTS[plant](), MediaType.PDF).clean


def _without_text(document: pikepdf.Pdf) -> None:
    """Cuts the second line's glyphs out of the page, as a naive redactor does: the font stays."""
    contents = document.pages[0].Contents
    shown = contents.read_bytes().split(b"Tj")
    document.pages[0].Contents = document.make_stream(shown[0] + b"Tj ET Q")


def test_a_rare_character_left_in_a_font_is_found() -> None:
    data = finished(pdf.make_pdf([[KEPT, NAME]]), _without_text)
    report = checked(data, MediaType.PDF)
    assert report.problems == ()
    assert {hit.reader for hit in report.hits} == {"fonts"}
    # once the text keeps each of its characters, the font tells nothing more
    kept = KEPT + "黄色样品案例"
    assert checked(data, MediaType.PDF, kept=kept).clean


def test_a_pdf_that_cannot_be_read_is_a_problem() -> None:
    for data in (b"", b"%PDF-1.7\n", finished(clean_pdf())[:-300], pdf.page_tree_loop()):
        report = checked(data, MediaType.PDF)
        assert report.problems
        assert not report.clean


# --- counting -----------------------------------------------------------------------------------


def test_a_string_may_stand_as_often_as_it_is_kept() -> None:
    kept = f"局长{NAME}签发"
    once = f"<p>局长{NAME}签发</p>"
    data = page(once).replace(KEPT.encode(), b"")
    assert check(copy_of(data, MediaType.HTML), SECRETS, kept_text=kept).clean
    twice = page(once + once).replace(KEPT.encode(), b"")
    assert check(copy_of(twice, MediaType.HTML), SECRETS, kept_text=kept).hits


def test_hits_name_the_secret_by_its_number_only() -> None:
    report = checked(page(f"<p>{MOBILE}</p>"), MediaType.HTML)
    assert {hit.mark_index for hit in report.hits} == {1}
    assert MOBILE not in repr(report)
    assert NAME not in repr(report)


def test_strings_of_one_character_prove_nothing() -> None:
    report = check(copy_of(page(""), MediaType.HTML), ("机", " ", ""), kept_text="")
    assert report.clean
    assert report.strings == 0


def test_words_of_the_format_are_no_leaks() -> None:
    words = ("center", "Normal", "Microsoft", "页眉", "2026")
    report = check(copy_of(clean_docx(), MediaType.DOCX), words, kept_text=KEPT)
    assert report.clean, report.hits


def test_a_title_is_checked_like_a_file() -> None:
    assert check_text(f"关于{NAME}的决定", SECRETS, kept_text="关于的决定") == (0,)
    assert check_text("关于黄某某的决定", SECRETS, kept_text="") == ()


@given(st.text(max_size=40))
def test_the_fast_folding_is_the_folding(text: str) -> None:
    assert folded_text(text) == fold(text).text


@given(st.binary(max_size=400))
def test_no_bytes_break_the_checker(data: bytes) -> None:
    for kind in (MediaType.DOCX, MediaType.HTML, MediaType.TXT, MediaType.XLSX):
        report = checked(data, kind)
        assert report.sha256
