"""The gate: a mark in its place stops the file, the same words elsewhere do not."""

from __future__ import annotations

import pytest
from reportlab.pdfgen.canvas import Canvas

from domain.documents import ExtractedText
from pipelines import secrecy_gate as gate
from pipelines.extraction import docx, html, text, xlsx
from pipelines.extraction.dispatch import extract
from pipelines.secrecy_gate import check, check_name
from pipelines.secrecy_marks import Grade, read_mark
from tests.makers.docx import (
    dele,
    make_docx,
    p,
    paragraphs,
    picture,
    r,
    table,
    text_box,
    vml_text_box,
)
from tests.makers.office import make_xlsx
from tests.makers.pdf import (
    draw,
    make_pdf,
    scan,
    with_attachment,
    with_custom_property,
    write_lines,
)

BODY = """
慈利县应急管理局文件
慈应急发〔2026〕3号

关于做好汛期值班工作的通知

各乡镇人民政府：
现将有关事项通知如下，请认真贯彻执行。
一、加强值班。严格执行领导带班制度。
慈利县应急管理局
2026年4月27日
"""


def of(content: str) -> ExtractedText:
    return text.extract(content.encode())


@pytest.mark.parametrize(
    "line",
    [
        "绝密",
        "机密",
        "秘密",
        "秘密★5年",
        "机密★长期",
        "机 密 ★ 长 期",
        "机　密　★　5　年",
        "秘　　密",
        "秘密☆1年",
        "秘密*1年",
        "秘密＊１０年",
        "机密⭐20年",
        "绝密★启用前",
        "机密★2036年4月前",
        "秘密 5年",
        "秘密（3年）",
        "秘密级★5年",
        "【机密】",
        "（秘密★5年）",
        "000012秘密★5年",
        "No.000123 机密",
        "份号：000123 秘密★5年",
        "机密★5年 份号 0003",
        "机密 特急",
        "特急 秘密★1年",
        "密级：秘密",
        "密级: 机密★10年",
        "密级和保密期限：秘密★5年",
        "密级：□绝密 □机密 ☑秘密 □非密",
        "秘密★5年　　　　　　　慈利县人民政府文件",
        "慈利县人民政府文件　机密★10年",
        "\u200b秘密★5年",
        "\ufeff秘密★5年",
        "秘\u200b密\u00ad★5年",
        "秘ㅤ密★5年",
        "絕密★30年",
        "机密\t特急\t份号 000123",
    ],
)
def test_a_mark_in_the_head_stops_the_file(line: str) -> None:
    verdict = check(of(line + BODY))
    assert verdict.quarantined
    assert verdict.rules[0] in gate.STOP_RULES


@pytest.mark.parametrize(
    "above", ["000123\n", "\n\n\n", "份号：000123\n\n", "特急\n", "内部资料\n"]
)
def test_what_stands_above_a_mark_does_not_hide_it(above: str) -> None:
    assert check(of(above + "秘密" + BODY)).quarantined
    assert check(of(above + "秘密★5年" + BODY)).quarantined


def test_a_mark_under_the_title_is_still_in_the_head() -> None:
    head = "关于做好重要目标防护工作的通知\n秘密★5年\n各乡镇人民政府：\n请执行。\n"
    assert check(of(head)).quarantined


def test_a_mark_set_vertically_or_broken_is_read() -> None:
    assert check(of("秘\n密\n★\n5\n年" + BODY)).quarantined
    assert check(of("机密\n★10年" + BODY)).quarantined
    assert check(of("密级：\n秘密" + BODY)).quarantined


@pytest.mark.parametrize(
    "line",
    [
        "国家秘密",
        "商业秘密",
        "工作秘密",
        "保密",
        "非密",
        "密级：无",
        "密级：非密",
        "密级：公开",
        "密级：□绝密 □机密 □秘密 ☑非密",
        "商业秘密★永久",
        "“秘密★5年”",
        "《机密》",
        "保密法宣传月活动方案",
        "秘密信息管理办法",
        "机密文件管理办法",
        "秘密★5年表示什么意思？",
        "绝密、机密、秘密三级",
        "机要秘书",
        "内部事项 注意保管",
    ],
)
def test_words_that_are_no_mark_stop_nothing(line: str) -> None:
    verdict = check(of(line + BODY))
    assert not verdict.quarantined, verdict.rules
    assert not verdict.uncleared


@pytest.mark.parametrize(
    "content",
    [
        "保密法宣传月通知\n国家秘密的密级分为绝密、机密、秘密三级。\n（此件公开发布）",
        "国家秘密的密级\n绝密\n绝密级国家秘密是最重要的国家秘密。\n机密\n机密级国家秘密……。\n秘密\n",
        "保密知识测试\n一、单选题\n1.国家秘密的密级不包括：\nA.绝密\nB.机密\n答案：秘密\n",
        "密级\n绝密\n机密\n秘密\n",
        "作废文件清单\n1.旧办法\n",
        "国家秘密的密级\n\n秘密\n泄露会使国家安全和利益遭受损害的，为秘密。\n",
        "保密宣传\n首页左上角标有密级，比如“秘密★10年”“机密★20年”\n“绝密★30年”。\n",
        "序号\t文件名称\t密级\t份数\n1\t年度计划\t秘密\t3\n2\t方案\t机密★10年\t5\n",
        "密级\t数量\n绝密\t1\n机密\t5\n秘密\t10\n",
    ],
)
def test_explanations_lists_and_ledgers_stop_nothing(content: str) -> None:
    verdict = check(of(content))
    assert not verdict.quarantined, verdict.rules


def test_a_bare_word_above_the_addressee_or_an_attachment_is_a_mark() -> None:
    assert check(of("关于做好防护工作的通知\n秘密\n各乡镇人民政府：\n请执行。\n")).quarantined
    assert check(of(BODY + "附件1\n秘密\n重点目标名单\n一、水厂。\n")).quarantined
    # the title of a lesson is no mark's place, but a person looks
    lesson = check(of("国家秘密\n秘密\n泄露后会使国家利益遭受损害。\n"))
    assert (lesson.quarantined, lesson.uncleared) == (False, True)


def test_a_list_of_void_papers_lifts_no_mark() -> None:
    assert check(of("秘密★5年\n作废文件清单\n" + BODY)).quarantined


def test_a_lone_word_deep_in_the_text_is_only_told() -> None:
    verdict = check(of(BODY + "二、附则。\n有关要求如下。\n秘密\n请遵照执行。\n"))
    assert (verdict.quarantined, verdict.uncleared) == (False, False)
    assert verdict.rules == (gate.LEVEL_WORD,)


def test_a_formal_mark_alone_in_the_text_goes_to_the_reviewer() -> None:
    verdict = check(of(BODY + "二、附则。\n有关要求如下。\n秘密★5年\n请遵照执行。\n"))
    assert not verdict.quarantined
    assert verdict.uncleared_reasons == (gate.MARK_OUTSIDE_HEAD,)


@pytest.mark.parametrize(
    "second",
    [
        "000123\n秘密★5年\n特急",
        "份号：000045\n机密",
        "秘密★5年",
        "机密",
    ],
)
def test_the_second_document_of_a_bundle_is_looked_at(second: str) -> None:
    assert check(
        of(BODY + "慈利县应急管理局办公室 2026年4月27日印发\n" + second + BODY)
    ).quarantined
    assert check(of(BODY + second + BODY)).quarantined
    assert check(of("第一篇：计划\n" + BODY + "第二篇：方案\n" + second + BODY)).quarantined
    assert check(of(BODY + "\f" + second + BODY)).quarantined


@pytest.mark.parametrize(
    "head",
    [
        "原密级：秘密★1年",
        "秘密★10年（已解密）",
        "秘密★10年\n已解密",
        "解密章：本件已于2019年11月6日解密。\n经办：郎某\n\n秘密★10年（2009.11.6—2019.11.5）［已\n划横线］",
        "【解密章】本件已于2015年6月30日解密。\n\n原标:秘密★3年(划线作废)",
        "作废\n机密★5年",
        "机密★5年\n密级标志作废",
    ],
)
def test_a_lifted_mark_is_a_hold_and_no_stop(head: str) -> None:
    verdict = check(of(head + "\n" + BODY))
    assert not verdict.quarantined
    assert gate.LIFTED_MARK in verdict.uncleared_reasons


@pytest.mark.parametrize(
    "head",
    [
        "秘密★5年（2031年4月解密）",
        "秘密★5年 期满自动解密",
        "秘密★5年\n未解密",
        "秘密★5年\n未经批准不得解密",
        "秘密★5年\n解密时间：2031年4月27日",
        "秘密★5年\n关于做好国家秘密解密工作的通知",
        "机密★长期\n尚未解密",
    ],
)
def test_what_is_to_be_lifted_later_is_still_secret(head: str) -> None:
    assert check(of(head + "\n" + BODY)).quarantined


# -- formats ---------------------------------------------------------------------------------


def test_scenario_a3() -> None:
    marked = make_docx(
        p("000123")
        + p("秘密★5年")
        + p("特急")
        + p("慈利县应急管理局文件")
        + p("TOPSECRETBODY-甲乙丙")
    )
    assert check(docx.extract(marked)).rules == (gate.HEAD_MARK,)
    lesson = make_docx(
        p("保密法宣传月通知")
        + p("国家秘密的密级分为绝密、机密、秘密三级……")
        + p("（此件公开发布）")
    )
    verdict = check(docx.extract(lesson))
    assert not verdict.quarantined
    assert not verdict.uncleared


LONG = paragraphs(BODY.strip())


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (make_docx(LONG, header=p("秘密★5年")), gate.MARGIN_MARK),
        (make_docx(LONG, header=p("机密")), gate.MARGIN_MARK),
        (make_docx(LONG, header=p("机密"), header_kind="first", title_page=True), gate.MARGIN_MARK),
        # a header that no section shows is in the file all the same
        (make_docx(LONG, header=p("机密"), header_kind="first"), gate.MARGIN_MARK),
        (make_docx(LONG, header=table(("慈利县", "机密"))), gate.MARGIN_MARK),
        (make_docx(LONG, footer=p("机密★10年")), gate.MARGIN_MARK),
        (make_docx(p(text_box(p("000123") + p("秘密★5年"))) + LONG), gate.TEXT_BOX_MARK),
        (make_docx(p(text_box(p("秘密"))) + LONG), gate.TEXT_BOX_MARK),
        (make_docx(p(vml_text_box(p("机密★10年"))) + LONG), gate.TEXT_BOX_MARK),
        (make_docx(LONG + p(text_box(p("机密★10年")))), gate.TEXT_BOX_MARK),
        (make_docx(p(text_box(p("公开"), fallback=p("秘密★5年"))) + LONG), gate.HIDDEN_MARK),
        (make_docx(table(("秘密★5年", "慈利县人民政府文件")) + LONG), gate.HEAD_MARK),
        (make_docx(table(("秘密", "特急"), ("慈利县人民政府文件", "")) + LONG), gate.HEAD_MARK),
        (make_docx(table(("密级", "秘密", "缓急", "特急")) + LONG), gate.HEAD_MARK),
        (make_docx(table((p("000123") + p("秘密★5年"), "")) + LONG), gate.HEAD_MARK),
        (make_docx(p(r("秘"), r("密"), r("★"), r("5年")) + LONG), gate.HEAD_MARK),
        (make_docx(p(r("秘密★5年", "<w:vanish/>")) + LONG), gate.HIDDEN_MARK),
        (make_docx(p(dele("秘密★5年")) + LONG), gate.DELETED_MARK),
        (make_docx(LONG, custom={"密级": "机密★10年"}), gate.PROPERTY_MARK),
        (make_docx(LONG, custom={"密级": "秘密"}), gate.PROPERTY_MARK),
        (make_docx(LONG, core={"keywords": "秘密★5年"}), gate.PROPERTY_MARK),
    ],
)
def test_every_place_of_a_docx_is_looked_at(data: bytes, rule: str) -> None:
    verdict = check(docx.extract(data))
    assert verdict.quarantined
    assert rule in verdict.rules


@pytest.mark.parametrize(
    "data",
    [
        make_docx(LONG, header=p("商业秘密 请勿外传")),
        make_docx(LONG, custom={"密级": "非密"}),
        make_docx(LONG, custom={"密级": "公开"}),
        make_docx(LONG, core={"title": "保密工作通知"}),
        make_docx(LONG + table(("序号", "名称", "密级"), ("1", "方案", "秘密"))),
        make_docx(
            table(("级别", "说明"), ("绝密", "最重要的国家秘密"), ("机密", "重要的国家秘密")) + LONG
        ),
        make_docx(LONG + p(text_box(p("绝密"))) + p(text_box(p("机密")))),
        make_docx(LONG, comment=p("这里是否要标秘密？")),
        make_docx(LONG + p(picture())),
    ],
)
def test_near_misses_in_a_docx_stop_nothing(data: bytes) -> None:
    assert not check(docx.extract(data)).quarantined


def test_html_tops_and_meta_are_looked_at() -> None:
    page = "<html><body><p>秘密★5年</p><h1>通知</h1><p>正文。</p></body></html>"
    assert check(html.extract(page.encode())).quarantined
    page = "<html><meta name='密级' content='机密'><body><h1>通知</h1><p>正文。</p></body></html>"
    assert check(html.extract(page.encode())).quarantined
    page = "<html><body><h1>保密宣传</h1><ul><li>绝密<li>机密<li>秘密</ul></body></html>"
    assert not check(html.extract(page.encode())).quarantined


def test_every_sheet_top_is_looked_at() -> None:
    ledger = [["序号", "名称", "密级"], [1, "方案", "秘密★5年"], [2, "计划", "机密"]]
    assert not check(xlsx.extract(make_xlsx({"台账": ledger}))).quarantined
    marked = [["秘密★5年"], ["重点目标名单"], ["序号", "名称"], [1, "水厂"]]
    assert check(xlsx.extract(make_xlsx({"台账": ledger, "名单": marked}))).quarantined
    split = {"秘密": [["名称"], ["方案"]], "机密": [["名称"], ["计划"]]}
    assert not check(xlsx.extract(make_xlsx(split))).quarantined
    lists = [["绝密"], ["机密"], ["秘密"]]
    assert not check(xlsx.extract(make_xlsx({"下拉选项": lists}))).quarantined


def test_every_page_top_of_a_pdf_is_looked_at() -> None:
    plain = BODY.strip().split("\n")
    assert not check(extract(make_pdf([plain, plain]), "a.pdf")).quarantined
    assert check(extract(make_pdf([["秘密★5年", *plain], plain]), "a.pdf")).quarantined
    assert check(extract(make_pdf([plain, plain, ["机密", *plain]]), "a.pdf")).quarantined


def test_a_mark_drawn_last_still_stands_at_the_top_of_its_page() -> None:
    lines = BODY.strip().split("\n")

    def paint(canvas: Canvas) -> None:
        write_lines(canvas, lines, top=700)
        write_lines(canvas, ["秘密"], top=780)

    assert check(extract(draw(paint), "a.pdf")).quarantined


def test_the_text_layer_of_a_scan_is_looked_at() -> None:
    lines = BODY.strip().split("\n")
    marked = check(extract(scan(lines, hidden_layer=["秘密★5年", *lines]), "a.pdf"))
    assert marked.quarantined
    plain = check(extract(scan(lines, hidden_layer=lines), "a.pdf"))
    assert (plain.quarantined, plain.uncleared) == (False, True)


def test_attachments_and_scans_in_a_pdf_are_not_cleared() -> None:
    lines = BODY.strip().split("\n")
    held = check(extract(with_attachment(lines, filename="a.docx", content=b"x"), "a.pdf"))
    assert held.uncleared_reasons == ("embedded",)
    assert "page_without_text" in check(extract(scan(lines), "a.pdf")).uncleared_reasons


# -- what cannot be read ---------------------------------------------------------------------


def test_what_the_gate_cannot_read_is_for_the_secrecy_reviewer_alone() -> None:
    picture_only = check(docx.extract(make_docx(p(picture(width_cm=15)))))
    assert set(picture_only.uncleared_reasons) == {"head_in_picture", "little_text"}
    small = check(docx.extract(make_docx(LONG * 3 + p(picture()))))
    assert not small.uncleared
    embedded = make_docx(LONG + p("<w:r><w:object/></w:r>"))
    assert check(docx.extract(embedded)).uncleared_reasons == ("embedded",)


def test_names_of_files_are_soft_signals() -> None:
    assert check_name("秘密★5年-方案.docx")
    assert check_name("方案（机密）.docx")
    assert not check_name("保密宣传月通知.docx")
    assert not check_name("商业秘密保护.docx")


def test_forms() -> None:
    assert read_mark("秘密") is not None
    assert (mark := read_mark("机密★5年")) is not None
    assert mark.grade is Grade.FORMAL
    assert read_mark("机密文件") is not None
    assert read_mark("机密文件管理") is None
    assert check(of("机密文件\n" + BODY)).uncleared_reasons == (gate.IRREGULAR_MARK,)


def test_every_rule_has_a_chinese_name_and_no_verdict_holds_text() -> None:
    assert set(gate.RULE_NAMES) >= gate.STOP_RULES | gate.HOLD_RULES
    verdict = check(of("秘密★5年" + BODY))
    assert "秘密" not in repr(verdict)


def test_a_property_of_a_pdf_is_looked_at() -> None:
    plain = make_pdf([BODY.strip().split("\n")])
    marked = with_custom_property(plain, "密级", "机密★10年")
    assert check(extract(marked, "a.pdf")).rules == (gate.PROPERTY_MARK,)
    assert not check(extract(with_custom_property(plain, "密级", "非密"), "a.pdf")).quarantined
