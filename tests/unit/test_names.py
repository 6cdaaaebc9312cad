"""Persons: every place that demands a name, in every disguise, and what only looks like one."""

from __future__ import annotations

import gzip
import json

import pytest

from domain.documents import ExtractedText, MediaType
from domain.findings import FindingType
from domain.resources import data_path
from pipelines.normalization import normalize
from pipelines.tokenization import tokenize
from redaction.recognizers.base import Candidate, ScreeningContext
from redaction.recognizers.name_forms import common_words, cut_run, is_han_name, looks_transcribed
from redaction.recognizers.names import NameRecognizer
from redaction.recognizers.ner import NameModel
from redaction.recognizers.reading import read
from tests.unit.screening_tables import wanted


@pytest.fixture(scope="module")
def names() -> NameRecognizer:
    return NameRecognizer(NameModel.load())


def context(text: str, kind: str = "notice") -> ScreeningContext:
    normalized = normalize(text)
    return ScreeningContext(
        extracted=ExtractedText(text=text, media_type=MediaType.TXT),
        normalized=normalized,
        tokens=tokenize(normalized.text),
        document_kind=kind,
    )


def candidates(names: NameRecognizer, text: str, kind: str = "notice") -> list[Candidate]:
    return list(names.find(context(text, kind)))


def places(names: NameRecognizer, text: str, kind: str = "notice") -> list[tuple[int, int]]:
    ctx = context(text, kind)
    spans = [ctx.normalized.to_extracted(c.span) for c in names.find(ctx)]
    return sorted((span.start, span.end) for span in spans)


FOUND = {
    "label": [
        "法定代表人：⟦耿明远⟧    职务：总经理",
        "经办人:⟦佟丽华⟧  电话:0744-3220000",
        "审核：⟦缪长青⟧　制表：⟦佟丽华⟧",
        "经 办 人：⟦佟丽华⟧",
        "联系人（签名）：⟦耿明远⟧",
        "组　长：⟦贺永年⟧\n副组长：⟦鲁秋生⟧、⟦沈芳⟧（兼）、⟦石海洋⟧；",
        "组长:⟦贺永年⟧\n成员:⟦鲁秋生⟧⟦康建业⟧⟦滕学文⟧ ⟦顾海生⟧⟦肖克勤⟧\n⟦张建国⟧\n"
        "领导小组下设办公室。",
        "申请人 ⟦佟丽华⟧，女，住本县。",
        "主持：⟦高峰⟧   记录：⟦向阳⟧",
        "申请人\t⟦桑吉⟧\t性别\t男",
    ],
    "spaced and wrapped": [
        "责任人：⟦林　健⟧",
        "责任人：⟦徐 光 亮⟧",
        "出席：⟦宋 平⟧ ⟦陈家瑞⟧ ⟦郭 涛⟧",
        "办公室⟦穆 兰⟧负责登记。",
        "信访人:⟦司马小\n兰⟧,女,住石坝乡双河村",
    ],
    "posts": [
        "局长⟦任旭东⟧主持会议，副局长⟦张文进⟧任副组长。",
        "执法人员⟦向前⟧、⟦沈国良⟧对你单位进行检查。",
        "由⟦赵书礼⟧任组长,⟦王智⟧、⟦高伟⟧任副组长。",
        "车间主任⟦庞小丽⟧证实，从未培训。",
        "死者⟦覃国安⟧，男，52岁。",
        "⟦沈家声⟧局长指出，要落实责任。",
    ],
    "tables": [
        "序号\t姓名\t金额\n1\t⟦贡布扎西⟧\t300\n2\t⟦高兴⟧\t300\n",
        "日期\t带班领导\t驾驶员\n1日\t⟦耿明远⟧\t⟦佟福来⟧\n2日\t⟦白 松⟧\t⟦佟福来⟧\n",
        "法定代表人\t⟦耿明远⟧\t联系电话\t0744-3220000",
        "月份\t领导\t职务\n7月\t⟦吴金山⟧\t党组书记、局长\n8月\t⟦龙再兴⟧\t副局长\n",
        "序号   姓名   身份证号   村\n1   ⟦李国安⟧   430821190001010012   甲村\n",
    ],
    "other peoples": [
        "申请人：⟦阿卜杜拉·买买提⟧",
        "成员⟦卓玛措⟧、⟦次仁旺堆⟧参加。",
        "询问人：⟦欧阳思远⟧、⟦吉克拉且⟧",
        "聘请人员：⟦John Smith⟧，英国籍",
    ],
    "particulars": [
        "（二）⟦耿明远⟧，男，汉族，1900年1月生",
        "⟦佟丽华⟧(身份证号430821190001010012)",
        "⟦贺永年⟧（县应急局）、⟦沈芳⟧（县妇联）参加。",
        "⟦耿明远⟧同志任县应急管理局副局长",
        "任命：\n⟦白 帆⟧为县应急管理局副局长；\n",
    ],
    "masked before": [
        "参保人员⟦张某某⟧冒用他人证件。",
        "罚款⟦胡某甲⟧一万元。",
        "业主⟦文**⟧反映。",
        "市民⟦毕女士⟧来电。",
    ],
    "again elsewhere": [
        "电工⟦易安康⟧未取得操作证，另有对⟦易安康⟧的询问笔录。",
        "由⟦沈方圆⟧陪同，专家⟦母建平⟧、⟦禹长山⟧参加。",
        "死者⟦覃国安⟧，男，52岁。当日⟦覃国安⟧进入料仓。",
        "死者⟦高峰⟧，男，52岁。当日，⟦高峰⟧发现卡料。用电高峰期间应当限电。",
        "业主⟦耿明远⟧举报。⟦老耿⟧说他不怕。",
    ],
}


@pytest.mark.parametrize("marked", [m for group in FOUND.values() for m in group])
def test_a_name_is_found_whole_and_nothing_else(names: NameRecognizer, marked: str) -> None:
    text, ranges = wanted(marked)
    assert [text[a:b] for a, b in places(names, text)] == [text[a:b] for a, b in ranges]
    assert places(names, text) == ranges


NOTHING = [
    "建立健全公正透明的工作机制，抓好宣传教育，明确任务，严格许可证管理。",
    "执法人员应当出示证件，工作人员定期进行培训，申请人应于收到之日起补正。",
    "由县应急管理局负责解释，由施工单位承担，经复核后报局长办公会研究。",
    "当事人：慈利县测试花炮有限公司\n地址：慈利县零阳街道测试路1号",
    "邬政复决〔2021〕19号，根据安监发〔2014〕36号文件",
    "组长由分管领导担任，成员单位主要负责人参加。",
    "联系电话：0744-3220000　单位负责人（签章）：",
    "一问：为什么要出台这个办法？二〇二六年五月",
    "姓名\t性别\t职务\t备注\n",
]


@pytest.mark.parametrize("text", NOTHING)
def test_common_words_are_no_names(names: NameRecognizer, text: str) -> None:
    assert places(names, text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("学生：耿小雨，八年级3班。", FindingType.MINOR),
        ("伤者耿小雨，男，12岁，在家休养。", FindingType.MINOR),
        ("2026年5月，其女佟小雪，2019年3月生，随祖母生活。", FindingType.MINOR),
        ("女儿佟小雪，3岁，阳光幼儿园小班；婆婆郭秀莲，糖尿病。", FindingType.MINOR),
        ("伤者耿明远，男，42岁，在家休养。", FindingType.PERSON),
        ("班主任耿明远在实验小学任教。", FindingType.PERSON),
        ("女教师佟丽华，实验小学，37岁。", FindingType.PERSON),
    ],
)
def test_a_minor_is_told_from_an_adult(names: NameRecognizer, text: str, kind: FindingType) -> None:
    first = min(candidates(names, text, "complaint"), key=lambda c: c.span)
    assert first.type is kind


def test_the_parts_a_person_plays_go_along(names: NameRecognizer) -> None:
    found = candidates(names, "举报人：佟丽华\n经办人：耿明远\n佟丽华称厂里无人看管。", "complaint")
    cues = [set(candidate.cues) for candidate in found]
    assert "role:informant" in cues[0]
    assert "role:handler" in cues[1]
    assert "elsewhere:informant" in cues[2]


LEADERS = (
    "赵书义", "王志", "高伟", "黄光敬", "邓柏毅", "张立斌", "滕双初", "黄生海", "肖克银", "张建新",
    "任旭升", "张文存",
)  # fmt: skip


def test_the_sample_papers_leaders_are_found_and_no_other_word(names: NameRecognizer) -> None:
    text = data_path("samples", "county-bureau-disclosure-papers.txt").read_text("utf-8")
    assert {text[a:b] for a, b in places(names, text, "plan")} == set(LEADERS)


def test_statutes_name_nobody(names: NameRecognizer) -> None:
    for path in sorted(data_path("statutes").glob("*.md")):
        text = path.read_text("utf-8")
        assert [text[a:b] for a, b in places(names, text)] == [], path.name


def test_in_real_papers_no_common_word_is_taken_for_a_name(names: NameRecognizer) -> None:
    packed = data_path("corpora", "govdocs", "labelled.jsonl.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").splitlines()[:60]
    taken: set[str] = set()
    for line in lines:
        text = json.loads(line)["text"]
        taken |= {text[a:b] for a, b in places(names, text[:6000])}
    # public figures' names stand in the word list as words
    assert taken & common_words() <= {"习近平", "邓小平", "毛泽东"}


def test_a_run_of_names_is_cut_by_family_names() -> None:
    assert cut_run("鲁秋生康建业滕学文") == ("鲁秋生", "康建业", "滕学文")
    assert cut_run("欧阳海燕王智") == ("欧阳海燕", "王智")
    assert cut_run("的了是在和") == ()


def test_shapes_of_names() -> None:
    assert is_han_name("欧阳海燕")
    assert is_han_name("王智")
    assert not is_han_name("王")
    assert not is_han_name("王智刚毅勇")
    assert looks_transcribed("次仁旺堆")
    assert not looks_transcribed("安全生产")


def test_the_reading_joins_torn_words_and_leads_back() -> None:
    source = "责任人：林　健，\n另有王志 高伟到会。"
    reading = read(source)
    assert "林健" in reading.text
    assert "王志 高伟" in reading.text
    start = reading.text.index("林健")
    assert reading.span(start, start + 2).cut(source) == "林　健"


@pytest.mark.parametrize(
    "text",
    [
        "常年滚动播出。就如何确保道路交\n通安全进行了专题访谈,制作交通安全漫画。",
        "主要负责同志要亲自动员部署,分管负责同志要具体抓好落实。",
        "督促省级民爆行业主\n管部门落实安全监管责任,行业主管部门加强检查。",
    ],
)
def test_wrapped_words_and_verbs_behind_posts_are_no_names(
    names: NameRecognizer, text: str
) -> None:
    assert places(names, text) == []
