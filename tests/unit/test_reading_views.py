"""The views recognisers read through: digit groups and the text as it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.recognizers.flow import read_flow
from redaction.recognizers.numbers import Gap, number_runs
from tests.unit.screening_tables import context

_GAPS = ["", " ", "-", "\n", "\t", "\u200b", "  "]


@pytest.mark.parametrize(
    ("text", "digits", "widest"),
    [
        ("号码13900000001。", "13900000001", Gap.NONE),
        ("号码139 0000 0001。", "13900000001", Gap.SOFT),
        ("号码139-0000-0001。", "13900000001", Gap.SOFT),
        ("号码1390000\n0001。", "13900000001", Gap.HARD),
        ("号码1390000\t0001。", "13900000001", Gap.HARD),
        ("号码139\u200b00000001。", "13900000001", Gap.INVISIBLE),
        ("号码一三九零零零零零零零幺。", "13900000001", Gap.NONE),
        ("号码１３９００００００01。", "13900000001", Gap.NONE),
    ],
)
def test_a_number_reads_the_same_however_it_is_written(text: str, digits: str, widest: Gap) -> None:
    numbers = [n for run in number_runs(text) for n in run.numbers(frozenset({11}))]
    assert [n.digits for n in numbers] == [digits]
    assert numbers[0].span.cut(text) == text[2:-1]
    assert numbers[0].widest_gap is widest


def test_punctuation_ends_a_run_and_short_runs_are_left_out() -> None:
    assert number_runs("第1条，2024年5月6日，罚款3000元") == ()
    assert len(number_runs("13900000001、13900000002")) == 2


@given(st.lists(st.tuples(st.text("0123456789", min_size=1, max_size=5), st.sampled_from(_GAPS))))
def test_groups_keep_every_digit_in_its_place(pieces: list[tuple[str, str]]) -> None:
    text = "甲" + "".join(digits + gap for digits, gap in pieces) + "乙"
    for run in number_runs(text):
        for group in run.groups:
            assert group.span.cut(text) == group.digits
        whole = "".join(group.digits for group in run.groups)
        length = len(whole)
        if length:
            longest = [
                n
                for n in run.numbers(frozenset({length}))
                if n.shape == tuple(len(group.digits) for group in run.groups)
            ]
            assert longest[0].digits == whole


@given(st.text(max_size=80))
def test_reading_text_leads_back_into_the_text(text: str) -> None:
    flow = read_flow(text)
    assert len(flow.text) == len(flow.origin)
    assert list(flow.origin) == sorted(set(flow.origin))
    assert all(0 <= place < len(text) for place in flow.origin)


def test_wrapped_lines_join_and_paragraphs_stay_apart() -> None:
    text = (
        "申请人认为加建部分是为了照顾患病的家人起居生\n"
        "活所需要的，请求撤销原来的处理决定并重新作出\n"
        "一、第二段从这里开始"
    )
    flow = read_flow(text)
    assert "起居生活所需" in flow.text
    assert "作出\n一、" in flow.text


def test_stray_spaces_go_and_column_gaps_stay() -> None:
    assert read_flow("父 亲 卧 床    备注").text == "父亲卧床 备注"


def test_tabs_of_the_extracted_text_stay_cells_after_folding() -> None:
    ctx = context("姓名\t电话\n赵测试\t13900000001")
    assert ctx.column_header(ctx.text.index("139")) == "电话"
    assert ctx.column_header(0) == ""
