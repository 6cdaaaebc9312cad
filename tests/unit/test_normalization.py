"""The folded text, its origin map and what folds into what."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.spans import TextSpan
from pipelines.normalization import normalize

TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from(
            "慈利县０１２③⑴（）：　\u200b\ufeff\r\n\t„‟［］[]2011④⻢⼀…㎡㈱ﬃ—\u00ad\u00a0"
        ),
    )
)


@given(TEXTS)
def test_origin_is_true_for_every_code_point(text: str) -> None:
    result = normalize(text)
    assert list(result.origin) == sorted(result.origin)
    for code_point, origin in zip(result.text, result.origin, strict=True):
        alone = normalize(text[origin]).text
        # brackets around a year are the one fold that looks at its neighbours
        assert code_point in alone or code_point in "〔〕"


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once
    assert normalize(once).origin == tuple(range(len(once)))


@given(TEXTS, st.data())
def test_spans_lead_back_into_the_text(text: str, data: st.DataObject) -> None:
    result = normalize(text)
    if not result.text:
        return
    start = data.draw(st.integers(0, len(result.text) - 1))
    end = data.draw(st.integers(start + 1, len(result.text)))
    span = result.to_extracted(TextSpan(start=start, end=end))
    assert 0 <= span.start < span.end <= len(text)
    assert result.text[start] in normalize(text).text


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("".join(chr(ord(d) + 0xFEE0) for d in "13900000001"), "13900000001"),
        ("1390\u200b000\u00ad0001", "13900000001"),
        ("电话：（0744）3222222", "电话:(0744)3222222"),
        ("行\r\n尾\r又\u2028行", "行\n尾\n又\n行"),
        ("甲\u3000乙\t丙\u00a0丁", "甲 乙 丙 丁"),
        ("2014－2020—2021–2022−1", "2014-2020-2021-2022-1"),
        ("涡政办„2011‟169号", "涡政办〔2011〕169号"),
        ("安监［2012］3号", "安监〔2012〕3号"),
        ("安监[2012]3号", "安监〔2012〕3号"),
        ("见［附件2］和[12]", "见[附件2]和[12]"),
        ("„引文‟", "„引文‟"),
        ("①13900000001", "(1)13900000001"),
        ("13900000001②", "13900000001(2)"),
        ("13900000001²", "13900000001²"),
        ("⑴甲⒉乙", "(1)甲2.乙"),
        ("⻢某⻩某⻰某⿓某", "马某黄某龙某龍某"),
        ("⾦\uf9f4", "金林"),
        ("艾力・买买提•江", "艾力·买买提·江"),
        ("二O一一年二〇一一年", "二O一一年二〇一一年"),
        ("秘密★5年☆", "秘密★5年☆"),
        ("、。《》〔〕【】“”‘’", "、。《》〔〕【】“”‘’"),
        ("１㎡＝１０，０００ｃ㎡", "1m2=10,000cm2"),
        ("\ufeff标题", "标题"),
        ("", ""),
    ],
)
def test_folds(written: str, folded: str) -> None:
    assert normalize(written).text == folded


def test_a_number_in_full_width_leads_back_to_its_place() -> None:
    text = "联系人：黄测试，手机１３９\u200b０００\u3000０００１。"
    result = normalize(text)
    start = result.text.index("139")
    span = result.to_extracted(TextSpan(start=start, end=start + len("139000 0001")))
    assert span.cut(text) == "１３９\u200b０００\u3000０００１"


def test_an_expanded_character_is_covered_whole() -> None:
    text = "共㈱社"
    result = normalize(text)
    start = result.text.index("株")
    assert result.to_extracted(TextSpan(start=start, end=start + 1)).cut(text) == "㈱"


def test_it_keeps_up_with_the_corpus() -> None:
    text = ("根据《条例》第十五条（２０１９年修订），联系电话：1390000\u200b0001…\r\n" * 40_000)[
        :1_000_000
    ]
    normalize(text[:1000])
    start = time.perf_counter()
    normalize(text)
    # 3 M characters/s on a quiet machine; a shared one is given ten times as long
    assert time.perf_counter() - start < 3.0
