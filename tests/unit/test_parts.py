"""Several documents in one file are told apart; one document is never torn."""

from __future__ import annotations

import gzip
import json

import pytest

from domain.documents import Block, BlockKind, ExtractedText, MediaType, Part
from domain.resources import data_path
from domain.spans import TextSpan
from pipelines.parts import split

PAPERS = "county-bureau-disclosure-papers.txt"
NOTICE = """慈利县应急管理局文件
慈应急发〔2026〕{number}号
关于开展{subject}的通知
各股室、各乡镇应急管理站：
为切实做好{subject}工作，防范和遏制各类生产安全事故，现将有关事项通知如下。
一、提高思想认识。二、压实工作责任。三、加强督促检查。
{annex}慈利县应急管理局
2026年4月{number}日
（此件公开发布）
"""
DECISION = """行政处罚决定书
（慈）应急罚〔2026〕{number}号
被处罚单位：慈利县测试花炮有限公司{number}分厂，地址：慈利县零阳街道测试路1号。
2026年4月20日，执法人员检查发现该单位成品库堆码高度超过规定，决定给予罚款人民币贰万元的行政处罚。
慈利县应急管理局
二〇二六年四月二十七日
"""


def of(text: str, *blocks: Block) -> ExtractedText:
    return ExtractedText(text=text, media_type=MediaType.TXT, blocks=blocks)


def notice(number: int, subject: str, annex: str = "") -> str:
    return NOTICE.format(number=number, subject=subject, annex=annex)


def assert_covers(text: str, parts: tuple[Part, ...]) -> None:
    assert "".join(part.span.cut(text) for part in parts) == text


def test_the_sample_papers_are_five_with_their_titles() -> None:
    text = data_path("samples", PAPERS).read_text(encoding="utf-8")
    parts = split(of(text))
    assert [part.title for part in parts] == [
        "涡阳县安监局政务公开“深化年”活动实施方案",
        "慈利县安监局政务公开工作实施方案",
        "安监局党务政务公开工作自查报告",
        "慈利县安监局政务公开考核评议制度",
        "慈利县安监局2012年政务公开工作计划",
    ]
    assert_covers(text, parts)
    assert all(
        part.span.cut(text).startswith(f"第{n}篇")
        for n, part in zip("一二三四五", parts, strict=True)
    )


def test_no_single_document_of_the_corpora_is_torn() -> None:
    texts = {}
    for name in ("a", "b", "c"):
        for line in data_path("gold", f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            texts[record["id"]] = record["text"]
    with gzip.open(data_path("corpora", "govdocs", "labelled.jsonl.gz"), "rt") as lines:
        for line in lines:
            record = json.loads(line)
            texts[record["id"]] = record["text"]
    assert len(texts) > 250
    assert [name for name, text in texts.items() if split(of(text))] == []


def test_notices_one_after_the_other() -> None:
    text = notice(1, "烟花爆竹专项检查") + "\n" + notice(2, "汛期值班") + notice(3, "森林防火")
    parts = split(of(text))
    assert [part.title for part in parts] == [
        "关于开展烟花爆竹专项检查的通知",
        "关于开展汛期值班的通知",
        "关于开展森林防火的通知",
    ]
    assert_covers(text, parts)
    assert [part.span.cut(text).strip()[:9] for part in parts] == ["慈利县应急管理局文"] * 3


def test_decisions_are_named_with_their_number() -> None:
    text = DECISION.format(number=12) + DECISION.format(number=13)
    assert [part.title for part in split(of(text))] == [
        "行政处罚决定书 (慈)应急罚〔2026〕12号",
        "行政处罚决定书 (慈)应急罚〔2026〕13号",
    ]


def test_a_notice_without_a_number_behind_another() -> None:
    second = notice(2, "汛期值班").split("\n", 2)[2]
    assert [p.title for p in split(of(notice(1, "专项检查") + second))] == [
        "关于开展专项检查的通知",
        "关于开展汛期值班的通知",
    ]


def test_windows_line_ends_do_not_matter() -> None:
    text = (notice(1, "专项检查") + notice(2, "汛期值班")).replace("\n", "\r\n")
    parts = split(of(text))
    assert len(parts) == 2
    assert_covers(text, parts)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(notice(1, "专项检查"), id="one notice"),
        pytest.param(
            notice(1, "专项检查", "附件：1.专项检查方案\n")
            + "附件1\n慈利县专项检查工作方案\n慈应急发〔2026〕1号\n"
            + "各股室：\n一、检查范围。二、检查时间。\n2026年5月1日\n",
            id="an annex with a title, a number and a date",
        ),
        pytest.param(
            "慈利县应急管理局文件\n慈应急发〔2026〕3号\n关于转发省厅《关于加强值守的通知》的通知\n"
            "各股室：\n现将省应急管理厅通知转发给你们，请认真贯彻执行，抓好落实，确保安全。\n"
            "慈利县应急管理局\n2026年4月3日\n"
            "湖南省应急管理厅文件\n湘应急〔2026〕30号\n关于加强值守的通知\n"
            "各市州应急管理局：\n请加强值守。\n湖南省应急管理厅\n2026年4月1日\n",
            id="a notice that passes on another",
        ),
        pytest.param(
            "慈利县“十五五”应急体系规划\n第一篇 总则\n第一章 现状\n一、基础条件。\n第二章 形势\n"
            "第二篇 主要任务\n第三章 体制机制\n第四章 保障措施\n第三篇 实施保障\n第五章 组织领导\n",
            id="a plan in 篇",
        ),
        pytest.param(
            "慈利县应急管理局2026年行政处罚公示\n"
            + "".join(
                f"（慈）应急罚〔2026〕{n}号\n慈利县测试{n}公司\n罚款\n2026年{n}月1日\n"
                for n in range(1, 9)
            ),
            id="a list of decisions, a cell a line",
        ),
        pytest.param("", id="empty"),
        pytest.param("\n\n", id="blank"),
    ],
)
def test_one_document_stays_whole(text: str) -> None:
    assert split(of(text)) == ()


def test_cells_and_hidden_text_start_no_document() -> None:
    first, second = notice(1, "专项检查"), notice(2, "汛期值班")
    span = TextSpan(start=len(first), end=len(first + second))
    for kind in (BlockKind.HIDDEN, BlockKind.TABLE_CELL, BlockKind.COMMENT):
        assert split(of(first + second, Block(kind=kind, span=span))) == ()
    assert len(split(of(first + second))) == 2
