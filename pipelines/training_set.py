"""Annotated documents and what the label model learns from them.

A document reaches the model the way a .txt file would; one that the secrecy gate stops is no
training document, for its text may not be held at all.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from classifiers.artifacts import ModelCard
from classifiers.elements import body_of
from classifiers.features import observe
from classifiers.label_model import LabelModel
from classifiers.training import Example, train
from domain.documents import text_digest
from domain.errors import GongkaiError
from domain.findings import Action
from domain.labels import Label
from domain.resources import data_path
from domain.spans import TextSpan
from pipelines.evaluation_spans import AnnotatedSpan
from pipelines.extraction.text import extract
from pipelines.intake import Instruments, Prepared, prepare
from pipelines.normalization import NORMALIZER_VERSION
from pipelines.secrecy_gate import check
from pipelines.tokenization import tokenizer_fingerprint

GOLD = ("a.jsonl", "b.jsonl", "c.jsonl")


class BadAnnotations(GongkaiError):
    """A file that does not hold annotated documents, one JSON object a line."""

    code = "bad_annotations"
    message = "标注文件格式有误：每行应为一个 JSON 对象，含 id、text、label、findings。"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedDocument:
    """One annotated document (format: data/gold/README.md). ``file`` is its file's stem."""

    id: str
    file: str
    text: str
    label: Label
    basis: str
    difficulty: str
    pair: str | None
    spans: tuple[AnnotatedSpan, ...]

    @property
    def digest(self) -> str:
        """Digest of the text: how a model's card knows the document again."""
        return text_digest(self.text)


def read_documents(paths: Iterable[Path]) -> tuple[AnnotatedDocument, ...]:
    """Annotated documents of JSON Lines files, in order.

    Raises:
        BadAnnotations: if a line is not an annotated document.
    """
    return tuple(document for path in paths for document in _documents_in(path))


def shipped_documents() -> tuple[AnnotatedDocument, ...]:
    """What the starter model is trained on: data/gold and the published papers of govdocs.

    The published ones are all proactive and keep the model from taking every notice to lower
    offices for an internal one.
    """
    gold = [data_path("gold", name) for name in GOLD]
    return read_documents([*gold, data_path("corpora", "govdocs", "labelled.jsonl.gz")])


def _documents_in(path: Path) -> Iterator[AnnotatedDocument]:
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        for line in data.decode("utf-8").splitlines():
            if line.strip():
                yield _document(json.loads(line), path.name.split(".", 1)[0])
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        raise BadAnnotations from None


def _document(raw: dict[str, object], file: str) -> AnnotatedDocument:
    findings = raw.get("findings") or []
    if not isinstance(findings, list):
        raise TypeError
    text = str(raw["text"])
    evidence = raw.get("label_evidence") or []
    if not isinstance(evidence, list):
        raise TypeError
    # the words that gave the label away are cut out, from the last one back
    for mark in sorted(evidence, key=lambda e: -int(e["start"])):
        text = text[: mark["start"]] + text[mark["end"] :]
    return AnnotatedDocument(
        id=str(raw["id"]),
        file=file,
        text=text,
        label=Label(str(raw["label"])),
        basis=str(raw.get("basis") or ""),
        difficulty=str(raw.get("difficulty") or ""),
        pair=str(raw["pair"]) if raw.get("pair") else None,
        spans=tuple(
            AnnotatedSpan(
                span=TextSpan(start=f["start"], end=f["end"]),
                type=str(f["type"]),
                action=Action(f["action"]),
            )
            for f in findings
        ),
    )


def prepare_document(document: AnnotatedDocument, instruments: Instruments) -> Prepared | None:
    """The document as the intake recipe sees it; None where the secrecy gate stops it."""
    extracted = extract(document.text.encode("utf-8", "surrogatepass"))
    if check(extracted).quarantined:
        return None
    return prepare(extracted, instruments)


def example_of(document: AnnotatedDocument, prepared: Prepared) -> Example:
    """The training example of a document."""
    return Example(
        id=document.id,
        digest=document.digest,
        label=document.label,
        group=f"{document.file}/{document.pair}" if document.pair else None,
        observation=observe(
            prepared.extracted,
            prepared.normalized,
            prepared.tokens,
            prepared.findings,
            prepared.elements,
            within=body_of(prepared.extracted),
        ),
    )


def train_on(
    documents: Sequence[AnnotatedDocument],
    instruments: Instruments,
    *,
    name: str,
    trained_on: date,
    advance: Callable[[], None] = lambda: None,
) -> tuple[LabelModel, ModelCard]:
    """A label model over annotated documents, with its card.

    ``instruments.model`` is not used: a model never learns from another's guesses.

    Raises:
        TooFewDocuments: if a label has too few documents.
    """
    examples = []
    for document in documents:
        prepared = prepare_document(document, instruments)
        if prepared is not None:
            examples.append(example_of(document, prepared))
        advance()
    versions = {"normalizer": NORMALIZER_VERSION, "tokenizer": tokenizer_fingerprint()}
    return train(examples, name=name, trained_on=trained_on, versions=versions)
