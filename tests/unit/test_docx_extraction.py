"""What a reader sees in a docx, and what is only in the file."""

from __future__ import annotations

import io
import zipfile

import docx as python_docx
import pytest

from domain.documents import Block, BlockKind, ExtractedText
from domain.errors import GongkaiError, TooLarge, UnreadableFile
from pipelines.extraction.docx import extract
from tests.makers.docx import (
    NAMESPACES,
    REVISION,
    dele,
    field,
    ins,
    make_docx,
    p,
    picture,
    r,
    table,
    text_box,
    vml_text_box,
    zipped,
)


def shown(extracted: ExtractedText) -> str:
    end = min((s.start for s in extracted.hidden_spans), default=len(extracted.text))
    return extracted.text[:end].rstrip("\n")


def texts(extracted: ExtractedText, kind: BlockKind) -> list[str]:
    return [b.span.cut(extracted.text) for b in extracted.blocks if b.kind is kind]


def body(*content: str, **more: str) -> ExtractedText:
    return extract(make_docx("".join(content), **more))  # type: ignore[arg-type]


def test_the_accepted_version_is_the_text_and_the_rest_the_annex() -> None:
    got = body(
        p(r("罚款"), dele("原拟罚款五万元"), ins(r("贰")), r("万元")),
        p(ins(r("整段插入"))),
        p(f"<w:moveFrom {REVISION}>{r('移走')}</w:moveFrom>", "留下"),
        p(f"<w:moveTo {REVISION}>{r('移来')}</w:moveTo>"),
        comment=p("此人已请托"),
        header=p("内部流转号 XZ-88"),
        footer=p("第1页"),
        footnote=p("脚注文字"),
    )
    assert shown(got) == ("内部流转号 XZ-88\n罚款贰万元\n整段插入\n留下\n移来\n脚注文字\n第1页")
    assert texts(got, BlockKind.DELETION) == ["原拟罚款五万元", "移走"]
    assert texts(got, BlockKind.COMMENT) == ["此人已请托"]
    assert texts(got, BlockKind.INSERTION) == ["整段插入", "移来"]
    assert texts(got, BlockKind.HEADER) == ["内部流转号 XZ-88"]
    assert texts(got, BlockKind.FOOTNOTE) == ["脚注文字"]


def test_a_deleted_paragraph_end_joins_the_lines() -> None:
    mark = f"<w:rPr><w:del {REVISION}/></w:rPr>"
    assert shown(body(p("黄", properties=mark), p("样例"), p("完"))) == "黄样例\n完"


def test_properties_are_told_by_name() -> None:
    got = extract(
        make_docx(p("文"), core={"dc:creator": "王打字", "dc:title": " "}, custom={"密级": "非密"})
    )
    assert texts(got, BlockKind.METADATA) == ["creator=王打字", "密级=非密"]


STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"/>'
    '<w:style w:type="paragraph" w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heir"><w:basedOn w:val="Base"/></w:style>'
    '<w:style w:type="character" w:styleId="Ghost"><w:rPr>'
    '<w:color w:val="FFFFFF"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
    '<w:style w:type="table" w:styleId="Dark"><w:tcPr><w:shd w:fill="1F4E79"/></w:tcPr></w:style>'
)


@pytest.mark.parametrize(
    ("content", "visible"),
    [
        (r("字", "<w:vanish/>"), False),
        (r("字", '<w:vanish w:val="0"/>'), True),
        (r("字", '<w:vanish w:val="1"/>'), False),
        (r("字", "<w:specVanish/>"), False),
        (r("字", '<w:color w:val="FFFFFF"/>'), False),
        (r("字", '<w:color w:val="FEFEFE"/>'), False),
        (r("字", '<w:color w:val="auto" w:themeColor="background1"/>'), False),
        (r("字", '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000000"/>'), True),
        (r("字", '<w:color w:val="FF0000"/>'), True),
        (r("字", '<w:sz w:val="2"/>'), False),
        (r("字", '<w:sz w:val="21"/>'), True),
        (r("字", '<w:rStyle w:val="Ghost"/>'), False),
        (r("字", '<w:rStyle w:val="Ghost"/><w:color w:val="000000"/>'), True),
        (r("字", "<w:webHidden/>"), True),
    ],
)
def test_hidden_runs(content: str, visible: bool) -> None:
    got = body(p(content), p("尾"), styles=STYLES)
    assert ("字" in shown(got)) is visible
    assert (texts(got, BlockKind.HIDDEN) == ["字"]) is not visible


@pytest.mark.parametrize(("style", "visible"), [("Base", False), ("Heir", False), ("Loop", True)])
def test_hiding_is_inherited(style: str, visible: bool) -> None:
    got = body(p("字", properties=f'<w:pStyle w:val="{style}"/>'), styles=STYLES)
    assert ("字" in shown(got)) is visible


def test_white_letters_on_a_dark_ground_are_meant() -> None:
    white = p(r("表头", '<w:color w:val="FFFFFF"/>'))
    dark = '<w:tblStyle w:val="Dark"/>'
    assert "表头" in shown(body(table((white, "乙"), style=dark), styles=STYLES))
    assert "表头" not in shown(body(table((white, "乙")), styles=STYLES))


def test_tables_keep_rows_and_columns() -> None:
    got = body(table(("姓名", "电话"), ("黄某", p("一") + p("二"))), p("后"))
    assert shown(got) == "姓名\t电话\n黄某\t一\n二\n后"
    cells = [b for b in got.blocks if b.kind is BlockKind.TABLE_CELL]
    assert [(b.table, b.row, b.column) for b in cells] == [
        (0, 0, 0),
        (0, 0, 1),
        (0, 1, 0),
        (0, 1, 1),
        (0, 1, 1),
    ]


def test_merged_cells() -> None:
    def cell(text: str, properties: str) -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"

    rows = (
        "<w:tr>" + cell("宽", '<w:gridSpan w:val="2"/>') + cell("三", "") + "</w:tr>"
        "<w:tr>" + cell("甲", '<w:vMerge w:val="restart"/>') + cell("乙", "") + "</w:tr>"
        "<w:tr>" + cell("看不见", "<w:vMerge/>") + cell("丙", "") + "</w:tr>"
    )
    got = body(f"<w:tbl>{rows}</w:tbl>")
    assert shown(got) == "宽\t三\n甲\t乙\n\t丙"
    assert texts(got, BlockKind.HIDDEN) == ["看不见"]
    assert [b.column for b in got.blocks if b.row == 0] == [0, 2]


def test_a_deleted_row_is_deleted_text() -> None:
    row = f"<w:tr><w:trPr><w:del {REVISION}/></w:trPr><w:tc>{p('黄某')}</w:tc></w:tr>"
    got = body(f"<w:tbl>{row}<w:tr><w:tc>{p('留')}</w:tc></w:tr></w:tbl>")
    assert shown(got) == "留"
    assert texts(got, BlockKind.DELETION) == ["黄某"]


def test_text_boxes_are_read_once_and_a_different_fallback_is_kept_apart() -> None:
    got = body(p(text_box(p("框内")), "段落"), p(vml_text_box(p("旧框"))))
    assert shown(got) == "段落\n框内\n\n旧框"
    assert texts(got, BlockKind.TEXT_BOX) == ["框内", "旧框"]
    assert texts(got, BlockKind.HIDDEN) == []
    other = body(p(text_box(p("框内"), fallback=p("另一说法"))))
    assert texts(other, BlockKind.HIDDEN) == ["另一说法"]


def test_a_hidden_text_box_is_hidden() -> None:
    got = body(p("段"), p(vml_text_box(p("框"), style="visibility:hidden")))
    assert texts(got, BlockKind.HIDDEN) == ["框"]
    assert texts(got, BlockKind.TEXT_BOX) == []


def test_fields_links_controls_symbols_and_breaks() -> None:
    got = body(
        p(field('HYPERLINK "mailto:x"', "邮箱")),
        p(
            f"<w:hyperlink>{r('链接')}</w:hyperlink>",
            f'<w:fldSimple w:instr="PAGE">{r("3")}</w:fldSimple>',
        ),
        "<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr>"
        f"<w:sdtContent>{p('控件')}</w:sdtContent></w:sdt>",
        p(
            "<w:r><w:t>秘密</w:t><w:sym w:font='Wingdings' w:char='F0AB'/><w:tab/>"
            "<w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r>"
        ),
        p("<w:r><w:t>0744</w:t><w:noBreakHyphen/><w:t>322</w:t></w:r>"),
        p("<m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath>"),
    )
    assert shown(got) == "邮箱\n链接3\n控件\n秘密★\t甲\n乙\n0744\u2011322\nx+1"


def test_text_inside_a_fields_instruction_is_not_shown() -> None:
    runs = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + r("条件里的名字")
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + r("结果")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    got = body(p(runs))
    assert shown(got) == "结果"
    assert texts(got, BlockKind.HIDDEN) == ["条件里的名字"]


def test_text_outside_paragraphs_is_not_lost() -> None:
    assert "散字" in body(p("段"), r("散字")).text


def test_ruby_and_alternative_spellings() -> None:
    ruby = f"<w:rt>{r('huáng')}</w:rt><w:rubyBase>{r('黄')}</w:rubyBase>"
    got = body(p(f"<w:r><w:ruby><w:rubyPr/>{ruby}</w:ruby></w:r>"))
    assert shown(got) == "黄"
    assert texts(got, BlockKind.HIDDEN) == ["huáng"]


def test_what_cannot_be_read_is_reported() -> None:
    got = body(
        p("文字", picture(), picture("rIdNone")),
        p("<w:r><w:object><v:shape><v:imagedata r:id='rIdP'/></v:shape></w:object></w:r>"),
        p("<w:r><w:pict><v:shape><v:textpath string='样稿'/></v:shape></w:pict></w:r>"),
        "<w:altChunk r:id='rIdA'/>",
    )
    assert [(x.reason, x.node) for x in got.unreadable] == [
        ("picture", 0),
        ("picture", 1),
        ("ole_object", None),
        ("wordart", None),
        ("embedded_document", None),
    ]
    assert texts(got, BlockKind.HIDDEN) == ["样稿"]
    deleted = body(p("文", f"<w:del {REVISION}>{picture()}</w:del>"))
    assert deleted.unreadable == ()


def test_headers_follow_their_sections() -> None:
    def kinds(data: bytes) -> list[BlockKind]:
        return [block.kind for block in extract(data).blocks]

    shown_first = make_docx(p("文"), header=p("首页眉"), header_kind="first", title_page=True)
    assert kinds(shown_first) == [BlockKind.HEADER, BlockKind.PARAGRAPH]
    unshown = make_docx(p("文"), header=p("首页眉"), header_kind="first")
    assert kinds(unshown) == [BlockKind.PARAGRAPH, BlockKind.HIDDEN]


def test_the_strict_form_of_the_standard_reads_alike() -> None:
    data = make_docx(p("甲", dele("删")) + table(("一", "二")), core={"dc:creator": "王打字"})
    parts = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name).decode() if name.endswith((".xml", ".rels")) else ""
            parts[name] = content.replace(
                "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                "http://purl.oclc.org/ooxml/wordprocessingml/main",
            ).replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            ) or archive.read(name)
    assert extract(zipped(parts)) == extract(data)


def test_a_docx_made_by_another_program() -> None:
    made = python_docx.Document()
    made.add_heading("关于值班的通知", 0)
    made.add_paragraph("各乡镇人民政府：")
    grid = made.add_table(2, 2)
    grid.cell(0, 0).text, grid.cell(1, 1).text = "姓名", "电话"
    made.sections[0].header.paragraphs[0].text = "页眉"
    out = io.BytesIO()
    made.save(out)
    got = extract(out.getvalue())
    assert shown(got) == "页眉\n关于值班的通知\n各乡镇人民政府：\n姓名\t\n\t电话\n"[:-1]
    assert isinstance(got.blocks[0], Block)


# -- hostile packages ------------------------------------------------------------------------


def document(content: str | bytes) -> bytes:
    return make_docx(p("x"), extra={"word/document.xml": content})


def bomb(size: int) -> bytes:
    return document(b"<w:document>" + b" " * size + b"</w:document>")


def nested(depth: int) -> str:
    inner = "<w:sdt>" * depth + "</w:sdt>" * depth
    return f"<w:document {NAMESPACES}><w:body>{inner}</w:body></w:document>"


DTD = '<!DOCTYPE x [<!ENTITY a "aaaa">]><w:document/>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (document(DTD), "dtd"),
        (document(DTD.encode("utf-16")), "dtd"),
        (document(nested(5_000)), "too_deep"),
        (bomb(70 << 20), "too_large_inside"),
        (bomb(20 << 20), "compression_ratio"),
        (
            document("<a>" + "".join(f"<b{n}/>" for n in range(4_100_000)) + "</a>"),
            "too_many_elements",
        ),
        (zipped({f"word/x{n}.xml": "" for n in range(5_001)}), "too_many_parts"),
        (document("<html/>"), "unparseable"),
        (document(""), "unparseable"),
        (zipped({"[Content_Types].xml": "<Types/>"}), "unparseable"),
    ],
)
def test_hostile_packages_are_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        extract(data)
    assert caught.value.code == code


def test_the_same_part_twice_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
        archive.writestr("Word/Document.xml", "<b/>")
    with pytest.raises(UnreadableFile) as caught:
        extract(out.getvalue())
    assert caught.value.code == "duplicate_part"


def test_a_size_the_archive_lies_about_is_counted() -> None:
    data = bytearray(bomb(70 << 20))
    # both the local header and the central directory claim ten bytes
    real = (70 << 20) + len(b"<w:document></w:document>")
    lie = real.to_bytes(4, "little")
    assert data.count(lie) == 2
    with pytest.raises(GongkaiError):
        extract(bytes(data).replace(lie, (10).to_bytes(4, "little")))


def test_nesting_as_deep_as_the_parser_allows_is_read() -> None:
    deep = "<w:sdt><w:sdtContent>" * 110 + p("深") + "</w:sdtContent></w:sdt>" * 110
    assert "深" in body(deep).text


def test_limits_do_not_refuse_a_long_honest_document() -> None:
    long = "".join(p(f"第{n}条 各乡镇人民政府应当加强安全生产工作。") for n in range(20_000))
    assert len(extract(make_docx(long)).text) > 400_000


def test_too_large_is_one_of_the_unreadable() -> None:
    assert issubclass(TooLarge, UnreadableFile)
