"""Passages: what is told of a person, an enterprise or the office, and what is told of all."""

from __future__ import annotations

import pytest

from domain.findings import Action, FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, Recognizer
from redaction.recognizers.family import FamilyRecognizer
from redaction.recognizers.health import HealthRecognizer
from redaction.recognizers.minor_particulars import MinorParticularsRecognizer
from redaction.recognizers.secrecy import SecrecyMarkRecognizer
from redaction.recognizers.trade import TradeRecognizer
from redaction.recognizers.work import WorkRecognizer
from tests.unit.screening_tables import context, found, wanted


def _person(text: str, name: str) -> tuple[Candidate, ...]:
    if name not in text:
        return ()
    ctx = context(text)
    start = ctx.text.index(name)
    return (
        Candidate(
            span=TextSpan(start=start, end=start + len(name)),
            type=FindingType.PERSON,
            score=0.9,
            pattern="test",
            recognizer="test",
        ),
    )


def _half_covered(
    recognizer: Recognizer, marked: str, kind: FindingType, document_kind: str = ""
) -> None:
    text, ranges = wanted(marked)
    spans = found(
        recognizer,
        text,
        kind,
        document_kind=document_kind,
        action=Action.REDACT,
        mentions=_person(text, "赵测试"),
    )
    for start, end in ranges:
        covered = sum(max(0, min(e, end) - max(s, start)) for s, e in spans)
        assert covered * 2 >= end - start, (marked, spans)


@pytest.mark.parametrize(
    "marked",
    [
        "赵测试，男，⟦患糖尿病多年，长期注射胰岛素⟧，无业。",
        "伤者赵测试：⟦左侧肋骨骨折，脾切除⟧。",
        "姓名\t诊断\n赵测试\t⟦腰椎间盘突出⟧",
        "赵测试⟦因脑梗住院⟧，申请变更。",
        "赵测试，⟦确诊双 相 情 感 障 碍⟧，自行停药。",
        "赵测试，⟦孕19周，乙肝小三\n阳⟧，导诊员。",
    ],
)
def test_a_persons_health(marked: str) -> None:
    _half_covered(HealthRecognizer(), marked, FindingType.HEALTH)


@pytest.mark.parametrize(
    "text",
    [
        "加强尘肺病等职业病防治工作，做好高血压、糖尿病筛查。",
        "事故造成3人死亡、2人重伤。",
        "残疾一级补贴标准为每月100元。",
        "姓名\t体检\n赵测试\t合格",
        "医疗机构应当配备呼吸机等设备。",
        "禁止患有高血压的人员从事高处作业。",
    ],
)
def test_health_in_general_is_nobodys(text: str) -> None:
    spans = found(HealthRecognizer(), text, FindingType.HEALTH, mentions=_person(text, "赵测试"))
    assert spans == []


@pytest.mark.parametrize(
    "marked",
    [
        "赵测试，⟦父母离异，随祖母生活⟧。",
        "赵测试称⟦妻子常年卧病、女儿上大学⟧，无力承担。",
        "姓名\t困难情形\n赵测试\t⟦丈夫去世、子女在校⟧",
        "赵测试，⟦2018年离异，2020年复婚⟧。",
    ],
)
def test_a_persons_family(marked: str) -> None:
    _half_covered(FamilyRecognizer(), marked, FindingType.FAMILY)


@pytest.mark.parametrize(
    "text",
    [
        "对低保户、特困家庭学生实行资助政策。",
        "符合条件的孤儿、留守儿童应当纳入保障范围。",
        "死者家属情绪稳定，善后工作有序开展。",
        "副局长赵测试包抓妹冲镇。",
    ],
)
def test_family_policy_is_nobodys(text: str) -> None:
    spans = found(FamilyRecognizer(), text, FindingType.FAMILY, mentions=_person(text, "赵测试"))
    assert spans == []


def test_particulars_of_minors_and_not_of_adults() -> None:
    marked = "2024年5月6日\n赵小样，⟦女，11岁，五（1）班⟧，面部受伤；"
    text, ranges = wanted(marked)
    recognizer = MinorParticularsRecognizer()
    assert found(recognizer, text, FindingType.MINOR) == ranges
    assert found(recognizer, "赵测试，男，34岁，操作工", FindingType.MINOR) == []
    assert found(recognizer, "2024年\n赵测试，男，2001年5月生，", FindingType.MINOR) == []


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("本附件含商业秘密。⟦反应釜温度68±2℃，分四次滴加，收率91%⟧。", "safety_assessment"),
        ("合同总价24000元，⟦其中人工费11600元、备件成本4100元、利润2400元⟧。", "contract"),
        ("报价摘录。⟦屏体进货价每平米2.31万元，毛利率33%，返点8%⟧。", "bid_evaluation"),
    ],
)
def test_trade_secrets(marked: str, kind: str) -> None:
    _half_covered(TradeRecognizer(), marked, FindingType.TRADE_SECRET, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("化学需氧量排放浓度30mg/L，达到标准限值。", "appraisal"),
        ("政府信息公开应当保护商业秘密，成本控制在5%以内。", "rules"),
        ("中标金额1234567元，工期90天。", "bid"),
        ("上年度财政拨款成本降低3%。", "budget"),
    ],
)
def test_public_values_are_no_trade_secrets(text: str, kind: str) -> None:
    assert found(TradeRecognizer(), text, FindingType.TRADE_SECRET, document_kind=kind) == []


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("⟦内部事项　注意保管⟧\n值班安排\n", "notice"),
        ("值班表\n（⟦内部使用，请勿外传⟧）\n", "duty_roster"),
        ("标题\n检查时间：⟦8月17日晚22:10同时进入⟧\n", "security_arrangement"),
        ("情况\n东北角⟦围墙豁口未封，夜间1时至5时为监控盲区⟧。\n", "security_arrangement"),
        ("讨论\n⟦我方底线380万，首轮报价300万⟧。\n", "draft_for_comment"),
        ("线索来源：⟦由该厂2工区女工当面反映，其丈夫在保管室上班⟧\n", "case_file"),
    ],
)
def test_work_secrets(marked: str, kind: str) -> None:
    _half_covered(WorkRecognizer(), marked, FindingType.WORK_SECRET, kind)


@pytest.mark.parametrize(
    "text",
    [
        "检查发现仓库监控失效、钥匙管理混乱，责令限期整改。",
        "应急值班电话24小时有人值守，巡逻队每日2次巡查。",
        "内部管理制度健全，内部机构设置如下。",
        "项目预算上限500万元，分两期实施。",
    ],
)
def test_public_papers_keep_their_sentences(text: str) -> None:
    spans = found(
        WorkRecognizer(), text, FindingType.WORK_SECRET, document_kind="inspection_result"
    )
    assert spans == []


def test_circulation_numbers_are_removed() -> None:
    text, ranges = wanted("内部流转号 ⟦XZ-88⟧\n关于检查的通知")
    assert found(WorkRecognizer(), text, FindingType.WORK_SECRET, action=Action.REDACT) == ranges


@pytest.mark.parametrize(
    ("marked", "action"),
    [
        ("000123\n⟦机密★3年⟧\n特急\n", Action.REDACT),
        ("⟦机 密 ★ 长 期⟧\n某局文件\n", Action.REDACT),
        ("⟦绝密★启用前⟧\n特急\n", Action.REDACT),
        ("000123\n⟦秘密⟧\n某局文件\n", Action.REDACT),
        ("密级标志如“⟦秘密★10年⟧”，应当标注在首页。", Action.KEEP),
        ("原密级：⟦秘密★1年⟧（已解密）", Action.KEEP),
    ],
)
def test_secrecy_marks(marked: str, action: Action) -> None:
    text, ranges = wanted(marked)
    spans = found(SecrecyMarkRecognizer(), text, FindingType.SECRET_MARK, action=action)
    assert spans == ranges


@pytest.mark.parametrize(
    "text", ["国家秘密的密级分为绝密、机密、秘密三级。", "保守国家秘密，人人有责", "机密工作汇报\n"]
)
def test_secrecy_words_in_running_text_are_no_marks(text: str) -> None:
    assert found(SecrecyMarkRecognizer(), text, FindingType.SECRET_MARK) == []
