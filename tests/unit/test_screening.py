"""The whole screening of a document: scenario A2, hidden text, regions, order and repetition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.documents import (
    Block,
    BlockKind,
    ExtractedText,
    MediaType,
    Tokens,
    UnreadableRegion,
)
from domain.findings import Action, Finding, FindingType
from domain.spans import Rect, TextSpan
from pipelines.normalization import normalize
from redaction.policy import Policy
from redaction.screening import screen
from tests.makers.identities import checked_id, invented

POLICY = Policy.load()
_EXCLUSIVE = {"ID_CARD", "PHONE", "BANK_CARD", "EMAIL", "PLATE", "PASSPORT", "USCC", "BIRTH_DATE"}


def _screen(
    text: str,
    *,
    kind: str = "",
    blocks: Sequence[Block] = (),
    unreadable: Sequence[UnreadableRegion] = (),
) -> tuple[Finding, ...]:
    extracted = ExtractedText(
        text=text, media_type=MediaType.TXT, blocks=tuple(blocks), unreadable=tuple(unreadable)
    )
    return screen(
        extracted,
        normalize(text),
        Tokens(words=(), starts=(), tokenizer_version="none"),
        document_kind=kind,
        policy=POLICY,
        names=None,
    )


def _pieces(text: str, findings: Sequence[Finding], *actions: Action) -> dict[str, FindingType]:
    return {
        f.location.cut(text): f.type
        for f in findings
        if isinstance(f.location, TextSpan) and f.action in actions
    }


PENALTY = """行政处罚决定书
(慈)应急罚〔2026〕12号
被处罚单位:慈利县测试花炮有限公司(统一社会信用代码:91430821MA0000001P) \
地址:慈利县零阳街道测试路1号 法定代表人:黄测试 职务:总经理 联系电话:13900000001
2026年4月20日,执法人员张某甲、李某乙检查发现34号成品库堆码高度5米。
直接责任人黄样例(身份证号430821190001010012,住慈利县零阳街道测试小区3栋402室,\
银行账号6228480000000000018)。
罚款人民币贰万元。
二〇二六年四月二十七日
"""


def test_scenario_a2_masks_the_person_and_keeps_the_enterprise() -> None:
    findings = _screen(PENALTY, kind="penalty_decision")
    masked = _pieces(PENALTY, findings, Action.REDACT)
    assert masked["430821190001010012"] is FindingType.ID_CARD
    assert masked["13900000001"] is FindingType.PHONE
    assert masked["6228480000000000018"] is FindingType.BANK_CARD
    assert masked["慈利县零阳街道测试小区3栋402室"] is FindingType.ADDRESS
    assert _pieces(PENALTY, findings, Action.KEEP)["91430821MA0000001P"] is FindingType.USCC
    for public in ("测试花炮", "测试路1号", "应急罚", "34号成品库", "贰万元", "二〇二六"):
        assert not any(public in piece for piece in masked), public


def test_every_finding_says_by_which_rule_and_why_without_its_text() -> None:
    for finding in _screen(PENALTY, kind="penalty_decision"):
        assert finding.evidence.role
        assert finding.evidence.reason
        if finding.type is not FindingType.PERSON:
            assert re.search(r"第.{1,4}条|不随公开文本发布", finding.evidence.reason)
        assert isinstance(finding.location, TextSpan)
        assert finding.location.cut(PENALTY) not in finding.evidence.reason


def test_findings_of_unpublished_blocks_are_always_redacted() -> None:
    body = "办公室电话：0744-3220001。\n"
    annex = "批注：值班电话0744-3220002，内部流转号 XZ-88\n"
    block = Block(
        kind=BlockKind.COMMENT, span=TextSpan(start=len(body), end=len(body) + len(annex))
    )
    findings = _screen(body + annex, blocks=[block])
    masked = [f for f in findings if f.action is Action.REDACT]
    assert {"0744-3220002", "XZ-88"} == {
        f.location.cut(body + annex) for f in masked if isinstance(f.location, TextSpan)
    }
    assert all("annex" in f.evidence.cues for f in masked)
    assert _pieces(body + annex, findings, Action.KEEP)["0744-3220001"] is FindingType.PHONE


def test_every_unreadable_region_is_a_finding_of_its_own_for_a_person() -> None:
    rect = Rect(page_index=2, x0=1, top=2, x1=3, bottom=4)
    regions = [
        UnreadableRegion(reason="picture", rect=rect),
        UnreadableRegion(reason="picture", part="word/media/image1.png", node=0),
        UnreadableRegion(reason="picture", part="word/media/image2.png", node=0),
    ]
    findings = _screen("正文", unreadable=regions)
    assert [f.evidence.pattern for f in findings] == ["region:0", "region:1", "region:2"]
    assert all(f.action is Action.MUST_DECIDE for f in findings)
    assert all(f.type is FindingType.UNREADABLE for f in findings)
    assert findings[0].location == rect
    assert len({f.id for f in findings}) == 3


def test_a_number_masked_once_is_masked_wherever_it_stands() -> None:
    number = invented(1).mobile
    text = f"申请人手机{number}。\n编号{number}\n备注：{number[:3]}-{number[3:7]}-{number[7:]}\n"
    spans = [
        f.location
        for f in _screen(text)
        if f.type is FindingType.PHONE and isinstance(f.location, TextSpan)
    ]
    assert len(spans) == 3
    assert all(re.sub(r"\D", "", span.cut(text)) == number for span in spans)


def test_the_same_number_never_gets_two_verdicts() -> None:
    text = "住宅电话：0744-3220001。\n办公室电话：0744-3220001。\n"
    phones = [f for f in _screen(text) if f.type is FindingType.PHONE]
    assert [f.action for f in phones] == [Action.REDACT, Action.REDACT]


def test_an_address_found_once_is_found_again_without_its_label() -> None:
    home = "样例街道老粮站宿舍2排5号"
    text = f"赵测试，住{home}。\n关于{home}房屋加建问题\n"
    spans = [f for f in _screen(text) if f.type is FindingType.ADDRESS]
    assert len(spans) == 2


def test_a_number_inside_a_longer_number_is_one_finding() -> None:
    number = checked_id("43082119000101001")
    text = f"学籍号G{number}，卡号6228480000000000018"
    numbers = [f for f in _screen(text) if f.type.value in _EXCLUSIVE]
    assert [f.location.cut(text) for f in numbers if isinstance(f.location, TextSpan)] == [
        f"G{number}",
        "6228480000000000018",
    ]


def test_the_order_is_fixed_and_the_same_each_time() -> None:
    first, second = _screen(PENALTY), _screen(PENALTY)
    assert first == second
    starts = [f.location.start for f in first if isinstance(f.location, TextSpan)]
    assert starts == sorted(starts)


def test_plain_text_has_no_findings() -> None:
    text = "关于做好2024年防汛工作的通知\n各乡镇：\n一、提高认识，落实责任。\n2024年5月6日\n"
    assert _screen(text, kind="notice") == ()


@pytest.mark.parametrize("text", ["", "\n", "\t\t\n", " ", "。", "13", "密", "\u200b"])
def test_nearly_empty_texts_are_screened(text: str) -> None:
    assert _screen(text) == ()


_PARTS = st.sampled_from(
    [
        "赵测试", "身份证", "430821190001010012", "电话", "13900000001", "住", "慈利县测试镇3组5号",
        "，", "。", "\n", "\t", " ", "\u3000", "秘密★1年", "患糖尿病", "商业秘密",
        "底线380万", "①", "(", "：",
    ]
)  # fmt: skip


@given(st.lists(_PARTS, max_size=24).map("".join))
def test_spans_lie_in_the_text_and_numbers_never_overlap(text: str) -> None:
    findings = _screen(text, kind="case_file")
    ids = [f.id for f in findings]
    assert len(ids) == len(set(ids))
    spans = []
    for finding in findings:
        assert isinstance(finding.location, TextSpan)
        assert finding.location.end <= len(text)
        if finding.type.value in _EXCLUSIVE:
            spans.append(finding.location)
    assert all(a.end <= b.start for a, b in zip(sorted(spans), sorted(spans)[1:], strict=False))


def test_a_number_is_found_again_between_cells_of_digits() -> None:
    number = invented(2).mobile
    text = f"联系人手机{number}。\n序号\t编号\t年份\n1\t{number}\t2024\n"
    phones = [f for f in _screen(text) if f.type is FindingType.PHONE]
    assert len(phones) == 2


def test_a_long_list_is_screened_in_time_that_grows_with_its_length() -> None:
    people = [invented(seed) for seed in range(1500)]
    rows = "\n".join(f"{p.name}\t{p.id_number}\t{p.mobile}\t{p.card}" for p in people)
    text = f"姓名\t身份证号\t联系电话\t卡号\n{rows}\n"
    counts = Counter(f.type for f in _screen(text, kind="public_list"))
    assert counts[FindingType.ID_CARD] == 1500
    assert counts[FindingType.PHONE] == 1500
    assert counts[FindingType.BANK_CARD] == 1500
