"""Title, number, issuer and dates, read through the noise of real papers."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.declared import find_declared
from classifiers.document_kind import kind_names
from classifiers.elements import body_of, recognize
from domain.documents import Block, BlockKind, ExtractedText, MediaType
from domain.spans import TextSpan

NOTICE = """000021
特急

慈利县应急管理局文件
慈应急〔2026〕7号                签发人：方某

慈利县应急管理局关于印发《2026年度安全生产
监督检查计划》的通知

各乡镇人民政府，局属各股室：
    现将检查计划印发给你们，请认真执行。

                              慈利县应急管理局
                                2026年3月2日
（此件公开发布）
慈利县应急管理局办公室            2026年3月3日印发
"""


def test_a_red_head_notice_gives_all_its_elements() -> None:
    found = recognize(NOTICE)
    assert found.title == "慈利县应急管理局关于印发《2026年度安全生产监督检查计划》的通知"
    assert found.title_span is not None
    assert "安全生产\n监督检查计划" in found.title_span.cut(NOTICE)
    assert found.doc_no == "慈应急〔2026〕7号"
    assert found.issuer == "慈利县应急管理局"
    assert found.formed_on == date(2026, 3, 2)
    assert found.signer_line is not None
    assert found.signer_line.cut(NOTICE) == "签发人：方某"
    assert found.recipients == "各乡镇人民政府,局属各股室"
    assert found.kind == "inspection_result"


@pytest.mark.parametrize(
    "written",
    ["涡政办„2011‟169号", "涡政办〔2011〕169号", "涡政办[2011]169号", "涡政办［2011］169号",
     "涡政办（2011）169号", "涡政办(2011)１６９号", "涡 政 办〔2011〕169 号"],
)  # fmt: skip
def test_every_fashion_of_brackets_gives_one_number(written: str) -> None:
    assert recognize(f"{written}\n\n关于做好工作的通知\n").doc_no == "涡政办〔2011〕169号"


def test_a_number_cited_in_the_text_is_not_the_documents_own() -> None:
    text = "安监局实施方案\n根据《关于开展活动的通知》（涡政办〔2011〕169号）精神，制定本方案。\n"
    assert recognize(text).doc_no is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("二〇二六年四月二十七日", date(2026, 4, 27)),
        ("二O一一年四月廿六日", date(2011, 4, 26)),
        ("二○○九年十一月六日", date(2009, 11, 6)),
        ("二零二三年十月十日", date(2023, 10, 10)),
        ("２０１１年５月８日", date(2011, 5, 8)),
        ("2 0 2 2 年 3 月 1 0 日", date(2022, 3, 10)),
        ("二〇一二年九月十\n二日", date(2012, 9, 12)),
        ("2026年2月30日", None),
    ],
)
def test_dates_of_every_fashion(written: str, day: date | None) -> None:
    text = "关于开展检查的通知\n各股室：\n    2001年1月1日起执行的规定不变。\n\n某县应急管理局\n"
    text += f"{written}\n"
    assert recognize(text).formed_on == day


def test_a_date_that_closes_the_last_sentence_is_the_date() -> None:
    text = "行政处罚决定书\n2026年4月20日检查发现问题。罚款人民币贰万元。二〇二六年四月二十七日"
    assert recognize(text).formed_on == date(2026, 4, 27)


def test_a_birth_date_in_passing_is_no_date_of_a_document() -> None:
    text = "入户调查表\n户主\t某甲\n出生年月\t1951年7月3日\n调查日期很早，没有写明。\n"
    assert recognize(text).formed_on is None


def test_a_heading_spaced_out_is_joined() -> None:
    text = "慈利县应急管理局\n行 政 处 罚 决 定 书（单 位）\n（慈）应急罚〔2026〕12号\n\n"
    text += "被处罚单位：某公司\n"
    found = recognize(text)
    assert found.title == "行政处罚决定书(单位)"
    assert found.kind == "penalty_decision"
    assert found.doc_no == "(慈)应急罚〔2026〕12号"
    assert found.issuer == "慈利县应急管理局"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("关于解决防汛经费的请示", "request_up"),
        ("关于同意设立专职消防队的批复", "reply"),
        ("询问笔录（第1次）", "transcript"),
        ("现场检查记录", "case_file"),
        ("“3·21”较大坍塌事故调查报告", "investigation_report"),
        ("关于公开征求《禁放方案（征求意见稿）》意见的公告", "draft_for_comment"),
        ("关于征求《禁放方案（征求意见稿）》意见的函", "consultation_letter"),
        ("2024年度部门预算公开说明", "budget"),
        ("危险化学品事故应急预案", "emergency_plan"),
        ("企业突发环境事件应急预案备案登记表", "filing"),
        ("某县招聘专职消防员拟录用人员公示", "public_list"),
        ("汛期值班表", "duty_roster"),
        ("关于某某等同志职务任免的通知", "personnel"),
        ("安全生产举报登记表", "complaint"),
        ("粉尘企业管控办法政策解读", "interpretation"),
        ("采购项目成交公告", "bid"),
    ],
)
def test_titles_tell_the_kind(title: str, kind: str) -> None:
    assert recognize(f"{title}\n\n正文如下，请阅。\n").kind == kind
    assert kind in kind_names()


def test_headers_and_the_hidden_annex_are_not_the_body() -> None:
    head, body, note = "内部流转号 XZ-88\n", "行政处罚决定书\n罚款贰万元。\n", "关于请托的报告\n"
    text = head + body + note
    extracted = ExtractedText(
        text=text,
        media_type=MediaType.DOCX,
        blocks=(
            Block(kind=BlockKind.HEADER, span=TextSpan(start=0, end=len(head) - 1)),
            Block(
                kind=BlockKind.PARAGRAPH, span=TextSpan(start=len(head), end=len(head + body) - 1)
            ),
            Block(kind=BlockKind.COMMENT, span=TextSpan(start=len(head + body), end=len(text) - 1)),
        ),
    )
    within = body_of(extracted)
    assert within is not None
    found = recognize(text, within=within)
    assert found.title == "行政处罚决定书"
    assert body_of(ExtractedText(text=body, media_type=MediaType.TXT)) is None


@pytest.mark.parametrize(
    "piece",
    [
        "2011年5月8日\n",
        ",",
        "（此件公开发布）\n",
        "通知1",
        "(1)",
        "主持记录:",
        "被询问人问:",
        "〔2011〕1号",
    ],
)
def test_no_hostile_repetition_stops_the_reading(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.perf_counter()
    recognize(text)
    find_declared(text)
    assert time.perf_counter() - started < 10


@given(
    st.text(
        alphabet="关于的通知请示局县人民政府〔2011〕169号年月日一二十：。\n \t　签发人",
        max_size=120,
    )
)
def test_any_text_gives_spans_inside_it(text: str) -> None:
    found = recognize(text)
    for span in (found.title_span, found.doc_no_span, found.issuer_span, found.formed_on_span,
                 found.signer_line, found.recipients_span):  # fmt: skip
        if span is not None:
            assert span.end <= len(text)
            assert span.cut(text).strip()
