"""Boxes of a span: one a line, none where nothing was drawn."""

from __future__ import annotations

from domain.documents import ExtractedText, MediaType
from domain.spans import Rect, TextSpan
from pipelines.extraction.pdf import extract
from pipelines.geometry import boxes
from tests.makers.pdf import make_pdf


def place(text: ExtractedText, quoted: str) -> TextSpan:
    start = text.text.index(quoted)
    return TextSpan(start=start, end=start + len(quoted))


def test_a_span_on_one_line_has_one_box_around_its_glyphs() -> None:
    extracted = extract(make_pdf([["联系人：黄测试，电话13900000001。"]]))
    (box,) = boxes(extracted, place(extracted, "13900000001"))
    # eleven figures at 14 points, on the first line under a margin of 72
    assert 72 < box.top < box.bottom < 72 + 22
    assert 60 < box.x1 - box.x0 < 110


def test_a_span_over_a_line_end_and_a_page_end_has_a_box_for_each_line() -> None:
    extracted = extract(make_pdf([["住慈利县零阳街道测试", "小区3栋402室"], ["次页"]]))
    found = boxes(extracted, place(extracted, "测试\n小区3栋402室\n次"))
    assert [box.page_index for box in found] == [0, 0, 1]
    assert found[0].bottom < found[1].top
    assert found[1].x0 < found[0].x0


def test_columns_of_a_table_row_are_not_bridged() -> None:
    rows = [["姓名", "单位"], ["黄测试", "测试公司"]]
    extracted = extract(make_pdf([["名单"]], table=rows))
    found = boxes(extracted, place(extracted, "黄测试\t测试公司"))
    assert len(found) == 2
    assert found[0].x1 + 20 < found[1].x0


def test_text_of_a_turned_page_lies_along_it() -> None:
    extracted = extract(make_pdf([["慈利县应急管理局"]], rotate=90))
    (box,) = boxes(extracted, place(extracted, "慈利县应急管理局"))
    assert box.bottom - box.top > 80
    assert box.x1 - box.x0 < 20


def test_formats_without_pages_and_undrawn_characters_have_none() -> None:
    span = TextSpan(start=0, end=1)
    assert boxes(ExtractedText(text="甲", media_type=MediaType.TXT), span) == ()
    drawn = Rect(page_index=0, x0=1, top=1, x1=2, bottom=2)
    text = ExtractedText(text="\n甲", media_type=MediaType.PDF, glyphs=(None, drawn))
    assert boxes(text, span) == ()
    assert boxes(text, TextSpan(start=0, end=2)) == (drawn,)
