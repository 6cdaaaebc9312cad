"""The suggestion as a reviewer meets it: label, ground, date, doubts (scenarios A2 and A3)."""

from __future__ import annotations

from datetime import date

import pytest

from classifiers.artifacts import current_model
from classifiers.deadlines import due_for
from classifiers.elements import recognize
from classifiers.label_model import LabelModel
from classifiers.suggestion import suggest
from domain.documents import ExtractedText, MediaType
from domain.findings import Action, Category, Evidence, Finding, FindingType, finding_id
from domain.labels import Label, Suggestion
from domain.resources import data_path
from domain.spans import TextSpan
from domain.workdays import load_calendar
from pipelines.normalization import normalize
from pipelines.tokenization import tokenize


@pytest.fixture(scope="module")
def model() -> LabelModel:
    return current_model()


def finding(text: str, wording: str, kind: FindingType, category: Category) -> Finding:
    span = TextSpan(start=text.index(wording), end=text.index(wording) + len(wording))
    return Finding(
        id=finding_id("0" * 64, kind, span),
        text_digest="0" * 64,
        location=span,
        type=kind,
        category=category,
        action=Action.REDACT,
        score=1.0,
        evidence=Evidence(recognizer="test", version="1", pattern="p"),
    )


def suggestion_of(
    text: str, model: LabelModel, *findings: Finding, bureau: str | None = None
) -> Suggestion:
    extracted = ExtractedText(text=text, media_type=MediaType.TXT)
    normalized = normalize(text)
    return suggest(
        extracted,
        normalized,
        tokenize(normalized.text),
        findings,
        elements=recognize(text),
        model=model,
        bureau=bureau,
    )


PENALTY = """慈利县应急管理局
行政处罚决定书
(慈)应急罚〔2026〕12号
被处罚单位:慈利县测试花炮有限公司(统一社会信用代码:91430821MA0000001P)
地址:慈利县零阳街道测试路1号 法定代表人:黄测试 职务:总经理 联系电话:13900000001
2026年4月20日,执法人员检查发现34号成品库堆码高度5米,违反《中华人民共和国安全生产法》第三十六条,
直接责任人黄样例(身份证号430821190001010012,住慈利县零阳街道测试小区3栋402室)。
依据《中华人民共和国安全生产法》第九十九条,决定给予罚款人民币贰万元。
如不服本决定,可以依法申请行政复议或者提起行政诉讼。
慈利县应急管理局
二〇二六年四月二十七日
"""


def test_a_penalty_decision_is_public_within_seven_working_days(model: LabelModel) -> None:
    found = suggestion_of(PENALTY, model)
    assert found.label is Label.PROACTIVE
    assert (found.grounds[0].article, found.grounds[0].item) == (20, 6)
    assert found.grounds[1].statute == "anquan-shengchan-fa-2021"
    assert found.grounds[1].article == 78
    assert not any(g.mandatory for g in found.grounds)
    assert found.formed_on == date(2026, 4, 27)
    assert found.doc_no == "(慈)应急罚〔2026〕12号"
    assert found.document_kind == "penalty_decision"
    due = due_for(found, load_calendar(sorted(data_path("calendars").glob("*.json"))))
    assert due is not None
    assert due.date == date(2026, 5, 9)
    assert len(due.counted) == 7
    assert sum(found.probabilities.values()) == pytest.approx(1.0)
    assert found.label in found.prediction_set


def test_the_short_form_of_the_scenario_reads_the_same(model: LabelModel) -> None:
    text = PENALTY.replace("\n", "").replace("慈利县应急管理局行政", "行政")
    found = suggestion_of("行政处罚决定书 (慈)应急罚〔2026〕12号\n" + text[7:], model)
    assert found.label is Label.PROACTIVE
    assert found.formed_on == date(2026, 4, 27)
    assert any(g.article == 78 for g in found.grounds)


def test_a_minor_fine_of_a_person_on_the_spot_is_not_pushed_out(model: LabelModel) -> None:
    text = "当场行政处罚决定书\n(慈)应急简罚〔2026〕3号\n当事人：某甲\n给予警告，罚款五十元。\n"
    found = suggestion_of(text, model)
    assert found.label is not Label.PROACTIVE


def test_a_lesson_about_secrecy_is_public_with_a_note_only(model: LabelModel) -> None:
    text = (
        "保密法宣传月通知\n\n广大市民朋友：\n"
        "国家秘密的密级分为绝密、机密、秘密三级，泄露国家秘密应当依法承担责任。"
        "宣传月期间将向社会公布保密法律知识，欢迎社会各界参与，现予公告。\n"
        "慈利县应急管理局\n2026年4月1日\n（此件公开发布）\n"
    )
    found = suggestion_of(text, model)
    assert found.label is Label.PROACTIVE
    assert not found.secrecy_review
    assert found.secrecy_reasons == ()
    assert any("不在版头位置" in cue for cue in found.cues)


def test_an_internal_heading_holds_the_paper_for_secrecy_review(model: LabelModel) -> None:
    text = (
        "内部事项  注意保管\n\n慈利县应急管理局值班安排\n\n"
        "各股室：\n现将国庆假期值班安排印发给你们，带班领导手机另附。\n2026年9月20日\n"
    )
    found = suggestion_of(text, model)
    assert found.secrecy_review
    assert found.secrecy_evidence[0].cut(text) == "内部事项  注意保管"
    assert found.label is not Label.PROACTIVE


@pytest.mark.parametrize(
    "cited",
    [
        "市联席办〔2026〕4号文件（机密★5年）",
        "《防范方案》（市反恐办〔2026〕4号，机密）",
        "上级机密级文件",
    ],
)
def test_a_paper_that_quotes_a_marked_one_is_never_suggested_public(
    model: LabelModel, cited: str
) -> None:
    text = (
        "慈利县应急管理局\n慈应急〔2026〕9号\n转发关于重点目标防护工作的通知\n\n各股室：\n"
        f"现将{cited}转发给你们，请按要求增加巡逻次数。\n"
        "2026年4月1日\n（此件公开发布）\n"
    )
    found = suggestion_of(text, model)
    assert found.secrecy_review
    assert found.label in (Label.EXEMPT, None)
    assert found.grounds[0].article == 14
    assert found.grounds[0].mandatory
    assert "declared_differs" in {c.code for c in found.conflicts}


def test_a_request_upwards_is_process_information_despite_its_mark(model: LabelModel) -> None:
    text = (
        "慈利县应急管理局文件\n慈应急请〔2026〕3号　　签发人：方某\n"
        "关于解决防汛物资经费的请示\n\n县人民政府：\n资金缺口较大，恳请安排。\n妥否，请批示。\n"
        "慈利县应急管理局\n2026年4月1日\n（此件公开发布）\n"
    )
    found = suggestion_of(text, model)
    assert found.label is Label.EXEMPT
    assert (found.grounds[0].article, found.grounds[0].paragraph) == (16, 2)
    assert not found.grounds[0].mandatory
    assert found.declared is not None
    conflict = next(c for c in found.conflicts if c.code == "declared_differs")
    assert "主动公开" in conflict.message
    assert "不予公开" in conflict.message


def test_private_matter_in_a_public_paper_is_shown_as_a_conflict(model: LabelModel) -> None:
    telephone = finding(PENALTY, "13900000001", FindingType.PHONE, Category.PRIVATE)
    codes = {c.code for c in suggestion_of(PENALTY, model, telephone).conflicts}
    assert "private_in_proactive" in codes
    assert "private_in_proactive" not in {c.code for c in suggestion_of(PENALTY, model).conflicts}


def test_another_agencys_paper_is_pointed_out(model: LabelModel) -> None:
    own = suggestion_of(PENALTY, model, bureau="慈利县应急管理局")
    other = suggestion_of(PENALTY, model, bureau="永固县应急管理局")
    assert "made_by_other" not in {c.code for c in own.conflicts}
    assert "made_by_other" in {c.code for c in other.conflicts}


def test_a_text_that_says_nothing_waits_for_a_person(model: LabelModel) -> None:
    found = suggestion_of("甲乙丙丁。\n", model)
    assert found.label is None or max(found.probabilities.values()) >= model.threshold
    assert suggestion_of("", model).title == ""


def test_a_suspected_mark_found_by_screening_opens_the_secrecy_review(model: LabelModel) -> None:
    text = PENALTY + "附件：部署方案\n秘密事项甲\n"
    mark = finding(text, "秘密事项甲", FindingType.SECRET_MARK, Category.STATE_SECRET)
    found = suggestion_of(text, model, mark)
    assert found.secrecy_review
    assert found.label is None
    assert mark.location in found.secrecy_evidence
