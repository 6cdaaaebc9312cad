"""Keep, mask or must-decide: by the part a person plays and the kind of the paper."""

from __future__ import annotations

import pytest

from domain.findings import Action
from domain.resources import data_path
from redaction.recognizers.names import NameRecognizer
from redaction.recognizers.ner import NameModel
from redaction.role_cues import RULES
from redaction.roles import RoleDecision, decide
from tests.unit.test_names import LEADERS, context

KEEP, REDACT, MUST = Action.KEEP, Action.REDACT, Action.MUST_DECIDE


@pytest.fixture(scope="module")
def names() -> NameRecognizer:
    return NameRecognizer(NameModel.load())


def decisions(names: NameRecognizer, text: str, kind: str) -> dict[str, RoleDecision]:
    """The decision on the first mention of each name."""
    ctx = context(text, kind)
    found: dict[str, RoleDecision] = {}
    for candidate in sorted(names.find(ctx), key=lambda c: c.span):
        found.setdefault(candidate.span.cut(ctx.text), decide(candidate, ctx))
    return found


PENALTY = """行政处罚决定书
(慈)应急罚〔2026〕12号
被处罚单位:慈利县测试花炮有限公司 地址:慈利县零阳街道测试路1号 法定代表人:黄测试 职务:总经理 \
联系电话:13900000001
2026年4月20日,执法人员张某甲、李某乙检查发现34号成品库堆码高度5米。直接责任人黄样例\
(身份证号430821190001010012,住慈利县零阳街道测试小区3栋402室)对此负有责任。
罚款人民币贰万元。
二〇二六年四月二十七日"""


def test_the_penalty_decision_of_the_scenario(names: NameRecognizer) -> None:
    found = decisions(names, PENALTY, "penalty_decision")
    assert {name: decision.action for name, decision in found.items()} == {
        "黄测试": MUST,
        "张某甲": KEEP,
        "李某乙": KEEP,
        "黄样例": REDACT,
    }


CASES = [
    # those in office, at work for the public
    ("局长耿明远主持会议。", "minutes", "耿明远", KEEP, "official"),
    ("联系人：佟丽华  电话：0744-3220000", "notice", "佟丽华", KEEP, "contact"),
    ("执法人员耿明远、佟丽华到场检查。", "penalty_decision", "佟丽华", KEEP, "enforcement"),
    ("经办人：佟丽华", "individual_decision", "佟丽华", KEEP, "handler"),
    ("评审专家：耿明远、佟丽华", "bid", "耿明远", KEEP, "expert"),
    ("签发人：耿明远", "request_up", "耿明远", KEEP, "official"),
    ("委托代理人：耿明远，某某律师事务所律师", "contract", "耿明远", KEEP, "lawyer"),
    ("组长：耿明远\n成员：佟丽华、贺永年", "plan", "佟丽华", KEEP, "official"),
    ("任命：\n耿明远为县应急管理局副局长；", "personnel", "耿明远", KEEP, "official"),
    # lists public by rule
    ("姓名\t镇\t金额\n耿明远\t甲镇\t300\n佟丽华\t乙镇\t300", "public_list", "佟丽华",
     KEEP, "listed_person"),
    # private persons
    ("举报人：佟丽华", "complaint", "佟丽华", REDACT, "informant"),
    ("申请人：佟丽华，女", "foi_reply", "佟丽华", REDACT, "applicant"),
    ("被询问人：佟丽华", "transcript", "佟丽华", REDACT, "case_person"),
    ("死者耿明远，男，52岁。", "investigation_report", "耿明远", REDACT, "case_person"),
    ("车间主任佟丽华证实，从未培训。", "penalty_decision", "佟丽华", REDACT, "worker"),
    ("佟丽华：\n本机关于2026年4月7日收到你的申请。", "foi_reply", "佟丽华", REDACT, "addressee"),
    ("法定代表人：耿明远", "application", "耿明远", REDACT, "legal_rep_case"),
    ("法定代表人：耿明远", "case_file", "耿明远", REDACT, "legal_rep_case"),
    ("企业联系人：佟丽华", "safety_assessment", "佟丽华", REDACT, "enterprise_staff"),
    ("我公司联系人佟丽华，电话13900000001", "letter", "佟丽华", REDACT, "enterprise_staff"),
    ("单位\t负责人\t手机\n甲燃气公司\t耿明远\t13900000001\n交警队\t佟丽华\t8880000", "plan",
     "耿明远", REDACT, "enterprise_staff"),
    ("单位\t负责人\t手机\n甲燃气公司\t耿明远\t13900000001\n交警队\t佟丽华\t8880000", "plan",
     "佟丽华", KEEP, "legal_rep_contract"),
    ("学生：佟小丽，八年级3班", "complaint", "佟小丽", REDACT, "minor"),
    ("单位\t姓名\t职务\t身份证号\n甲村\t耿明远\t经理\t430821190001010012", "notice", "耿明远",
     REDACT, "roster_with_numbers"),
    # for a person to choose
    ("法定代表人：耿明远", "penalty_decision", "耿明远", MUST, "legal_rep_published"),
    ("主要负责人：耿明远", "permit_result", "耿明远", MUST, "legal_rep_published"),
    # an agency's head is no enterprise's
    ("被申请人：县应急管理局。\n法定代表人：耿明远，局长。", "individual_decision", "耿明远",
     KEEP, "official"),
    # masked before, and names that are no persons' any more
    ("参保人员张某某冒用证件。", "exposure", "张某某", KEEP, "masked_before"),
    ("习近平总书记强调安全生产。", "notice", "习近平", KEEP, "official"),
    ("学习雷锋同志重要思想。", "notice", "雷锋", KEEP, "public_figure"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "name", "action", "rule"), CASES)
def test_each_part_has_its_rule(
    names: NameRecognizer, text: str, kind: str, name: str, action: Action, rule: str
) -> None:
    decision = decisions(names, text, kind)[name]
    assert (decision.action, decision.rule_id) == (action, rule)


def test_minors_sought_by_a_public_notice_are_for_a_person_to_decide(
    names: NameRecognizer,
) -> None:
    text = "查找被遗弃儿童生父母公告\n一、姓名：石小春（福利院取名），女，2026年1月2日出生"
    decision = decisions(names, text, "announcement")["石小春"]
    assert (decision.action, decision.rule_id) == (MUST, "minor_sought")


def test_a_party_stays_private_where_nothing_is_said_of_him(names: NameRecognizer) -> None:
    text = "举报人：佟丽华\n处理情况：已与佟丽华电话核实。"
    ctx = context(text, "complaint")
    found = [decide(c, ctx) for c in names.find(ctx) if c.span.cut(ctx.text) == "佟丽华"]
    assert [d.action for d in found] == [REDACT, REDACT]


def test_one_name_may_have_two_parts(names: NameRecognizer) -> None:
    """Each mention by itself: the same name as head of office and as applicant."""
    text = "局长耿明远主持。\n申请人：耿明远，男，住甲村。"
    ctx = context(text, "individual_decision")
    found = sorted(names.find(ctx), key=lambda c: c.span)
    assert [decide(c, ctx).action for c in found] == [KEEP, REDACT]


@pytest.mark.parametrize("kind", ["", "unknown", "no_such_kind"])
def test_unknown_kinds_never_show_a_private_person(names: NameRecognizer, kind: str) -> None:
    found = decisions(names, "耿明远昨日到过现场。举报人：佟丽华", kind)
    assert found["佟丽华"].action is REDACT
    assert found["耿明远"].action is not KEEP


def test_all_leaders_of_the_sample_papers_are_kept(names: NameRecognizer) -> None:
    text = data_path("samples", "county-bureau-disclosure-papers.txt").read_text("utf-8")
    for kind in ("plan", "self_check", "rules", "unknown"):
        ctx = context(text, kind)
        found = list(names.find(ctx))
        actions = {c.span.cut(ctx.text): decide(c, ctx).action for c in found}
        assert actions == dict.fromkeys(LEADERS, KEEP), kind


def test_every_rule_says_why_in_chinese_and_ends_its_list_without_conditions() -> None:
    for role, rules in RULES.items():
        assert not rules[-1].kinds, role
        for rule in rules:
            assert rule.reason.endswith("。"), rule.id
            assert rule.id.isascii()
