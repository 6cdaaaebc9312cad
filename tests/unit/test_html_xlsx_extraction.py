"""What a reader sees of a web page or a workbook, and what is only in the file."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from domain.documents import BlockKind, ExtractedText
from domain.errors import TooLarge, UnreadableFile
from pipelines.extraction import html, xlsx
from tests.makers.docx import zipped
from tests.makers.office import make_xlsx
from tests.makers.text import encoded, page


def shown(extracted: ExtractedText) -> str:
    end = min((s.start for s in extracted.hidden_spans), default=len(extracted.text))
    return extracted.text[:end].rstrip("\n")


def texts(extracted: ExtractedText, kind: BlockKind) -> list[str]:
    return [b.span.cut(extracted.text) for b in extracted.blocks if b.kind is kind]


# -- web pages -------------------------------------------------------------------------------


def test_lines_are_those_of_the_page() -> None:
    got = html.extract(
        page("<h1>关于 值班\n 的通知</h1>  <p>各<b>乡镇</b>：</p><ul><li>一<li>二</ul>三<br>四")
    )
    assert shown(got) == "关于 值班 的通知\n各乡镇：\n一\n二\n三\n四"


def test_tables_of_a_page() -> None:
    got = html.extract(
        page(
            "<table><thead><tr><th>姓名<th>电话</thead>"
            "<tr><td><p>黄某</p><td><p>139</p><tr><td><td>空<td colspan=2>宽<td>末</table>后"
        )
    )
    assert shown(got) == "姓名\t电话\n黄某\t139\n\t空\t宽\t末\n后"
    places = [(b.row, b.column) for b in got.blocks if b.kind is BlockKind.TABLE_CELL]
    assert places == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (2, 2), (2, 4)]


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display: none'>藏</div>",
        "<span style='visibility:hidden'>藏</span>",
        "<p hidden>藏</p>",
        "<p style='font-size:0'>藏</p>",
        "<p style='opacity:0'>藏</p>",
        "<p style='position:absolute;left:-9999px'>藏</p>",
        "<p class='a gone'>藏</p>",
        "<p id=away>藏</p>",
        "<font color=white>藏</font>",
        "<span style='color:#fff'>藏</span>",
        "<template>藏</template>",
        "<noscript>藏</noscript>",
        "<input type=hidden value=藏>",
        "<input value=藏>",
        "<!--藏-->",
        "<div hidden><p><b>藏</b></p></div>",
    ],
)
def test_what_is_not_shown_goes_to_the_annex(hidden: str) -> None:
    style = "<style>.gone{display:none} #away, p.x {visibility: hidden}</style>"
    got = html.extract(page(f"<p>前</p>{hidden}<p>后</p>", head=style))
    assert shown(got) == "前\n后"
    assert texts(got, BlockKind.HIDDEN) == ["藏"]


@pytest.mark.parametrize(
    "seen",
    [
        "<p style='display:block'>字</p>",
        "<p style='font-size:0.8em'>字</p>",
        "<p style='opacity:0.9'>字</p>",
        "<div style='background:#c00'><p style='color:#fff'>字</p></div>",
        "<p class=gone2>字</p>",
        "<p style='color:red'>字</p>",
    ],
)
def test_near_misses_are_shown(seen: str) -> None:
    got = html.extract(page(seen, head="<style>.gone{display:none}</style>"))
    assert shown(got) == "字"


def test_scripts_and_styles_are_no_text_and_titles_are_properties() -> None:
    got = html.extract(
        page(
            "<p>文<script>var 密 = 1</script>字</p><style>p{}</style>",
            head="<title>页 题</title><meta name=author content=王打字>",
        )
    )
    assert shown(got) == "文字"
    assert texts(got, BlockKind.METADATA) == ["title=页 题", "author=王打字"]
    assert "密" not in got.text


def test_kept_space_and_no_break_space() -> None:
    got = html.extract(page("<pre>一  二\n  三\n</pre><p>四\u00a0五</p>"))
    assert shown(got) == "一  二\n  三\n四\u00a0五"


def test_pictures_and_frames_are_reported() -> None:
    got = html.extract(page("<img src=a><p>字</p><iframe src=b></iframe><img hidden src=c>"))
    assert [r.reason for r in got.unreadable] == ["picture", "embedded_document"]


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "gb18030"])
def test_encodings_of_a_page(charset: str) -> None:
    assert shown(html.extract(page("<p>值班通知</p>", charset=charset))) == "值班通知"


def test_undeclared_and_wrongly_declared_encodings() -> None:
    bare = "<html><body><p>值班通知</p></body></html>"
    assert shown(html.extract(bare.encode("gb18030"))) == "值班通知"
    assert shown(html.extract(encoded(bare, "utf-16-le"))) == "值班通知"
    lying = page("<p>值班通知</p>").decode().replace("utf-8", "gb2312").encode()
    assert "值班通知" in html.extract(lying).text or html.extract(lying).encoding == "gb18030"


def test_a_page_nested_too_deep_is_refused_and_not_cut() -> None:
    with pytest.raises(TooLarge):
        html.extract(page("<div>" * 1000 + "深" + "</div>" * 1000))
    assert "深" in html.extract(page("<div>" * 200 + "深" + "</div>" * 200)).text


def test_a_page_too_long_for_the_parser_is_refused_and_not_emptied() -> None:
    with pytest.raises(TooLarge):
        html.extract(page("<p>" + "文" * 4_000_000 + "</p>"))


def test_zero_bytes_inside_do_not_end_the_page() -> None:
    assert "后" in html.extract(page("<p>前\0</p><p>后</p>")).text


# -- workbooks -------------------------------------------------------------------------------


def test_sheets_rows_and_cells() -> None:
    got = xlsx.extract(
        make_xlsx({"名单": [["姓名", "电话"], ["黄某", 13900000001]], "二": [[None, None, "丙"]]})
    )
    assert shown(got) == "名单\n姓名\t电话\n黄某\t13900000001\n二\n\t\t丙"
    assert texts(got, BlockKind.SHEET_NAME) == ["名单", "二"]
    cell = next(b for b in got.blocks if b.span.cut(got.text) == "丙")
    assert (cell.part, cell.row, cell.column) == ("二", 0, 2)


def test_values_look_as_they_are_shown() -> None:
    def change(book: Any) -> None:
        sheet = book["一"]
        sheet["A1"].number_format = "0.0%"
        sheet["B1"].number_format = 'yyyy"年"m"月"d"日"'
        sheet["C1"].number_format = "yyyy-mm-dd"

    day = dt.datetime(2026, 4, 27)  # noqa: DTZ001
    row = [0.125, day, day, 3.0, 0.1 + 0.2, True, dt.time(8, 30), 1e-7]
    got = xlsx.extract(make_xlsx({"一": [row]}, change))
    assert shown(got).split("\n")[1].split("\t") == [
        "12.5%",
        "2026年4月27日",
        "2026-04-27",
        "3",
        "0.3",
        "TRUE",
        "08:30",
        "1e-07",
    ]


def test_hidden_sheets_rows_columns_and_letters() -> None:
    def change(book: Any) -> None:
        sheet = book["一"]
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet["A3"].font = Font(color="FFFFFFFF")
        sheet["B3"].font = Font(color="FFFFFFFF")
        sheet["B3"].fill = PatternFill("solid", fgColor="FF1F4E79")
        sheet["D3"].number_format = ";;;"
        book["藏"].sheet_state = "veryHidden"

    rows = [["甲", "乙", "藏列"], ["藏行"], ["白字", "白字深底", None, "无格式"]]
    got = xlsx.extract(make_xlsx({"一": rows, "藏": [["藏表字"]]}, change))
    assert shown(got) == "一\n甲\t乙\n\t白字深底"
    hidden = texts(got, BlockKind.HIDDEN)
    assert set(hidden) == {"藏列", "藏行", "白字", "无格式", "藏", "藏表字"}


def test_notes_properties_and_margins() -> None:
    def change(book: Any) -> None:
        book["一"]["A1"].comment = Comment("此人已请托", "李批注")
        book["一"].oddHeader.center.text = "内部资料"
        book.properties.creator = "王打字"

    got = xlsx.extract(make_xlsx({"一": [["甲"]]}, change))
    assert texts(got, BlockKind.COMMENT) == ["此人已请托"]
    assert texts(got, BlockKind.HEADER) == ["内部资料"]
    assert "creator=王打字" in texts(got, BlockKind.METADATA)


def test_formulas_show_their_value_and_an_uncalculated_one_is_reported() -> None:
    got = xlsx.extract(make_xlsx({"一": [[1, 2, "=A1+B1"]]}))
    assert shown(got) == "一\n1\t2"
    assert texts(got, BlockKind.HIDDEN) == ["=A1+B1"]
    assert [r.reason for r in got.unreadable] == ["formula_without_value"]


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    def change(book: Any) -> None:
        book["一"]["XFD1048576"] = "角"

    got = xlsx.extract(make_xlsx({"一": [["甲"]]}, change))
    assert texts(got, BlockKind.CELL) == ["甲", "角"]


def test_hostile_workbooks_are_refused() -> None:
    def change(book: Any) -> None:
        book["一"].merged_cells.ranges.add("A1:XFD900000")

    with pytest.raises(TooLarge):
        xlsx.extract(make_xlsx({"一": [["甲"]]}, change))
    with pytest.raises(UnreadableFile):
        xlsx.extract(zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}))
    with pytest.raises(UnreadableFile) as caught:
        xlsx.extract(zipped({"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'}))
    assert caught.value.code == "dtd"


def test_text_boxes_of_drawings_are_read() -> None:
    drawing = (
        '<xdr:wsDr xmlns:xdr="x" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        "<a:p><a:r><a:t>框</a:t></a:r><a:r><a:t>内</a:t></a:r></a:p></xdr:wsDr>"
    )
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(make_xlsx({"一": [["甲"]]}))) as archive:
        parts: dict[str, bytes | str] = {n: archive.read(n) for n in archive.namelist()}
    parts |= {"xl/drawings/drawing1.xml": drawing, "xl/media/image1.png": b"x"}
    got = xlsx.extract(zipped(parts))
    assert texts(got, BlockKind.TEXT_BOX) == ["框内"]
    assert [r.reason for r in got.unreadable] == ["picture"]
