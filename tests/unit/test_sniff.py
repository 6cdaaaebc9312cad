"""What a file is: by content, with the name only exposing a false claim."""

from __future__ import annotations

import pytest

from domain.documents import MediaType
from domain.errors import EmptyFile, EncryptedFile, UnreadableFile, UnsupportedFormat
from pipelines.extraction import text
from pipelines.extraction.dispatch import extract
from pipelines.extraction.sniff import OLE_MAGIC, sniff
from tests.makers.docx import make_docx, p, tiny_png, zipped
from tests.makers.office import locked_docx, make_ole, make_xlsx, tiny_ofd
from tests.makers.pdf import make_pdf
from tests.makers.text import LETTER, encoded, page


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (make_docx(p("通知")), "通知.docx", MediaType.DOCX),
        (make_docx(p("通知")), "通知.doc", MediaType.DOCX),
        (make_docx(p("通知")), "通知.txt", MediaType.DOCX),
        (make_xlsx({"一": [["a"]]}), "台账", MediaType.XLSX),
        (make_pdf([["通知"]]), "通知.docx", MediaType.PDF),
        (b"\r\n" + make_pdf([["notice"]]), "a", MediaType.PDF),
        (page("<p>通知</p>"), "通知.txt", MediaType.HTML),
        ("<p>通知</p>".encode(), "a.html", MediaType.HTML),
        ("<p>三级标题的写法</p>".encode(), "a.txt", MediaType.TXT),
        (encoded("<!DOCTYPE html><p>通知", "utf-16-le"), "a.html", MediaType.HTML),
        (encoded(LETTER, "gb18030"), "a.txt", MediaType.TXT),
        (encoded(LETTER, "utf-8"), "没有扩展名", MediaType.TXT),
        (b"   ", "a.txt", MediaType.TXT),
        (make_ole("WordDocument"), "旧.doc", MediaType.DOC),
        (make_ole("Workbook"), "旧.xls", MediaType.UNKNOWN),
        (tiny_ofd(), "a.ofd", MediaType.OFD),
        (tiny_png(), "a.pdf", MediaType.IMAGE),
        (zipped({"a.txt": "x"}), "a.zip", MediaType.UNKNOWN),
        (b"{\\rtf1 x}", "a.doc", MediaType.UNKNOWN),
    ],
)
def test_content_decides(data: bytes, name: str, kind: MediaType) -> None:
    assert sniff(data, name) is kind


@pytest.mark.parametrize(
    ("data", "name", "error", "code"),
    [
        (b"", "空.pdf", EmptyFile, "empty_file"),
        (locked_docx(), "预案.docx", EncryptedFile, "encrypted"),
        ("这不是 Word 文件".encode(), "旧.doc", UnreadableFile, "unparseable"),
        (b"\x00\x01\x02garbage\xff" * 40, "旧.doc", UnreadableFile, "not_text"),
        (OLE_MAGIC + bytes(600), "旧.doc", UnreadableFile, "unparseable"),
        (make_ole("SomethingElse"), "旧.doc", UnreadableFile, "unparseable"),
        (make_docx(p("x"))[:700], "a.docx", UnreadableFile, "unparseable"),
        (zipped({"a.txt": "x"}), "a.docx", UnreadableFile, "unparseable"),
        ("值班表".encode() + b"\x00\x01\xff", "a.txt", UnreadableFile, "not_text"),
        (bytes(range(128, 256)) * 4, "a.txt", UnreadableFile, "not_text"),
        (make_ole("WordDocument"), "旧.doc", UnsupportedFormat, "unsupported_format"),
        (tiny_png(), "扫描.png", UnsupportedFormat, "unsupported_format"),
        (tiny_ofd(), "a.ofd", UnsupportedFormat, "unsupported_format"),
        (b"<?xml version='1.0'?><w:wordDocument/>", "a.xml", UnsupportedFormat, None),
    ],
)
def test_refusals_are_named(
    data: bytes, name: str, error: type[UnreadableFile], code: str | None
) -> None:
    with pytest.raises(error) as caught:
        extract(data, name)
    assert code is None or caught.value.code == code
    assert type(caught.value) is error


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "gb18030"])
def test_text_is_exactly_the_decoded_file(encoding: str) -> None:
    extracted = text.extract(encoded(LETTER, encoding))
    assert extracted.text == LETTER
    assert extracted.encoding == encoding.removesuffix("-sig")


def test_rare_names_in_gb18030_are_text() -> None:
    names = "拟录用人员公示：李㛃、王䶮、赵𬱖、孙堃、周犇、吴骉。公示期间如有异议，请反映。"
    assert text.extract(encoded(names, "gb18030")).text == names


def test_a_stray_printer_code_does_not_spoil_a_text() -> None:
    content = "通知\x0c" + "关于值班的通知。" * 200 + "\x1b"
    assert text.extract(content.encode()).text == content
