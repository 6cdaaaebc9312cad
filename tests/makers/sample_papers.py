"""Makes the docx and pdf files of data/samples, the same content every time.

Run ``python -m tests.makers.sample_papers``. The five documents of
county-bureau-disclosure-papers.txt become papers of their own; three invented ones show what the
county bureau's papers do not hold: a penalty decision, a paper on request and one not to publish.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from domain.resources import data_path
from tests.makers.pdf import FONT, register_font

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
SOURCE = "county-bureau-disclosure-papers.txt"
WRITTEN = datetime(2026, 4, 27, 9, 0, tzinfo=UTC)
FIXED_ZIP_DATE = (2026, 4, 27, 9, 0, 0)

_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、")
_SUBHEADING = re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）]")
_STARTS_PARAGRAPH = re.compile(
    r"[一二三四五六七八九十]{1,3}[、是]|[(（][一二三四五六七八九十]{1,3}[)）]|[0-9]{1,2}[.、]|第[一二三四五六七八九十]+条"
)
_ADDRESSED = re.compile(r"(?!第)[^。,]{2,20}:")
_ARTICLE_ALONE = re.compile(r"第[一二三四五六七八九十]+条")
_DATE = re.compile(r"[一二三四五六七八九十OＯ〇0-9]{4}年.{1,3}月.{1,3}日")


@dataclass(frozen=True)
class Paper:
    """One paper: file name without ending, issuing bureau for the header, title and paragraphs."""

    name: str
    bureau: str
    title: str
    paragraphs: tuple[str, ...]
    formats: tuple[str, ...] = ("docx",)
    # paragraphs first:last that the pdf shows as a ruled table
    table: tuple[int, int] | None = None


# -- the five papers ------------------------------------------------------------------------------


def _joined(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines of the crawl as paragraphs: long lines that break off in a sentence go on."""
    out: list[str] = []
    before = ""
    for raw in lines:
        line = raw.strip()
        carried = ""
        match = re.search(r"(?<=。)(第[一二三四五六七八九十]+条)$", line)
        if match:
            line, carried = line[: match.start()], match[1]
        if out and _ARTICLE_ALONE.fullmatch(out[-1]):
            out[-1] += " " + line
        elif _breaks_off(before) and not _STARTS_PARAGRAPH.match(line):
            out[-1] += line
        else:
            out.append(line)
        if carried:
            out.append(carried)
        before = carried or line
    return tuple(out)


def _breaks_off(line: str) -> bool:
    """Whether the crawl cut a sentence here; names of a 领导小组 stand on lines of their own."""
    if len(line) <= 20 or line[-1] in "。；;：:！!？?":
        return False
    return re.search(r"(?:组长|成员):[^。]*$", line) is None


def county_papers() -> list[Paper]:
    """The five documents of the collection, each under its own title."""
    text = data_path("samples", SOURCE).read_text(encoding="utf-8")
    chapters = re.split(r"(?m)^第[一二三四五]篇[:：].*\n", text)[1:]
    first, second, third, fourth, fifth = (chapter.rstrip("\n").split("\n") for chapter in chapters)
    woyang, cili, yinchuan = (
        "涡阳县安全生产监督管理局",
        "慈利县安全生产监督管理局",
        "银川市安全生产监督管理局",
    )
    rules = _joined(fourth[1:])
    contents = next(i for i, p in enumerate(rules) if p.startswith("(一)主动公开"))
    return [
        Paper(
            "涡阳县安监局政务公开深化年活动实施方案",
            woyang,
            first[0] + first[1],
            _joined(first[2:]),
        ),
        Paper(
            "慈利县安监局政务公开工作实施方案",
            cili,
            second[0],
            _joined(second[1:]),
            ("docx", "pdf"),
        ),
        # the third has no title line of its own
        Paper(
            "安监局党务政务公开工作自查报告",
            yinchuan,
            "安监局党务政务公开工作自查报告",
            _joined(third),
            ("docx", "pdf"),
        ),
        Paper(
            "慈利县安监局政务公开考核评议制度",
            cili,
            fourth[0],
            rules,
            ("docx", "pdf"),
            (contents, contents + 4),
        ),
        Paper("慈利县安监局2012年政务公开工作计划", cili, fifth[0], _joined(fifth[1:])),
    ]


# -- invented papers ------------------------------------------------------------------------------

BUREAU = "慈利县应急管理局"
ON_REQUEST = Paper(
    "烟花爆竹零售点布设意见征询情况的函",
    BUREAU,
    "关于零阳街道烟花爆竹零售点布设意见征询情况的函",
    (
        "慈应急函〔2026〕18号",
        "零阳街道办事处:",
        "你街道《关于商请调整烟花爆竹零售点布设的函》收悉。经我局向辖区12家零售经营户逐户征询,现将情况函告如下。",
        "一、征询情况。同意调整的9家,要求保留原址的3家。要求保留原址的经营者为赵样例(手机13900000012,"
        "住慈利县零阳街道样例巷5号)、钱样例(手机13900000023)、孙样例(手机13900000034)。",
        "二、下一步意见。请你街道在2026年6月30日前商原址经营者拿出过渡办法,并与我局危险化学品监督管理股衔接,"
        "联系人:李测验,办公电话:0744-3200000。",
        "专此函复。",
        BUREAU,
        "2026年5月18日",
        "(此件依申请公开)",
    ),
)
EXEMPT = Paper(
    "举报事项核查处理情况报告",
    BUREAU,
    "关于举报慈利县测试砂石厂违规生产事项的核查处理情况报告",
    (
        "慈应急呈〔2026〕7号",
        "签发人:周测验",
        "局党组:",
        "2026年3月9日,我局12350热线接到实名举报,反映慈利县测试砂石厂夜间违规生产。现将核查处理情况报告如下。",
        "一、举报人情况。举报人吴样本,公民身份号码430821190102030012,手机13900000045,系该厂夜班工人,"
        "要求对其身份严格保密。",
        "二、核查经过。3月11日夜,执法人员郑某、王某到厂检查,发现破碎车间防护罩缺失2处,已责令停止使用相关设备。",
        "三、讨论意见。局务会讨论中,监督管理股建议立案处罚,法规股建议先行责令整改,尚未形成一致意见,"
        "待补充调查后再行研究。",
        "四、保护措施。涉及举报人的材料由专人保管,不得向被举报单位透露。",
        BUREAU,
        "2026年3月16日",
        "(此件不公开)",
    ),
)


def invented() -> list[Paper]:
    """The two invented papers that are plain papers; the decision has a maker of its own."""
    return [ON_REQUEST, EXEMPT]


# -- docx -----------------------------------------------------------------------------------------


def _font(run: Any, name: str, size: float, *, bold: bool = False) -> None:
    run.font.name = name
    run.font.size = Pt(size)
    run.font.bold = bold
    run._element.rPr.rFonts.set(qn("w:eastAsia"), name)


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(paragraph.add_run("— "), "宋体", 14)
    run = paragraph.add_run()
    _font(run, "宋体", 14)
    for kind, instruction in (("begin", ""), ("", " PAGE "), ("separate", ""), ("end", "")):
        if instruction:
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = instruction
            run._element.append(text)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._element.append(mark)
    _font(paragraph.add_run(" —"), "宋体", 14)


def _new_document(header: str) -> Any:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _font(section.header.paragraphs[0].add_run(header), "宋体", 10.5)
    _page_number(section.footer.paragraphs[0])
    return document


def _add_title(document: Any, title: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(16)
    _font(paragraph.add_run(title), "宋体", 22, bold=True)


def _add_body(document: Any, text: str, *, closing: bool = False) -> Any:
    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.line_spacing = Pt(28)
    layout.space_after = Pt(0)
    if closing:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif not _ADDRESSED.fullmatch(text):
        layout.first_line_indent = Pt(32)
    font = "黑体" if _HEADING.match(text) else "楷体" if _SUBHEADING.match(text) else "仿宋"
    _font(paragraph.add_run(text), font, 16)
    return paragraph


def _is_closing(text: str) -> bool:
    return text == BUREAU or _DATE.fullmatch(text) is not None


def _saved(document: Any, *, author: str, title: str) -> bytes:
    """The package with fixed dates, so that the same paper is always the same bytes."""
    properties = document.core_properties
    properties.author = author
    properties.last_modified_by = author
    properties.title = title
    properties.comments = ""
    properties.created = properties.modified = WRITTEN.replace(tzinfo=None)
    properties.revision = 1
    raw = io.BytesIO()
    document.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            # python-docx's template brings a picture of its own first page
            if name == "docProps/thumbnail.jpeg":
                continue
            data = source.read(name)
            if name == "_rels/.rels":
                data = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", data)
            target.writestr(zipfile.ZipInfo(name, FIXED_ZIP_DATE), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def paper_docx(paper: Paper) -> bytes:
    """The paper as an official-looking Word file."""
    document = _new_document(paper.bureau)
    _add_title(document, paper.title)
    for text in paper.paragraphs:
        _add_body(document, text, closing=_is_closing(text))
    return _saved(document, author="办公室", title=paper.title)


def penalty_decision() -> bytes:
    """The penalty decision of the reviewer's scenario, with all that must not be published."""
    document = _new_document("内部流转号 XZ-88")
    _add_title(document, "行政处罚决定书")
    number = document.add_paragraph()
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(number.add_run("(慈)应急罚〔2026〕12号"), "仿宋", 16)
    _add_body(
        document,
        "被处罚单位:慈利县测试花炮有限公司(统一社会信用代码:91430821MA0000001P) "
        "地址:慈利县零阳街道测试路1号 法定代表人:黄测试 职务:总经理 联系电话:13900000001",
    )
    _add_body(
        document,
        "2026年4月20日,执法人员张某甲、李某乙检查发现34号成品库堆码高度5米,"
        "超过《烟花爆竹作业安全技术规程》规定的高度,存在事故隐患。",
    )
    person = _add_body(
        document,
        "直接责任人黄样例(身份证号430821190001010012,住慈利县零阳街道测试小区3栋402室,"
        "银行账号6228480000000000018)对上述事实无异议。",
    )
    penalty = _add_body(
        document,
        "依据《中华人民共和国安全生产法》有关规定,决定对慈利县测试花炮有限公司处以罚款人民币贰万元。",
    )
    penalty._element.append(
        parse_xml(
            f"<w:del {nsdecls('w')} w:id='90' w:author='王打字' w:date='2026-04-26T09:00:00Z'>"
            "<w:r><w:delText>原拟罚款五万元</w:delText></w:r></w:del>"
        )
    )
    _add_body(
        document,
        "如不服本决定,可以在收到本决定书之日起六十日内申请行政复议,或者在六个月内提起行政诉讼。",
    )
    _add_body(document, BUREAU, closing=True)
    _add_body(document, "二〇二六年四月二十七日", closing=True)
    comment = document.add_comment(person.runs, text="此人已请托", author="王打字", initials="王")
    comment._comment_elm.set(qn("w:date"), "2026-04-26T09:00:00Z")
    return _saved(document, author="王打字", title="行政处罚决定书")


# -- pdf ------------------------------------------------------------------------------------------


def _style(name: str, **settings: Any) -> ParagraphStyle:
    base = {"fontName": FONT, "fontSize": 15, "leading": 26, "wordWrap": "CJK"}
    return ParagraphStyle(name, **(base | settings))


TITLE = _style("title", fontSize=20, leading=32, alignment=TA_CENTER, spaceAfter=14)
BODY = _style("body", firstLineIndent=30)
FLUSH = _style("flush")
CLOSING = _style("closing", alignment=TA_RIGHT)
CELL = _style("cell", fontSize=13, leading=20)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _ruled(paragraphs: Sequence[str]) -> Table:
    """The items of an enumeration as a ruled table: mark and content."""
    rows = []
    for text in paragraphs:
        match = re.match(r"([(（][^)）]+[)）])(.*)", text)
        mark, rest = (match[1], match[2]) if match else ("", text)
        rows.append([Paragraph(_escaped(mark), CELL), Paragraph(_escaped(rest), CELL)])
    table = Table(rows, colWidths=[2.2 * cm, 11 * cm])
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.7, colors.black),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    return table


def paper_pdf(paper: Paper) -> bytes:
    """The paper as a PDF of several pages with the shipped font embedded."""
    register_font()

    def furnish(canvas: Canvas, template: Any) -> None:
        canvas.setFont(FONT, 10.5)
        canvas.drawString(2.8 * cm, A4[1] - 2.2 * cm, paper.bureau)
        canvas.setFont(FONT, 14)
        canvas.drawCentredString(A4[0] / 2, 2 * cm, f"— {template.page} —")

    out = io.BytesIO()
    template = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=2.8 * cm,
        rightMargin=2.6 * cm,
        topMargin=3.2 * cm,
        bottomMargin=3.2 * cm,
        title=paper.title,
        author="办公室",
        subject="",
        creator="",
        invariant=True,
    )
    story: list[Any] = [Paragraph(_escaped(paper.title), TITLE)]
    first, last = paper.table or (-1, -1)
    for number, text in enumerate(paper.paragraphs):
        if number == first:
            story += [_ruled(paper.paragraphs[first:last]), Spacer(1, 8)]
        elif first < number < last:
            continue
        else:
            flush = _ADDRESSED.fullmatch(text) is not None
            style = CLOSING if _is_closing(text) else FLUSH if flush else BODY
            story.append(Paragraph(_escaped(text), style))
    template.build(story, onFirstPage=furnish, onLaterPages=furnish)
    return out.getvalue()


# -- all of them ----------------------------------------------------------------------------------


def made_files() -> dict[str, bytes]:
    """Every file this script makes, by name."""
    files: dict[str, bytes] = {"行政处罚决定书（示例）.docx": penalty_decision()}
    for paper in county_papers():
        if "docx" in paper.formats:
            files[f"{paper.name}.docx"] = paper_docx(paper)
        if "pdf" in paper.formats:
            files[f"{paper.name}.pdf"] = paper_pdf(paper)
    for paper in invented():
        files[f"{paper.name}（示例）.docx"] = paper_docx(paper)
    return files


if __name__ == "__main__":
    for name, data in made_files().items():
        (SAMPLES / name).write_bytes(data)
        print(len(data), name)
