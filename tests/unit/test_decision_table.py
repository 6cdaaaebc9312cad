"""The decision table as data: every name resolves, every ground stands in the statute."""

from __future__ import annotations

import json

import pytest

from classifiers.document_kind import kind_names
from classifiers.signals import find_signals, signal_rules
from classifiers.squeezed import squeeze
from classifiers.statutes import decision_table, ground, ground_ids, grounds_of
from domain.labels import Label
from domain.resources import data_path

REGULATION = json.loads(data_path("statutes", "tiaoli-2019.json").read_text(encoding="utf-8"))
EXEMPT_ARTICLES = {14, 15, 16}


def test_rows_name_signals_kinds_and_grounds_that_exist() -> None:
    declared = {f"declared_{label.value}" for label in Label}
    signals = {rule.id for rule in signal_rules()} | declared
    for row in decision_table().rows:
        assert row.every | row.any | row.none <= signals, row.id
        assert row.kinds <= set(kind_names()), row.id
        assert set(row.grounds) <= set(ground_ids()), row.id
        assert row.kinds or row.every or row.any, row.id
    ids = [row.id for row in decision_table().rows]
    assert len(ids) == len(set(ids))


def test_mandatory_and_discretionary_grounds_are_told_apart() -> None:
    for ground_id in ground_ids():
        found = ground(ground_id, rule_id="r")
        assert found.mandatory == (found.statute == "tiaoli-2019" and found.article in {14, 15})
        assert found.reason.endswith("。")


def test_grounds_stand_in_the_regulation() -> None:
    numerals = "一二三四五六七八九十"
    texts = {a["article"]: a for a in REGULATION["articles"]}
    for ground_id in ground_ids():
        found = ground(ground_id, rule_id="r")
        if found.statute != "tiaoli-2019":
            assert data_path("statutes", f"{found.statute}.md").exists()
            continue
        article = texts[found.article]
        if found.item is not None:
            n = found.item
            word = numerals[n - 1] if n <= 10 else "十" + numerals[n - 11]
            assert f"（{word}）" in article["text"] or f"({word})" in article["text"]
        if found.paragraph is not None:
            assert found.paragraph <= len(article["paragraphs"])


@pytest.mark.parametrize("label", list(Label))
def test_rows_of_a_label_rest_on_articles_that_carry_it(label: Label) -> None:
    for row in decision_table().rows:
        first = ground(row.grounds[0], rule_id=row.id)
        if row.label is label:
            assert (first.article in EXEMPT_ARTICLES) == (label is Label.EXEMPT), row.id


def test_mandatory_and_discretionary_never_stand_side_by_side() -> None:
    rows = [r for r in decision_table().rows if r.label is Label.EXEMPT]
    for first in rows:
        for second in rows:
            found = grounds_of((first, second), Label.EXEMPT, {})
            assert len({g.mandatory for g in found}) == 1


def test_signals_are_found_through_spaces_and_line_ends_with_their_places() -> None:
    text = "关于经费的请示\n县人民政府：\n资金缺口较大。妥 否，\n请批\n示。\n"
    found = find_signals(squeeze(text), None, "关于经费的请示")
    assert found["request_close"][0].cut(text) == "妥 否，\n请批\n示"


def test_no_pattern_is_slow_on_long_monotonous_text() -> None:
    text = "甲方乙方公开〔2011〕号文件附件标注：" * 4000
    assert isinstance(find_signals(squeeze(text), None, ""), dict)
