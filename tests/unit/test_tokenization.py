"""rjieba's tokens are jieba's, offsets are true, and words of the trade stay whole."""

from __future__ import annotations

import gzip
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.resources import data_path
from pipelines.normalization import normalize
from pipelines.tokenization import (
    Cut,
    fast_cut,
    reference_cut,
    tokenize,
    tokenizer_fingerprint,
    vocabulary,
)

FAST = fast_cut()


@pytest.fixture(scope="session")
def reference() -> Cut:
    return reference_cut()


def shipped_texts() -> list[str]:
    texts = []
    for name in ("a", "b", "c"):
        lines = data_path("gold", f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        texts += [json.loads(line)["text"] for line in lines]
    with gzip.open(data_path("corpora", "govdocs", "labelled.jsonl.gz"), "rt") as lines:
        texts += [json.loads(line)["text"] for line in lines]
    for path in sorted(data_path("samples").glob("*.txt")):
        texts.append(path.read_text(encoding="utf-8"))
    return texts


def test_tokens_equal_the_reference_on_every_shipped_text(reference: Cut) -> None:
    texts = [normalize(text).text for text in shipped_texts()]
    assert len(texts) > 250
    assert [i for i, text in enumerate(texts) if FAST(text) != reference(text)] == []


PIECES = st.one_of(
    st.text(alphabet="abcXYZ0123456789-_.%+#& /:@()\r\n\t", max_size=8),
    st.sampled_from(["政府信息公开", "慈利县", "A股", "C++", "c#", "AT&T", "T恤", "皖A-12345"]),
    st.text(alphabet="的安全生产监督管理局张王李他用海证〇·、。䶮鿫𠮷é가ー\ud800", max_size=6),
)


@settings(max_examples=600)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_tokens_equal_the_reference_on_mixed_strings(reference: Cut, text: str) -> None:
    assert FAST(text) == reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "2022-03-15",
        "GB/T 9704-2012",
        "0744-3222222转8001",
        "湘G-12345和皖A·12345",
        "a_b.c-d@e.com，C#与c++",
        "1.2.3%，--，100%的",
        "",
        "\n\n  \r\n",
    ],
)
def test_tokens_equal_the_reference_where_ascii_runs_are_torn(reference: Cut, text: str) -> None:
    assert FAST(text) == reference(text)


@given(st.text(max_size=200))
def test_words_joined_are_the_text_and_starts_are_their_places(text: str) -> None:
    tokens = tokenize(text)
    assert "".join(tokens.words) == text
    for word, start in zip(tokens.words, tokens.starts, strict=True):
        assert text[start : start + len(word)] == word


def test_every_word_of_the_vocabulary_stays_whole(reference: Cut) -> None:
    words = [word for word, _ in vocabulary()]
    assert len(words) >= 300
    assert len(set(words)) == len(words)
    assert [w for w in words if FAST(w) != [w] or reference(w) != [w]] == []


def test_the_vocabulary_keeps_its_rules() -> None:
    assert [w for w, _ in vocabulary() if not re.fullmatch("[\u4e00-\u9fd5]{2,}", w)] == []
    assert [w for w, frequency in vocabulary() if not 3 <= frequency <= 1000] == []


def test_the_fingerprint_names_rules_dictionary_and_vocabulary() -> None:
    name = tokenizer_fingerprint()
    assert name == tokenize("慈利县").tokenizer_version
    assert re.fullmatch(r"tokenization-\d+\+jieba-0\.42\.1\+[0-9a-f]{16}", name)


def test_threads_get_the_same_tokens() -> None:
    text = "慈利县应急管理局关于安全生产许可证的公告" * 50
    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(lambda _: tokenize(text).words, range(32)))
    assert len(results) == 1
