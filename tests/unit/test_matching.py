"""A string is found wherever its characters stand, however they are written."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.spans import TextSpan
from redaction.matching import find, fold

_NOISE = ["", " ", "\n", "\t", "\u3000", "\u200b", "\u00ad", "-", "\u2014", "\u2060", "\ufeff"]
_LETTERS = "0123456789ABCxyz张三李四慈利县"


def _wide(char: str) -> str:
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


@pytest.mark.parametrize(
    "disguised",
    [
        "13900000001",
        "１３９００００００01",
        "139 0000 0001",
        "139-0000-0001",
        "139\u200b00000001",
        "1390000\n0001",
        "139\t0000\t0001",
        "1\u00ad3900000001",
    ],
)
def test_a_number_is_found_in_any_disguise(disguised: str) -> None:
    text = f"电话为{disguised}号"
    assert find(text, ["13900000001"]) == (TextSpan(start=3, end=3 + len(disguised)),)


@given(st.text(_LETTERS, min_size=2, max_size=12), st.data())
def test_noise_between_characters_and_full_width_forms_hide_nothing(
    needle: str, data: st.DataObject
) -> None:
    written = "".join(
        data.draw(st.sampled_from([char, _wide(char), char.lower()]))
        + data.draw(st.sampled_from(_NOISE))
        for char in needle
    )
    spans = find(f"前文、{written}、后文", [needle])
    assert len(spans) >= 1
    start = min(span.start for span in spans)
    assert start == 3


@given(st.text(max_size=60))
def test_every_folded_character_leads_back_into_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.origin)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= place < len(text) for place in folded.origin)
    assert fold(folded.text).text == folded.text or "İ" in text


@given(st.text(max_size=40), st.lists(st.text(max_size=6), max_size=4))
def test_spans_are_sorted_disjoint_and_really_hold_a_string(text: str, strings: list[str]) -> None:
    spans = find(text, strings)
    needles = {fold(string).text for string in strings} - {""}
    for left, right in itertools.pairwise(spans):
        assert left.end < right.start
    for span in spans:
        piece = fold(span.cut(text)).text
        assert any(needle in piece for needle in needles)


def test_a_string_that_folds_to_nothing_is_found_nowhere() -> None:
    assert find("abc", ["", " ", "\u200b-"]) == ()


def test_touching_and_overlapping_hits_become_one_span() -> None:
    assert find("张三三三", ["张三", "三三"]) == (TextSpan(start=0, end=4),)
