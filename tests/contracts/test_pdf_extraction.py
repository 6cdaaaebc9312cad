"""What the PDF extractor promises: glyphs in step, nothing hidden in the text, nothing unread."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from domain.documents import UNPUBLISHED_KINDS, BlockKind, ExtractedText, MediaType
from domain.errors import EmptyFile, EncryptedFile, TooLarge, UnreadableFile
from domain.resources import data_path
from domain.spans import Rect
from pipelines.extraction.pdf import extract
from pipelines.extraction.pdf_carriers import MAX_PAGES
from pipelines.reading import read
from pipelines.sandbox import Sandbox, SandboxLimits
from tests.makers import pdf as make


def of_kind(extracted: ExtractedText, kind: BlockKind) -> list[str]:
    return [b.span.cut(extracted.text) for b in extracted.blocks if b.kind is kind]


def visible(extracted: ExtractedText) -> str:
    return "\n".join(
        b.span.cut(extracted.text) for b in extracted.blocks if b.kind not in UNPUBLISHED_KINDS
    )


def reasons(extracted: ExtractedText) -> list[str]:
    return [region.reason for region in extracted.unreadable]


def assert_sound(extracted: ExtractedText) -> None:
    """What holds for every extracted PDF."""
    assert len(extracted.glyphs) == len(extracted.text)
    for box in extracted.glyphs:
        if box is not None:
            page = extracted.pages[box.page_index]
            assert 0 <= box.x0 <= box.x1 <= page.width_pt + 0.01
            assert 0 <= box.top <= box.bottom <= page.height_pt + 0.01
    for before, after in pairwise(extracted.blocks):
        assert before.span.end <= after.span.start
    for region in extracted.unreadable:
        if region.rect is not None:
            page = extracted.pages[region.rect.page_index]
            assert region.rect.x1 <= page.width_pt + 0.01
            assert region.rect.bottom <= page.height_pt + 0.01
    replace(extracted)


MADE: dict[str, Callable[[], bytes]] = {
    "plain": lambda: make.make_pdf([["慈利县应急管理局文件", "第二行 ABC"], ["第二页"]]),
    "table": lambda: make.make_pdf([["表"]], table=[["姓名", "电话"], ["黄测试", "13900000001"]]),
    "turned": lambda: make.make_pdf([["慈利县", "次行"]], rotate=270),
    "cropped": lambda: make.cropped(make.make_pdf([["慈利县应急管理局"]]), (80, 400, 300, 800)),
    "invisible": lambda: make.with_invisible_text(["可见"], ["不可见"]),
    "picture": lambda: make.with_picture(["文字"], box=(-40, -40, 300, 200)),
    "scan": lambda: make.scan(["扫描"], hidden_layer=["隐藏层"]),
    "annotated": lambda: make.with_annotations(["正文"], note="便笺", free_text="批注"),
    "columns": lambda: make.two_columns(["左栏文字"] * 3, ["右栏文字"] * 3),
    "outlines": lambda: make.with_outlines(["文字"]),
    "shipped": lambda: data_path("samples", "lu-an-fa-2024-1.pdf").read_bytes(),
}


@pytest.mark.parametrize("name", MADE)
def test_glyphs_blocks_and_regions_are_sound(name: str) -> None:
    assert_sound(extract(MADE[name]()))


# -- text and its order ---------------------------------------------------------------------------


def test_lines_pages_and_their_blocks() -> None:
    extracted = extract(make.make_pdf([["慈利县应急管理局文件", "关于ABC 123的通知"], ["第二页"]]))
    assert extracted.text == "慈利县应急管理局文件\n关于ABC 123的通知\n第二页"
    assert [(b.kind, b.page_index) for b in extracted.blocks] == [
        (BlockKind.PAGE_TEXT, 0),
        (BlockKind.PAGE_TEXT, 0),
        (BlockKind.PAGE_TEXT, 1),
    ]
    assert extracted.unreadable == ()


def test_a_glyph_is_where_the_character_is_drawn() -> None:
    extracted = extract(make.make_pdf([["慈利县", "次行"]]))
    first, below = extracted.glyphs[0], extracted.glyphs[extracted.text.index("次")]
    assert first is not None
    assert below is not None
    assert (first.x0, first.top, first.x1) == pytest.approx((73, 74.5, 85.4), abs=1)
    assert 20 <= below.top - first.top <= 24
    assert extracted.glyphs[3] is None


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_reads_as_an_upright_one(degrees: int) -> None:
    lines = ["慈利县应急管理局", "第二行文字"]
    upright = extract(make.make_pdf([lines]))
    turned = extract(make.make_pdf([lines], rotate=degrees))
    assert turned.text == upright.text
    a, b = upright.glyphs[0], turned.glyphs[0]
    assert a is not None
    assert b is not None
    width, height = upright.pages[0].width_pt, upright.pages[0].height_pt
    moved = {
        90: (height - a.bottom, a.x0),
        180: (width - a.x1, height - a.bottom),
        270: (a.top, width - a.x1),
    }[degrees]
    assert (b.x0, b.top) == pytest.approx(moved, abs=0.01)


def test_landscape_text_drawn_sideways_reads_in_lines() -> None:
    def paint(canvas: Canvas) -> None:
        canvas.rotate(90)
        canvas.drawString(100, -100, "慈利县应急管理局第一行")
        canvas.drawString(100, -130, "第二行电话13900000001")

    data = make.edit(make.draw(paint), make.rotate_pages(90))
    for variant in (make.draw(paint), data):
        extracted = extract(variant)
        assert extracted.text == "慈利县应急管理局第一行\n第二行电话13900000001"
        assert_sound(extracted)


def test_a_crop_box_moves_the_origin_and_hides_what_it_cuts_off() -> None:
    whole = make.make_pdf([["慈利县应急管理局文件", "次行"]])
    extracted = extract(make.cropped(whole, (60, 740, 148, 800)))
    assert (extracted.pages[0].width_pt, extracted.pages[0].height_pt) == (88, 60)
    assert visible(extracted) == "慈利县应急"
    assert "".join(of_kind(extracted, BlockKind.HIDDEN)).replace("\n", "") == "管理局文件次行"
    glyph = extracted.glyphs[0]
    assert glyph is not None
    assert glyph.x0 == pytest.approx(72.5 - 60, abs=0.2)


def test_columns_are_not_merged() -> None:
    left = [f"左栏第{n}行的文字一直写到栏边" for n in range(8)]
    right = [f"右栏第{n}行的文字一直写到栏边" for n in range(8)]
    expected = "\n".join(left + right)
    assert extract(make.two_columns(left, right)).text == expected
    assert extract(make.two_columns(left, right, by_rows=True)).text == expected


def test_labels_and_values_side_by_side_stay_in_their_lines() -> None:
    labels = ["姓名：", "单位：", "电话：", "住址：", "职务："]
    values = ["黄测试", "测试公司", "13900000001", "测试路1号", "总经理"]
    extracted = extract(make.two_columns(labels, values, by_rows=True))
    assert extracted.text.splitlines() == [f"{a}\t{b}" for a, b in zip(labels, values, strict=True)]


def test_a_number_drawn_digit_by_digit_in_any_order_reads_as_one() -> None:
    digits = list(enumerate("430821190001010012"))
    random.Random(5).shuffle(digits)

    def paint(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "身份证号码如下")
        for place, digit in digits:
            canvas.drawString(72 + 8 * place, 670, digit)
        canvas.drawString(72, 640, "以上属实")

    assert "430821190001010012" in extract(make.draw(paint)).text


def test_characters_stacked_over_one_another_are_a_vertical_line() -> None:
    def paint(canvas: Canvas) -> None:
        for place, character in enumerate("慈利县应急管理局"):
            canvas.drawString(500, 700 - 18 * place, character)
        canvas.drawString(72, 500, "横排正文")

    assert extract(make.draw(paint)).text == "慈利县应急管理局\n横排正文"


def test_wide_set_headings_have_no_blanks_and_words_have() -> None:
    def paint(canvas: Canvas) -> None:
        for place, character in enumerate("湖南省应急管理厅"):
            canvas.drawString(72 + 22 * place, 700, character)
        canvas.drawString(72, 660, "GB/T")
        canvas.drawString(112, 660, "9704")

    assert extract(make.draw(paint)).text == "湖南省应急管理厅\nGB/T 9704"


def test_text_drawn_twice_to_look_bold_is_read_once() -> None:
    def paint(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "人人有责的通知")
        canvas.drawString(72.3, 700, "人人有责的通知")

    assert extract(make.draw(paint)).text == "人人有责的通知"


def test_page_numbers_are_footers_wherever_they_were_drawn() -> None:
    def paint(canvas: Canvas) -> None:
        canvas.drawString(280, 40, "— 1 —")
        make.write_lines(canvas, ["标题", "正文2026"])

    extracted = extract(make.draw(paint))
    assert extracted.text == "标题\n正文2026\n— 1 —"
    assert of_kind(extracted, BlockKind.FOOTER) == ["— 1 —"]


def test_small_lines_repeated_in_the_margin_are_running_heads_and_a_red_head_is_not() -> None:
    def paint(canvas: Canvas) -> None:
        make.write_lines(canvas, ["慈利县应急管理局文件"], top=830, size=22)
        make.write_lines(canvas, ["内部流转号 XZ-88"], top=800, size=9)
        make.write_lines(canvas, ["正文一行", "正文二行"])

    extracted = extract(make.draw(paint, paint))
    assert of_kind(extracted, BlockKind.HEADER) == ["内部流转号 XZ-88"] * 2
    assert of_kind(extract(make.draw(paint)), BlockKind.HEADER) == []
    assert "慈利县应急管理局文件" in of_kind(extracted, BlockKind.PAGE_TEXT)


def test_cells_of_a_ruled_table() -> None:
    rows = [["姓名", "身份证号", "住址"], ["黄测试", "430821190001010012", "测试路1号"]]
    extracted = extract(make.make_pdf([["处罚情况表"], ["次页"]], table=rows))
    assert extracted.text.splitlines() == ["处罚情况表", *("\t".join(row) for row in rows), "次页"]
    cells = [b for b in extracted.blocks if b.kind is BlockKind.TABLE_CELL]
    assert [(c.row, c.column) for c in cells] == [(r, c) for r in (0, 1) for c in (0, 1, 2)]
    assert {c.table for c in cells} == {0}


def test_a_number_broken_by_the_edge_of_its_cell_is_whole() -> None:
    def paint(canvas: Canvas) -> None:
        for x in (72, 200, 330):
            canvas.line(x, 600, x, 700)
        for y in (600, 660, 700):
            canvas.line(72, y, 330, y)
        canvas.setFont(make.FONT, 12)
        canvas.drawString(78, 675, "姓名")
        canvas.drawString(206, 675, "公民身份号码及住址")
        canvas.drawString(78, 640, "黄测试")
        canvas.drawString(206, 645, "43082119000101001")
        canvas.drawString(206, 629, "2")
        canvas.drawString(206, 610, "测试路")

    extracted = extract(make.draw(paint))
    assert of_kind(extracted, BlockKind.TABLE_CELL)[:3] == ["姓名", "公民身份号码及住址", "黄测试"]
    assert "430821190001010012" in extracted.text


# -- what nobody sees -----------------------------------------------------------------------------


def paint_under_a_black_box(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "姓名：黄测试，已作处理")
    canvas.rect(72 + 3 * 14 - 1, 695, 3 * 14 + 2, 20, fill=1)


def paint_tiny(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "姓名：，已作处理")
    canvas.setFont(make.FONT, 0.8)
    canvas.drawString(72, 600, "黄测试")


def paint_transparent(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "姓名：，已作处理")
    canvas.setFillAlpha(0)
    canvas.drawString(72, 600, "黄测试")


def paint_clipped(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "姓名：，已作处理")
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(0, 0, 50, 50)
    canvas.clipPath(path, stroke=0)
    canvas.drawString(72, 600, "黄测试")
    canvas.restoreState()


def paint_off_the_page(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "姓名：，已作处理")
    canvas.drawString(72, 900, "黄测试")


def paint_black_on_black(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "姓名：，已作处理")
    canvas.rect(60, 590, 200, 30, fill=1)
    canvas.drawString(72, 600, "黄测试")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(make.draw(paint_under_a_black_box), id="under a black box"),
        pytest.param(make.draw(paint_tiny), id="too small"),
        pytest.param(make.draw(paint_transparent), id="transparent"),
        pytest.param(make.draw(paint_clipped), id="clipped away"),
        pytest.param(make.draw(paint_off_the_page), id="off the page"),
        pytest.param(make.draw(paint_black_on_black), id="black on black"),
        pytest.param(
            make.with_invisible_text(["姓名：，已作处理"], ["黄测试"]), id="render mode 3"
        ),
        pytest.param(make.with_white_text(["姓名：，已作处理"], ["黄测试"]), id="white on white"),
        pytest.param(make.with_optional_content(["姓名：，已作处理"], ["黄测试"]), id="layer off"),
        pytest.param(make.with_actual_text("姓名：，已作处理", "黄测试"), id="ActualText"),
    ],
)
def test_hidden_text_stands_in_the_annex_only(data: bytes) -> None:
    extracted = extract(data)
    assert visible(extracted).replace(" ", "").replace("\t", "") == "姓名：，已作处理"
    assert of_kind(extracted, BlockKind.HIDDEN) == ["黄测试"]
    assert all(extracted.text.index("黄测试") >= s.start for s in extracted.hidden_spans[:1])
    assert_sound(extracted)


def test_light_but_readable_text_and_text_on_colored_ground_are_visible() -> None:
    def paint(canvas: Canvas) -> None:
        canvas.setFillColor(colors.HexColor("#C8C8C8"))
        canvas.drawString(72, 700, "浅灰文字。，一")
        canvas.setFillColor(colors.HexColor("#B00000"))
        canvas.rect(60, 590, 300, 30, fill=1, stroke=0)
        canvas.setFillColor(colors.white)
        canvas.drawString(72, 600, "红底白字-1.2。■")

    extracted = extract(make.draw(paint))
    assert extracted.text == "浅灰文字。，一\n红底白字-1.2。■"


def test_a_see_through_picture_over_the_page_hides_nothing() -> None:
    watermark = Image.new("RGBA", (200, 280), (255, 0, 0, 0))
    watermark.paste((255, 0, 0, 60), (80, 100, 120, 140))

    def paint(canvas: Canvas) -> None:
        make.write_lines(canvas, ["盖有水印的正文"])
        picture = ImageReader(watermark)
        canvas.drawImage(picture, 0, 0, make.A4_WIDTH, make.A4_HEIGHT, mask="auto")

    extracted = extract(make.draw(paint))
    assert visible(extracted) == "盖有水印的正文"
    assert reasons(extracted) == ["picture"]


# -- what nobody can read -------------------------------------------------------------------------


def test_a_picture_is_a_region_of_its_size_and_place() -> None:
    extracted = extract(make.with_picture(["文字"], box=(100, 100, 200, 150)))
    (region,) = extracted.unreadable
    assert region.reason == "picture"
    assert region.rect is not None
    height = extracted.pages[0].height_pt
    assert region.rect.x0 == pytest.approx(100, abs=0.5)
    assert region.rect.bottom == pytest.approx(height - 100, abs=0.5)
    assert visible(extracted) == "文字"


def whole_page(extracted: ExtractedText) -> Rect:
    page = extracted.pages[0]
    return Rect(page_index=0, x0=0, top=0, x1=page.width_pt, bottom=page.height_pt)


def test_a_page_without_text_is_unreadable_never_empty() -> None:
    for data in (make.scan(["扫描件"]), make.draw(lambda canvas: None)):
        extracted = extract(data)
        assert extracted.text == ""
        assert reasons(extracted) == ["page_without_text"]
        assert extracted.unreadable[0].rect == whole_page(extracted)


def test_one_scanned_page_among_others_is_named() -> None:
    def paint(canvas: Canvas) -> None:
        picture = ImageReader(make.picture_of_text(["扫描"]))
        canvas.drawImage(picture, 0, 0, width=make.A4_WIDTH, height=make.A4_HEIGHT)

    def text(canvas: Canvas) -> None:
        make.write_lines(canvas, ["有字的一页"])

    extracted = extract(make.draw(text, paint, text))
    assert extracted.text == "有字的一页\n\n有字的一页"
    assert [(r.reason, r.rect and r.rect.page_index) for r in extracted.unreadable] == [
        ("page_without_text", 1)
    ]


@pytest.mark.parametrize("below", [False, True])
def test_the_text_layer_of_a_scan_is_a_hint_and_the_page_is_unreadable(below: bool) -> None:
    def paint(canvas: Canvas) -> None:
        if below:
            make.write_lines(canvas, ["秘密★5年", "正文"])
        picture = ImageReader(make.picture_of_text(["公开件"]))
        canvas.drawImage(picture, 0, 0, width=make.A4_WIDTH, height=make.A4_HEIGHT)

    data = make.draw(paint) if below else make.scan(["公开件"], hidden_layer=["秘密★5年", "正文"])
    extracted = extract(data)
    assert visible(extracted) == ""
    assert of_kind(extracted, BlockKind.HIDDEN) == ["秘密★5年", "正文"]
    assert reasons(extracted) == ["scan_with_text_layer"]
    assert extracted.unreadable[0].rect == whole_page(extracted)


def test_a_font_without_a_way_back_to_characters_makes_the_page_unreadable() -> None:
    extracted = extract(make.without_tounicode(["慈利县应急管理局"]))
    assert reasons(extracted) == ["no_tounicode"]
    assert extracted.unreadable[0].rect == whole_page(extracted)


def test_outlines_that_may_be_letters_are_a_region_and_rules_are_not() -> None:
    (region,) = extract(make.with_outlines(["文字"])).unreadable
    assert region.reason == "outlines"
    assert region.rect is not None
    assert region.rect.x1 - region.rect.x0 < 500

    def rules(canvas: Canvas) -> None:
        make.write_lines(canvas, ["红头文件"])
        canvas.setStrokeColor(colors.red)
        canvas.line(72, 700, 520, 700)
        canvas.roundRect(72, 500, 100, 40, 6)
        canvas.circle(300, 400, 60)

    assert extract(make.draw(rules)).unreadable == ()


# -- beside the pages -----------------------------------------------------------------------------


def test_annotations_and_form_values_are_comments_and_what_shows_is_a_region() -> None:
    data = make.with_annotations(
        ["正文"], note="便笺：此人已请托", free_text="页边批注", field=("姓名", "黄测试")
    )
    extracted = extract(data)
    assert visible(extracted) == "正文"
    assert of_kind(extracted, BlockKind.COMMENT) == [
        "便笺：此人已请托",
        "页边批注",
        "姓名",
        "黄测试",
    ]
    assert reasons(extracted) == ["annotation", "annotation"]


def test_properties_are_metadata() -> None:
    data = make.make_pdf([["正文"]], metadata={"author": "王打字", "title": "内部稿"})
    extracted = extract(make.with_custom_property(data, "密级", "秘密"))
    assert set(of_kind(extracted, BlockKind.METADATA)) == {
        "Author=王打字",
        "Title=内部稿",
        "密级=秘密",
    }
    assert extract(make.make_pdf([["正文"]])).text == "正文"


def test_an_attachment_is_named_and_unreadable() -> None:
    extracted = extract(make.with_attachment(["正文"], filename="名单.xlsx", content=b"x"))
    assert of_kind(extracted, BlockKind.METADATA) == ["Attachment=名单.xlsx"]
    assert [(r.reason, r.rect) for r in extracted.unreadable] == [("attachment", None)]


def test_actual_text_in_a_form_and_in_named_properties_is_taken_out() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        form = page.as_form_xobject()
        content = form.read_bytes()
        form.write(b"/Span <</Actual#54ext (FORM)>> BDC\n" + content + b"\nEMC")
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(F=form),
            Font=page.Resources.Font,
            Properties=pikepdf.Dictionary(P=pikepdf.Dictionary(ActualText=pikepdf.String("NAMED"))),
        )
        page.Contents = pdf.make_stream(b"/Span /P BDC /F Do EMC")

    extracted = extract(make.edit(make.make_pdf([["黄测试"]]), change))
    assert visible(extracted) == "黄测试"
    assert set(of_kind(extracted, BlockKind.HIDDEN)) == {"FORM", "NAMED"}


# -- bad files ------------------------------------------------------------------------------------


def test_bad_files_are_refused_by_kind() -> None:
    good = make.make_pdf([["正文"], ["第二页"]])
    with pytest.raises(EmptyFile):
        extract(b"")
    with pytest.raises(EncryptedFile):
        extract(make.encrypted(good, user="口令".encode().hex(), owner="x"))
    for bad in (
        good[: len(good) // 2],
        good[:-200],
        b"%PDF-1.7\n%%EOF\n",
        b"not a pdf %%EOF",
        make.page_tree_loop(),
        make.many_kids(50),
    ):
        with pytest.raises(UnreadableFile):
            extract(bad)
    with pytest.raises(TooLarge):
        extract(make.blank_pages(MAX_PAGES + 1))


def test_an_owner_password_alone_does_not_keep_a_reader_out() -> None:
    data = make.encrypted(make.make_pdf([["正文"]]), user="", owner="secret")
    assert extract(data).text == "正文"


def test_errors_carry_no_text_of_the_file() -> None:
    with pytest.raises(UnreadableFile) as caught:
        extract(b"%PDF-1.4 TOPSECRET %%EOF")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert str(caught.value) == "unparseable"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxLimits(cpu_seconds=4, wall_seconds=20)) as box:
        yield box


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_damaged_files_are_read_soundly_or_refused(
    sandbox: Sandbox, damage: list[tuple[float, int]]
) -> None:
    data = bytearray(make.make_pdf([["正文"]], table=[["甲", "乙"], ["丙", "丁"]]))
    for place, value in damage:
        data[int(place * (len(data) - 1))] = value
    try:
        # pdfium may abort the process on damage: only the sandbox may see it
        result = read(sandbox, bytes(data), filename="损坏.pdf")
    except UnreadableFile:
        return
    if result.extracted is not None and result.extracted.media_type is MediaType.PDF:
        assert_sound(result.extracted)


def flate_bomb() -> bytes:
    """A page whose content inflates from a few kilobytes to half a gigabyte."""
    packer = zlib.compressobj(1)
    block = b" " * 4_000_000
    packed = b"".join(packer.compress(block) for _ in range(128)) + packer.flush()
    twice = zlib.compress(packed, 9)
    head = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R>>endobj\n"
    )
    stream = (
        b"4 0 obj<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % len(twice)
        + twice
        + b"\nendstream endobj\n"
    )
    return head + stream + b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n0\n%%EOF\n"


def nested_forms(names: list[tuple[str, str]]) -> bytes:
    """A page that draws form F0; each form named first draws the one named second twice."""

    def change(pdf: pikepdf.Pdf) -> None:
        forms = {
            name: pdf.make_stream(
                f"/{drawn} Do /{drawn} Do".encode() if drawn else b"",
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Form,
                BBox=pikepdf.Array([0, 0, 100, 100]),
            )
            for name, drawn in names
        }
        shared = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary({f"/{name}": form for name, form in forms.items()}),
            Font=pdf.pages[0].Resources.Font,
        )
        for form in forms.values():
            form.Resources = shared
        page = pdf.pages[0]
        page.obj.Resources = shared
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n/F0 Do")

    return make.edit(make.make_pdf([["正文"]]), change)


def test_forms_that_never_end_are_refused_before_they_are_drawn() -> None:
    with pytest.raises(UnreadableFile):
        extract(nested_forms([("F0", "F0")]))
    with pytest.raises(UnreadableFile):
        extract(nested_forms([("F0", "F1"), ("F1", "F0")]))
    with pytest.raises(UnreadableFile):
        extract(nested_forms([(f"F{n}", f"F{n + 1}") for n in range(30)] + [("F30", "")]))
    # a form that only lists itself among shared resources is as harmless as it is common
    assert extract(nested_forms([("F0", "F1"), ("F1", "")])).text == "正文"


def deep_array() -> bytes:
    """An annotation array nested a hundred thousand deep."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Annots "
        + b"[" * 100_000
        + b"]" * 100_000
        + b">>endobj\ntrailer<</Root 1 0 R/Size 4>>\nstartxref\n0\n%%EOF\n"
    )


@pytest.mark.parametrize("bomb", [flate_bomb, deep_array])
def test_bombs_end_in_a_refusal_or_an_unreadable_page(
    sandbox: Sandbox, bomb: Callable[[], bytes]
) -> None:
    try:
        result = read(sandbox, bomb(), filename="炸弹.pdf")
    except UnreadableFile:
        return
    assert result.extracted is not None
    assert reasons(result.extracted) == ["page_without_text"]


def test_the_shipped_red_head_notice_reads_like_its_print() -> None:
    extracted = extract(data_path("samples", "lu-an-fa-2024-1.pdf").read_bytes())
    text = visible(extracted)
    assert "鲁安发〔2024〕1号\n" in text
    assert "关于切实做好消防安全防控工作的紧急通知\n各市人民政府，" in text
    assert extracted.text.index("山东省人民政府安全生产委员会") == 0
    assert len(extracted.pages) == 4
    assert of_kind(extracted, BlockKind.FOOTER) == [f"— {n} —" for n in (1, 2, 3, 4)]


def test_the_measured_document_agrees_with_its_ground_truth() -> None:
    """At least 99 % of the characters of the public sample, white space and page numbers aside."""
    folder = data_path("corpora", "govdoc_cn_sample")
    extracted = extract((folder / "397.pdf").read_bytes())
    read_text = "".join("".join(of_kind(extracted, BlockKind.PAGE_TEXT)).split())
    truth = "".join((folder / "397.txt").read_text(encoding="utf-8").split())
    matcher = SequenceMatcher(None, read_text, truth, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    assert same >= 0.99 * max(len(read_text), len(truth))
