"""Training, folds and models on disk."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.artifacts import (
    ModelCard,
    UnknownModel,
    add_to_store,
    current_in,
    current_model,
    point_to,
    read_card,
    versions_in,
    write_model,
)
from classifiers.features import Observation
from classifiers.label_model import LABELS, DamagedModel, LabelModel
from classifiers.training import Example, TooFewDocuments, fit, folds_of, train
from domain.labels import Label

WORDS = {
    Label.PROACTIVE: ("公告", "公示", "社会"),
    Label.ON_REQUEST: ("批复", "合同", "收悉"),
    Label.EXEMPT: ("笔录", "请示", "内部"),
}


def example(number: int, label: Label, group: str | None = None) -> Example:
    words = WORDS[label]
    terms = {words[number % 3]: 2, words[(number + 1) % 3]: 1, f"词{number % 4}": 1}
    seen = Observation(
        terms=terms, marks={f"kind={words[0]}": 1.0}, signals={}, rows=(), declared=None
    )
    return Example(
        id=f"{label.value}-{number}", digest=str(number), label=label, observation=seen, group=group
    )


EXAMPLES = [example(n, label) for label in LABELS for n in range(12)]


@pytest.fixture(scope="module")
def trained() -> tuple[LabelModel, ModelCard]:
    return train(EXAMPLES, name="test", trained_on=date(2026, 1, 2), versions={"tokenizer": "t"})


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([None, "甲", "乙", "丙"])),
             min_size=10, max_size=60)
)  # fmt: skip
def test_folds_part_all_documents_and_no_group(kinds: list[tuple[Label, str | None]]) -> None:
    examples = [example(n, label, group) for n, (label, group) in enumerate(kinds)]
    folds = folds_of(examples)
    assert sorted(int(i) for fold in folds for i in fold) == list(range(len(examples)))
    home: dict[str, int] = {}
    for number, fold in enumerate(folds):
        for i in fold:
            group = examples[i].group
            if group is not None:
                assert home.setdefault(group, number) == number


def test_folds_hold_each_label_alike() -> None:
    for fold in folds_of(EXAMPLES):
        counts = Counter(EXAMPLES[i].label for i in fold)
        assert all(2 <= counts[label] <= 3 for label in LABELS)


def test_too_few_documents_are_refused() -> None:
    with pytest.raises(TooFewDocuments):
        fit(EXAMPLES[:14])


def test_the_card_tells_what_the_model_was_made_of(trained: tuple[LabelModel, ModelCard]) -> None:
    _, card = trained
    assert len(card.documents) == len(EXAMPLES)
    assert card.trained_on == date(2026, 1, 2)
    assert card.versions["tokenizer"] == "t"
    assert card.scores["macro_f1"] > 0.9
    assert card.scores["exempt_as_proactive"] == 0


def test_a_model_comes_back_from_disk_as_it_was(
    tmp_path: Path, trained: tuple[LabelModel, ModelCard]
) -> None:
    model, card = trained
    written = write_model(tmp_path, model, card)
    loaded = LabelModel.load(tmp_path)
    assert loaded.version == written.version
    assert read_card(tmp_path) == written
    assert loaded.training_digests == {e.digest for e in EXAMPLES}
    for one in EXAMPLES[::5]:
        seen = one.observation
        before, after = (m.predict(seen.terms, seen.marks) for m in (model, loaded))
        assert all(before[label] == pytest.approx(after[label], abs=1e-4) for label in LABELS)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


@pytest.mark.parametrize("harm", ["flip", "cut", "card", "gone"])
def test_a_harmed_model_is_refused_and_left_where_it_is(
    tmp_path: Path, trained: tuple[LabelModel, ModelCard], harm: str
) -> None:
    write_model(tmp_path, *trained)
    arrays, card = tmp_path / "model.npz", tmp_path / "card.json"
    data = arrays.read_bytes()
    if harm == "flip":
        arrays.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    elif harm == "cut":
        arrays.write_bytes(data[: len(data) // 2])
    elif harm == "card":
        card.write_text("{", encoding="utf-8")
    else:
        card.rename(tmp_path / "elsewhere.json")
    before = {p.name for p in tmp_path.iterdir()}
    with pytest.raises(DamagedModel):
        LabelModel.load(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == before


def test_the_store_keeps_every_version_and_points_to_one(
    tmp_path: Path, trained: tuple[LabelModel, ModelCard]
) -> None:
    model, card = trained
    assert current_in(tmp_path) is None
    assert current_model(tmp_path).version.startswith("starter-")
    first = add_to_store(tmp_path, model, card)
    again = add_to_store(tmp_path, model, card)
    other = add_to_store(tmp_path, fit(EXAMPLES[1:]), card)
    assert first.version == again.version
    assert set(versions_in(tmp_path)) == {first.version, other.version}
    for version in (other.version, first.version):
        point_to(tmp_path, version)
        assert current_model(tmp_path).version == version
    assert set(versions_in(tmp_path)) == {first.version, other.version}
    with pytest.raises(UnknownModel):
        point_to(tmp_path, "../starter")
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_the_shipped_model_holds_no_name_and_no_number() -> None:
    model = current_model()
    for term in model.terms:
        assert not any(c.isascii() and c.isalnum() for c in term.split("〈")[0]), term
    card = json.dumps({"terms": model.terms}, ensure_ascii=False)
    assert "430821" not in card


def test_prediction_never_leaves_the_simplex() -> None:
    model = current_model()
    for terms in ({}, {"没有": 1}, dict.fromkeys(model.terms, 3)):
        for hard in (None, *LABELS):
            chances = model.predict(terms, {"kind=notice": 1.0}, hard=hard, declared=hard)
            assert sum(chances.values()) == pytest.approx(1.0)
            assert all(0 <= p <= 1 for p in chances.values())
            assert model.prediction_set(chances)


def test_predicting_is_quick() -> None:
    model = current_model()
    terms = dict.fromkeys(model.terms[:400], 1)
    model.predict(terms)
    started = time.perf_counter()
    for _ in range(200):
        model.predict(terms)
    assert (time.perf_counter() - started) / 200 < 0.005
