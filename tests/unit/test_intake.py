"""The intake recipe from bytes to analysis, through the real sandbox, gate and screening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from classifiers.artifacts import current_model
from domain.documents import MediaType
from domain.errors import EmptyFile
from domain.findings import Action, FindingType
from domain.labels import Label
from domain.resources import data_path
from domain.spans import TextSpan
from domain.workdays import load_calendar
from pipelines.analysis_json import analysis_json
from pipelines.intake import Instruments, analyze
from pipelines.sandbox import Sandbox
from redaction.policy import Policy
from redaction.recognizers.ner import NameModel

PENALTY = """行政处罚决定书 (慈)应急罚〔2026〕12号
被处罚单位:慈利县测试花炮有限公司(统一社会信用代码:91430821MA0000001P)
地址:慈利县零阳街道测试路1号 法定代表人:黄测试 职务:总经理 联系电话:13900000001
2026年4月20日,执法人员张某甲、李某乙检查发现34号成品库堆码高度5米,违反《中华人民共和国安全生产法》。
直接责任人黄样例(身份证号430821190001010012,住慈利县零阳街道测试小区3栋402室,银行账号6228480000000000018)
罚款人民币贰万元。二〇二六年四月二十七日
"""


@pytest.fixture(scope="module")
def instruments() -> Instruments:
    return Instruments(
        model=current_model(),
        names=NameModel.load(),
        policy=Policy.load(),
        calendar=load_calendar(sorted(data_path("calendars").glob("*.json"))),
        bureau="慈利县应急管理局",
    )


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


def test_a_penalty_comes_out_with_label_ground_date_and_findings(
    sandbox: Sandbox, instruments: Instruments
) -> None:
    data = b"\xef\xbb\xbf" + PENALTY.encode()
    found = analyze(data, filename="处罚决定.txt", sandbox=sandbox, instruments=instruments)
    assert found.media_type is MediaType.TXT
    assert found.extracted is not None
    assert found.extracted.text == PENALTY
    assert found.suggestion is not None
    assert found.suggestion.label is Label.PROACTIVE
    assert [(g.article, g.item) for g in found.suggestion.grounds[:2]] == [(20, 6), (78, None)]
    assert found.due is not None
    assert found.due.date == date(2026, 5, 9)
    masked = {
        f.location.cut(PENALTY): f.type
        for f in found.findings
        if isinstance(f.location, TextSpan) and f.action is Action.REDACT
    }
    assert masked["430821190001010012"] is FindingType.ID_CARD
    assert masked["6228480000000000018"] is FindingType.BANK_CARD
    assert masked["13900000001"] is FindingType.PHONE
    assert "private_in_proactive" in {c.code for c in found.suggestion.conflicts}
    line = analysis_json(found)
    assert all(line["text"][f["start"] : f["end"]] == f["text"] for f in line["findings"])


def test_a_marked_file_stops_before_its_text(sandbox: Sandbox, instruments: Instruments) -> None:
    text = "000123\n秘密★5年\n特急\n慈利县应急管理局文件\n\n会议纪要\nTOPSECRETBODY-甲乙丙\n"
    found = analyze(
        text.encode("gb18030"), filename="会议纪要.txt", sandbox=sandbox, instruments=instruments
    )
    assert found.gate.quarantined
    assert found.extracted is None
    assert found.suggestion is None
    assert found.findings == ()
    assert "TOPSECRETBODY" not in str(analysis_json(found))


def test_a_lesson_about_secrecy_goes_the_ordinary_way(
    sandbox: Sandbox, instruments: Instruments
) -> None:
    text = (
        "保密法宣传月通知\n\n各乡镇，县直各单位：\n"
        "国家秘密的密级分为绝密、机密、秘密三级。请组织干部群众参加保密法宣传月活动，"
        "向社会公布宣传资料，欢迎群众监督。\n慈利县应急管理局\n2026年4月1日\n（此件公开发布）\n"
    )
    found = analyze(
        text.encode(), filename="保密宣传.txt", sandbox=sandbox, instruments=instruments
    )
    assert not found.gate.quarantined
    assert found.suggestion is not None
    assert found.suggestion.label is Label.PROACTIVE
    assert not found.suggestion.secrecy_review


def test_an_internal_roster_waits_for_the_secrecy_review(
    sandbox: Sandbox, instruments: Instruments
) -> None:
    text = "内部事项 注意保管\n值班安排\n10月1日 带班领导 方某 值班员 张某\n2026年9月20日\n"
    found = analyze(
        text.encode(), filename="值班安排.txt", sandbox=sandbox, instruments=instruments
    )
    assert found.suggestion is not None
    assert found.suggestion.secrecy_review
    assert found.suggestion.label is not Label.PROACTIVE


def test_the_sample_papers_are_parted_and_say_so(
    sandbox: Sandbox, instruments: Instruments
) -> None:
    path = data_path("samples", "county-bureau-disclosure-papers.txt")
    found = analyze(path.read_bytes(), filename=path.name, sandbox=sandbox, instruments=instruments)
    assert len(found.parts) == 5
    assert found.suggestion is not None
    assert found.suggestion.conflicts[0].code == "several_documents"
    assert not found.gate.quarantined


def test_an_empty_file_is_an_error_with_its_code(
    sandbox: Sandbox, instruments: Instruments
) -> None:
    with pytest.raises(EmptyFile):
        analyze(b"", filename="空.pdf", sandbox=sandbox, instruments=instruments)
