"""Identity numbers, telephones, accounts, plates, passports, mail, chat: hits and look-alikes."""

from __future__ import annotations

import pytest

from domain.findings import Action, FindingType
from redaction.recognizers.accounts import AccountRecognizer, has_card_prefix, passes_luhn
from redaction.recognizers.base import Recognizer
from redaction.recognizers.contact import ContactRecognizer
from redaction.recognizers.coordinates import CoordinateRecognizer
from redaction.recognizers.identity import IdentityRecognizer, check_character, is_uscc
from redaction.recognizers.phones import PhoneRecognizer
from redaction.recognizers.travel import TravelDocumentRecognizer
from redaction.recognizers.vehicles import VehicleRecognizer
from tests.makers.identities import checked_id, invented, luhn
from tests.unit.screening_tables import found, wanted

ID = checked_id("43082119000101001")
ID_X = next(n for s in range(1, 200) if (n := checked_id(f"43082119010203{s:03d}")).endswith("X"))
WRONG = ID[:-1] + ("0" if ID[-1] != "0" else "1")
CARD = luhn("621096123456789012")
_CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
_YAO = str.maketrans("0123456789", "零幺二三四五六七八九")
_WIDE = str.maketrans({str(n): chr(0xFF10 + n) for n in range(10)} | {"X": "Ｘ"})


def _holds(recognizer: Recognizer, marked: str, kind: FindingType, action: Action) -> None:
    text, ranges = wanted(marked)
    spans = found(recognizer, text, kind, action=action)
    for start, end in ranges:
        assert any(s <= start and end <= e for s, e in spans), (marked, spans)
    if not ranges:
        assert spans == [], marked


@pytest.mark.parametrize(
    "marked",
    [
        f"当事人赵测试身份证号码⟦{ID}⟧住本县",
        f"公民身份号码：⟦{ID.translate(_WIDE)}⟧。",
        f"身份证⟦{ID[:6]} {ID[6:14]} {ID[14:]}⟧，男",
        f"身份证⟦{ID[:6]}-{ID[6:14]}-{ID[14:]}⟧，男",
        f"身份证号⟦{ID[:12]}\n{ID[12:]}⟧",
        f"赵测试\t⟦{ID[:12]}\t{ID[12:]}⟧\t男",
        f"身份证号⟦{' '.join(ID)}⟧",
        f"身份证号⟦{chr(0x200B).join(ID)}⟧",
        f"身份证号码为⟦{ID.translate(_CHINESE)}⟧的当事人",
        f"身份证号码为⟦{ID.translate(_YAO)}⟧的当事人",
        f"身份证⟦{ID_X}⟧。",
        f"身份证⟦{ID_X.lower()}⟧。",
        f"身份证⟦{ID_X[:-1]}×⟧。",
        f"赵测试⟦{ID}⟧钱样例",
        f"身份证号码⟦{WRONG}⟧（末位待核）",
        f"户主证件⟦{WRONG}⟧男",
        f"学籍号⟦G{ID}⟧",
        f"身份证⟦{ID[:6]}.{ID[6:14]}.{ID[14:]}⟧。",
        f"残疾证号⟦{ID}21⟧",
        f"残疾证号⟦{ID_X}11⟧",
        f"驾驶证号：⟦{ID}⟧",
        "身份证⟦430821000101001⟧（旧证）",
        f"身份证号⟦{ID[:10].replace('0', 'O')}{ID[10:]}⟧",
    ],
)
def test_identity_numbers_are_found_in_every_form(marked: str) -> None:
    _holds(IdentityRecognizer(), marked, FindingType.ID_CARD, Action.REDACT)


@pytest.mark.parametrize(
    "text",
    [
        f"流水号{WRONG}",
        "考试计划编号：430821201805120026",
        "发票代码：430821201801011234",
        "执法证号：18072600143",
        "许可证编号（湘）WH安许证字〔2020〕H2-0123号",
        "金额430821190001元",
        "文号：应急〔2021〕430821190001010012345号",
        "合同编号430821-2019-0001-0100-12",
    ],
)
def test_other_long_numbers_are_no_identity_numbers(text: str) -> None:
    assert found(IdentityRecognizer(), text, FindingType.ID_CARD) == []


def test_masked_identity_numbers_stay_and_half_masked_ones_go() -> None:
    _holds(IdentityRecognizer(), "身份证号⟦430821********0012⟧", FindingType.ID_CARD, Action.KEEP)
    _holds(IdentityRecognizer(), "身份证号⟦4308211900****0012⟧", FindingType.ID_CARD, Action.REDACT)


def test_credit_codes_are_kept_and_are_no_identity_numbers() -> None:
    text = "统一社会信用代码：91430821MA0000001P，地址"
    assert found(IdentityRecognizer(), text, FindingType.USCC, action=Action.KEEP)
    assert found(IdentityRecognizer(), text, FindingType.ID_CARD) == []
    assert is_uscc("91350100M000100Y43")
    assert not is_uscc("91350100M000100Y44")


def test_an_account_and_the_next_rows_number_are_no_credit_code() -> None:
    rows = "3\t赵测试\t62241211005604006\n4\t钱样例\t62241211005604007\n"
    text = f"序号\t姓名\t账号\n{rows}"
    assert found(IdentityRecognizer(), text, FindingType.USCC) == []
    assert len(set(found(AccountRecognizer(), text, FindingType.BANK_CARD))) == 2


def test_the_check_character_is_that_of_the_standard() -> None:
    assert check_character("11010519491231002") == "X"


@pytest.mark.parametrize("seed", range(20))
def test_numbers_of_invented_people_are_found_and_sound(seed: int) -> None:
    person = invented(seed)
    row = f"{person.name}\t{person.id_number}\t{person.mobile}\t{person.card}"
    text = f"姓名\t身份证号\t联系电话\t卡号\n{row}\n"
    assert found(IdentityRecognizer(), text, FindingType.ID_CARD, action=Action.REDACT)
    assert found(PhoneRecognizer(), text, FindingType.PHONE, action=Action.REDACT)
    assert found(AccountRecognizer(), text, FindingType.BANK_CARD, action=Action.REDACT)


@pytest.mark.parametrize(
    "marked",
    [
        "联系电话⟦13900000001⟧住址",
        "联系人赵测试⟦13900000001⟧钱样例",
        "手机⟦１３９００００００01⟧。",
        "手机⟦139 0000 0001⟧。",
        "手机⟦139-0000-0001⟧。",
        "手机⟦139.0000.0001⟧。",
        "手机⟦139/0000/0001⟧。",
        "手机⟦+86 13900000001⟧。",
        "手机⟦13900\n000001⟧。",
        "手机\t⟦1390000\t0001⟧\t备注",
        "手机⟦1 3 9 0 0 0 0 0 0 0 1⟧。",
        "手机⟦139\u200b0000\u200b0001⟧。",
        "电话一：⟦一三九零零零零零零零幺⟧。",
        "联系电话⟦139OOOO0001⟧。",
        "联系电话：0744-3220001，⟦1\n3900000001⟧）",
        "家属联系电话⟦0744-3220001⟧",
        "来电号码⟦0744-3220001⟧（住宅座机）",
    ],
)
def test_private_telephones_are_redacted(marked: str) -> None:
    _holds(PhoneRecognizer(), marked, FindingType.PHONE, Action.REDACT)


@pytest.mark.parametrize(
    "marked",
    [
        "办公室电话：⟦0744-3220001⟧。",
        "办公室电话：⟦0744－3220001⟧。",
        "值班电话⟦（0744）3220001⟧",
        "值班电话：⟦(010) 65550001⟧",
        "值班电话⟦3220001⟧，传真⟦3220002⟧",
        "联系电话⟦0744-3220001-8019⟧",
        "举报电话⟦12350⟧，欢迎举报",
        "拨打⟦0744-3220001⟧或者⟦12345⟧热线",
        "客服热线⟦400-800-0001⟧",
        "内线⟦6632⟧转接",
        "联系人的电话⟦138****9027⟧",
    ],
)
def test_office_lines_hotlines_and_masked_numbers_are_kept(marked: str) -> None:
    _holds(PhoneRecognizer(), marked, FindingType.PHONE, Action.KEEP)


@pytest.mark.parametrize(
    "marked",
    ["值班手机：⟦13900000001⟧", "采购代理机构：某公司 电话：⟦13900000001⟧"],
)
def test_a_duty_mobile_needs_a_person(marked: str) -> None:
    _holds(PhoneRecognizer(), marked, FindingType.PHONE, Action.MUST_DECIDE)


@pytest.mark.parametrize(
    "text",
    [
        "流水号13900000001",
        "执法证号：13900000143、13900000151",
        "出厂编号SDL13900000001",
        "投资13900000001元",
        "共12350人参加，其中12345人合格",
        "2023年10月11日",
        "产值 1390 0000 万元",
        "编号：0744-20210001",
        "总价139.00000001万",
        "身份证430821139000000011234",
    ],
)
def test_look_alikes_are_no_telephones(text: str) -> None:
    assert found(PhoneRecognizer(), text, FindingType.PHONE) == []


@pytest.mark.parametrize(
    "marked",
    [
        f"劳务费打入⟦{CARD}⟧，工商银行",
        f"卡号⟦{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:16]} {CARD[16:]}⟧。",
        f"卡号⟦{CARD.translate(_WIDE)}⟧。",
        f"卡号⟦{CARD[:10]}\n{CARD[10:]}⟧。",
        "开户行慈利测试银行，账号⟦82012550000037719⟧，用于收款",
        "结算帐号：⟦1721 0109 0004 0033 65⟧（测试支行）",
        "账号⟦07-151001040027735⟧；货款转至供方公账",
        "姓名\t开户行\t账号\n赵测试\t测试支行\t⟦62241211005601176⟧",
    ],
)
def test_private_and_enterprise_accounts_are_redacted(marked: str) -> None:
    _holds(AccountRecognizer(), marked, FindingType.BANK_CARD, Action.REDACT)


@pytest.mark.parametrize(
    "marked",
    [
        "将罚款缴至县非税收入专户（账号：⟦82012550000037719⟧）",
        "投标保证金户名：县公共资源交易中心，账号⟦84010309000026817⟧",
    ],
)
def test_the_treasurys_accounts_are_kept(marked: str) -> None:
    _holds(AccountRecognizer(), marked, FindingType.BANK_CARD, Action.KEEP)


@pytest.mark.parametrize(
    "text",
    [
        "项目编号6210961234567890123",
        "合同总价 6210 9612 3456 元",
        "统计编号1234567890123456789",
        "联系电话：0744-3220001",
    ],
)
def test_look_alikes_are_no_accounts(text: str) -> None:
    assert found(AccountRecognizer(), text, FindingType.BANK_CARD) == []


def test_card_checks() -> None:
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
    assert has_card_prefix(CARD)


@pytest.mark.parametrize(
    ("marked", "action"),
    [
        ("车牌⟦湘G·12345⟧的货车", Action.REDACT),
        ("车牌⟦湘Ｇ１２３４５⟧的货车", Action.REDACT),
        ("驾驶⟦湘G 12345⟧号货车", Action.REDACT),
        ("驾驶⟦湘GD12345⟧（新能源）", Action.REDACT),
        ("挂车⟦湘G1234挂⟧", Action.REDACT),
        ("教练车⟦湘G1234学⟧", Action.REDACT),
        ("执法车⟦湘G1234警⟧", Action.KEEP),
        ("公务用车⟦湘G·A0001⟧封存", Action.KEEP),
        ("车牌⟦湘G·1**45⟧", Action.KEEP),
    ],
)
def test_number_plates(marked: str, action: Action) -> None:
    _holds(VehicleRecognizer(), marked, FindingType.PLATE, action)


@pytest.mark.parametrize(
    "text",
    ["湘DB43/T1234标准", "（湘）JZ安许证字〔2020〕000123", "京2023年", "晋A级景区", "沪G123"],
)
def test_look_alikes_are_no_plates(text: str) -> None:
    assert found(VehicleRecognizer(), text, FindingType.PLATE) == []


@pytest.mark.parametrize(
    "marked",
    [
        "护照号码⟦E12345678⟧。",
        "持普通护照⟦Ｅ12345678⟧出境",
        "护照 ⟦C01X0006H⟧，德国籍",
        "港澳通行证⟦C12345678⟧",
        "台胞证号⟦12345678⟧",
        "护照号码⟦E 1 2 3 4 5 6 7 8⟧。",
        "姓名\t证件号码\n赵测试\t⟦E12345678⟧",
    ],
)
def test_passports_and_permits(marked: str) -> None:
    _holds(TravelDocumentRecognizer(), marked, FindingType.PASSPORT, Action.REDACT)


@pytest.mark.parametrize("text", ["型号E12345678", "规格G87654321，出境货物型号E12345678"])
def test_models_are_no_passports(text: str) -> None:
    assert found(TravelDocumentRecognizer(), text, FindingType.PASSPORT) == []


@pytest.mark.parametrize(
    ("marked", "action"),
    [
        ("申请人邮箱⟦zhao.test@example.com⟧。", Action.REDACT),
        ("申请人邮箱⟦zhao.test＠example.com⟧。", Action.REDACT),
        ("意见请反馈至⟦yjj@cili.gov.cn⟧。", Action.KEEP),
        ("申请人邮箱⟦zhao.test@exam\nple.com⟧。", Action.REDACT),
        ("征求意见反馈邮箱：⟦cs_yjj@163.com⟧，电话", Action.KEEP),
        ("⟦zhao_test@example.com⟧", Action.MUST_DECIDE),
    ],
)
def test_mail_addresses(marked: str, action: Action) -> None:
    _holds(ContactRecognizer(), marked, FindingType.EMAIL, action)


@pytest.mark.parametrize(
    "marked",
    [
        "微信号⟦zhao_test88⟧，",
        "（微信 ⟦zhao_test88⟧）",
        "QQ：⟦12345678⟧。",
        "ＱＱ群号：⟦12345678⟧。",
        "姓名\t微信\n赵测试\t⟦zhao_test88⟧",
    ],
)
def test_private_chat_accounts(marked: str) -> None:
    _holds(ContactRecognizer(), marked, FindingType.WECHAT_QQ, Action.REDACT)


def test_chat_words_alone_are_nothing() -> None:
    assert found(ContactRecognizer(), "通过微信公众号、QQ群发布信息", FindingType.WECHAT_QQ) == []


@pytest.mark.parametrize(
    "marked",
    [
        "坐标⟦东经110°22′17.4″ 北纬29°09′41.8″⟧。",
        "⟦110.8412E 29.2977N⟧",
        "点位\t⟦110.84123,29.29771⟧ 坐标",
    ],
)
def test_coordinates(marked: str) -> None:
    text, ranges = wanted(marked)
    if "坐标" in text[-3:]:
        text = "坐标" + text
        ranges = [(start + 2, end + 2) for start, end in ranges]
    spans = found(CoordinateRecognizer(), text, FindingType.COORDINATES)
    assert any(s <= ranges[0][0] and ranges[0][1] <= e for s, e in spans), spans


def test_temperatures_and_angles_are_no_coordinates() -> None:
    text = "温度68°，转角30°，坐标系CGCS2000"
    assert found(CoordinateRecognizer(), text, FindingType.COORDINATES) == []
