"""Homes are found and sites are not; birth dates of persons and no other dates."""

from __future__ import annotations

import pytest

from domain.findings import Action, FindingType
from redaction.recognizers.addresses import AddressRecognizer
from redaction.recognizers.birth import BirthRecognizer
from tests.makers.identities import checked_id
from tests.unit.screening_tables import found, wanted


@pytest.mark.parametrize(
    "marked",
    [
        "直接责任人黄样例，住⟦慈利县零阳街道测试小区3栋402室⟧，银行账号",
        "住址：⟦慈利县测试镇样例村3组21号⟧   电话",
        "住址：⟦慈利县测试镇样例村３组２１号⟧。",
        "家住⟦测试县城北新区样例名都5栋2单元1103⟧，可派车接",
        "户籍地：⟦测试县大塘乡样例村下排组31号⟧",
        "住⟦测试县样例街道莲花桥社区老\n粮站宿舍2排5号⟧。",
        "姓名\t现住址\t备注\n赵测试\t⟦样例街道文昌巷17号附2号⟧\t无",
        "捡拾人钱样例，⟦城关街道测试厂职工宿舍3-402⟧，",
        "搅拌机操作工，⟦测试县样例镇新店子村4社⟧人。",
        "转到⟦测试县样例镇下湾村四组⟧他岳父家",
        "申请人赵测试的通讯地址为⟦测试市河东街道柳条巷14号2单元501室⟧，",
        "现住⟦测 试 县 样 例 街 道 宏 泰 花 园 7 号 楼 4 单 元 602 室⟧。",
        "居住在⟦测试县样例路12号院3排6号⟧",
    ],
)
def test_homes_are_redacted(marked: str) -> None:
    text, ranges = wanted(marked)
    spans = found(AddressRecognizer(), text, FindingType.ADDRESS, action=Action.REDACT)
    for start, end in ranges:
        assert any(s <= start and end <= e for s, e in spans), (marked, spans)


@pytest.mark.parametrize(
    "text",
    [
        "办公地址：慈利县零阳街道环城路119号3楼",
        "被处罚单位：慈利县测试花炮有限公司 地址：慈利县零阳街道测试路1号 法定代表人：黄测试",
        "地址：县政务服务大厅2楼12号窗口",
        "寄至测试县样例路8号县应急管理局406室",
        "项目位于样例镇测试村3组，占地5亩",
        "现场检查34号成品库堆码高度5米",
        "由6栋17层住宅和地下车库组成",
        "依据第3条第2款第1项，共3组12人",
        "测试村二组道路硬化工程",
        "住房和城乡建设局第3会议室",
        "被申请人：测试县住房和城乡建设局，住所地测试县清风大道66号。",
        "2024-05-06至2024-06-07",
        "湘应急发〔2024〕12号",
    ],
)
def test_sites_and_numbers_are_no_homes(text: str) -> None:
    assert found(AddressRecognizer(), text, FindingType.ADDRESS, action=Action.REDACT) == []


_BORN = checked_id("43082119000101001")


@pytest.mark.parametrize(
    "marked",
    [
        "赵测试，男，⟦1901年2月3日⟧出生，汉族",
        "赵测试，男，⟦１９０１年２月３日⟧生，汉族",
        "出生日期：⟦1901年2月3日⟧   民族",
        "出生年月\t⟦1901.02⟧",
        "生于⟦1901年2月⟧，",
        "出生日期⟦19010203⟧。",
        "⟦1901年2月3\n日⟧出生",
        f"01 赵测试 ⟦1900.01⟧ {_BORN} 88",
        "⟦一九〇一年二月三日⟧出生",
        "姓名\t出生年月\n赵测试\t⟦1901年2月⟧",
    ],
)
def test_birth_dates_are_redacted(marked: str) -> None:
    text, ranges = wanted(marked)
    spans = found(BirthRecognizer(), text, FindingType.BIRTH_DATE, action=Action.REDACT)
    for start, end in ranges:
        assert any(s <= start and end <= e for s, e in spans), (marked, spans)


@pytest.mark.parametrize(
    "text",
    [
        "2024年5月6日发生一起事故",
        "安全生产月活动2024年6月开始",
        "1998年生产的设备",
        "新生入学时间为2024年9月1日",
        "学生2024年5月6日返校，卫生检查2024年5月7日",
    ],
)
def test_other_dates_are_not_births(text: str) -> None:
    assert found(BirthRecognizer(), text, FindingType.BIRTH_DATE) == []
