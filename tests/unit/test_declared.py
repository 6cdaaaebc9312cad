"""The drafter's mark: found in every dress and in its place only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.declared import declared_spans, find_declared
from domain.labels import Label

BODY = (
    "关于做好汛期值守工作的通知\n各乡镇人民政府：\n"
    + "请认真抓好落实，按时报送情况。\n" * 12
    + "2026年4月1日\n"
)


@pytest.mark.parametrize(
    ("mark", "label"),
    [
        ("（此件公开发布）", Label.PROACTIVE),
        ("(此件主动公开)", Label.PROACTIVE),
        ("〔此件删减后公开〕", Label.PROACTIVE),
        ("（此件依申请公开）", Label.ON_REQUEST),
        ("［此件依申请公开］", Label.ON_REQUEST),
        ("（此 件 不 予 公 开）", Label.EXEMPT),
        ("（此件不公开）", Label.EXEMPT),
        ("（本件免予公开）", Label.EXEMPT),
        ("信息公开选项：依申请公开", Label.ON_REQUEST),
        ("信息公开选项:主动公开", Label.PROACTIVE),
        ("公开属性：不予公开", Label.EXEMPT),
        ("【公开属性】：主动公开", Label.PROACTIVE),
        ("公开方式：□主动公开　☑依申请公开　□不予公开", Label.ON_REQUEST),
        ("公开方式：主动公开□ 依申请公开□ 不予公开√", Label.EXEMPT),
        ("附注：此件依申请公开", Label.ON_REQUEST),
        ("（联系人：某某，电话：0551-0000000；此件公开发布）", Label.PROACTIVE),
    ],
)
def test_marks_of_every_fashion_are_read(mark: str, label: Label) -> None:
    text = BODY + mark + "\n抄送：县委办公室。\n"
    found = find_declared(text)
    assert found is not None
    assert found.label is label
    assert found.span.cut(text).strip() in mark


@pytest.mark.parametrize(
    "sentence",
    [
        "标注“此件公开发布”的文件应当在网站公布。\n",
        "凡公开方式：主动公开、依申请公开、不予公开三种，由拟稿人选择。\n",
        "对此件公开后的反映要及时回应。\n",
        "公开方式：□主动公开　□依申请公开　□不予公开\n",
        "各单位应当在附注中写明此件公开发布或者此件依申请公开。\n",
    ],
)
def test_running_text_about_marks_declares_nothing(sentence: str) -> None:
    assert find_declared(BODY + sentence) is None
    assert find_declared(BODY + sentence + "请遵照执行。\n" * 12) is None


def test_a_mark_above_an_annex_counts_and_one_inside_the_annex_does_not() -> None:
    annex = "附件\n实施细则\n" + "第一条　为加强管理，制定本细则。\n" * 20
    found = find_declared(BODY + "（此件不公开）\n" + annex)
    assert found is not None
    assert found.label is Label.EXEMPT


def test_a_mark_broken_over_a_line_end_is_read_and_cut_out() -> None:
    text = "县办密电〔2022〕4号　　　　　公开属性：主动公\n开\n\n关于做好工作的通知\n"
    found = find_declared(text)
    assert found is not None
    assert found.label is Label.PROACTIVE
    assert [s.cut(text) for s in declared_spans(text)] == ["公开属性：主动公\n开"]


@given(st.text(alphabet="（此件公开依申请不予主动：；□☑ \n　甲乙。", max_size=60))
def test_any_text_gives_spans_inside_it(text: str) -> None:
    for span in declared_spans(text):
        assert 0 <= span.start < span.end <= len(text)
    found = find_declared(text)
    if found is not None:
        assert found.span in declared_spans(text)
