"""Models on disk: arrays and a card, written whole or not at all, never deleted, never pickled."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.label_model import LabelModel, arrays_of
from domain.encoding import from_plain, to_plain
from domain.errors import GongkaiError
from domain.resources import data_path

MODEL_FILE = "model.npz"
CARD_FILE = "card.json"
_POINTER = "current"


class UnknownModel(GongkaiError):
    """A version that is not in the store."""

    code = "unknown_model"
    message = "模型库中没有该版本的模型。"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDocument:
    """A document a model was trained on: its id and text digest, never its text."""

    id: str
    digest: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a model was made of and how it measured when it was made.

    ``digest`` is the SHA-256 of the arrays file; ``scores`` are cross-validated on the training
    documents; ``versions`` name the libraries, rules and tokenizer it depends on.
    """

    version: str
    name: str
    trained_on: date
    digest: str = ""
    documents: tuple[TrainingDocument, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def digests(self) -> frozenset[str]:
        """Text digests of the training documents."""
        return frozenset(document.digest for document in self.documents)


def write_model(folder: Path, model: LabelModel, card: ModelCard) -> ModelCard:
    """Writes arrays and card into ``folder``; returns the card with version and digest filled in.

    Each file is written beside its place, synced and renamed; the card comes last, so a crash
    between leaves a digest that does not match and the model is refused.
    """
    data = _packed(model)
    digest = hashlib.sha256(data).hexdigest()
    card = replace(
        card, digest=digest, version=f"{card.name}-{card.trained_on:%Y%m%d}-{digest[:8]}"
    )
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / MODEL_FILE, data)
    plain = json.dumps(to_plain(card), ensure_ascii=False, indent=1, sort_keys=True)
    _write(folder / CARD_FILE, plain.encode("utf-8") + b"\n")
    return card


def read_card(folder: Path) -> ModelCard:
    """The card of the model in ``folder``.

    Raises:
        FileNotFoundError, ValueError, KeyError: if it is missing or not a card.
    """
    return from_plain(ModelCard, json.loads((folder / CARD_FILE).read_text(encoding="utf-8")))


def add_to_store(store: Path, model: LabelModel, card: ModelCard) -> ModelCard:
    """Adds a model to the store under its version; existing versions are left as they are."""
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store, prefix=".new-") as scratch:
        staged = Path(scratch) / "model"
        card = write_model(staged, model, card)
        target = store / card.version
        if not target.exists():
            staged.rename(target)
            _sync_folder(store)
    return card


def point_to(store: Path, version: str) -> None:
    """Makes ``version`` the store's current model.

    Raises:
        UnknownModel: if the store does not hold it.
    """
    if version not in versions_in(store):
        raise UnknownModel
    _write(store / _POINTER, version.encode("utf-8") + b"\n")


def current_in(store: Path) -> Path | None:
    """Folder of the store's current model, or None where none was chosen yet."""
    pointer = store / _POINTER
    if not pointer.exists():
        return None
    version = pointer.read_text(encoding="utf-8").strip()
    if version not in versions_in(store):
        raise UnknownModel
    return store / version


def current_model(store: Path | None = None) -> LabelModel:
    """The store's current model; the shipped starter where there is no store or no choice yet.

    Raises:
        UnknownModel, DamagedModel: if the chosen model cannot be used; none steps in silently.
    """
    chosen = current_in(store) if store is not None else None
    return LabelModel.load(chosen or data_path("models", "starter"))


def versions_in(store: Path) -> tuple[str, ...]:
    """Versions the store holds, by name."""
    if not store.exists():
        return ()
    return tuple(
        sorted(p.name for p in store.iterdir() if (p / CARD_FILE).exists() and p.name[0] != ".")
    )


def _packed(model: LabelModel) -> bytes:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = arrays_of(model)
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _write(path: Path, data: bytes) -> None:
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path)
    finally:
        Path(scratch).unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
