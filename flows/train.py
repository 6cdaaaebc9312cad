"""Training on what people confirmed: nightly by schedule, or by command; never on guesses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from prefect import flow
from prefect.states import Completed

from classifiers.artifacts import add_to_store, current_model, point_to, write_model
from classifiers.elements import body_of
from classifiers.features import observe
from classifiers.promotion import compare
from classifiers.training import Example, TooFewDocuments, train
from domain.errors import AlreadyRunning
from domain.labels import Label
from domain.resources import data_path
from flows.instruments import load_instruments
from flows.office import open_office
from flows.settings import Settings, load
from flows.work import bureau_name
from pipelines.intake import Instruments, prepare
from pipelines.normalization import NORMALIZER_VERSION
from pipelines.tokenization import tokenizer_fingerprint
from pipelines.training_set import example_of, prepare_document, shipped_documents, train_on

if TYPE_CHECKING:
    from bureau.register.files import Home

STARTER = "starter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a training run did, in counts and versions."""

    confirmed: int
    promoted: bool
    version: str
    message: str


def train_starter() -> str:
    """Rebuild the shipped model from the shipped documents; returns its scores as a line."""
    documents = shipped_documents()
    model, card = train_on(
        documents,
        load_instruments(None, None),
        name=STARTER,
        trained_on=datetime.now(UTC).date(),
    )
    card = write_model(data_path("models", STARTER), model, card)
    scores = "，".join(f"{name} {value:.3f}" for name, value in sorted(card.scores.items()))
    return f"已写入 {card.version}：{scores}"


def train_from_confirmed(settings: Settings, *, trigger: str) -> Training:
    """Train on the shipped documents and everything confirmed and signed here.

    The new model is stored; it becomes current only if it is no worse on documents that neither
    model had seen. Nothing is ever deleted.

    Raises:
        AlreadyRunning: if another training is at work.
    """
    home = open_office(settings)
    from bureau.register import audit_log
    from bureau.register.runs import running

    with running("train", trigger=trigger) as run:
        instruments = load_instruments(settings.home, bureau_name())
        own = list(_confirmed(home, instruments))
        run.counts["confirmed"] = len(own)
        store = settings.home / "models"
        current = current_model(store)
        fresh = [e for e in own if e.digest not in current.training_digests]
        if not fresh:
            return Training(
                confirmed=len(own),
                promoted=False,
                version=current.version,
                message="没有新的已确认文件，沿用现用模型。",
            )
        examples = [*_shipped(instruments), *own]
        try:
            comparison = compare(examples, current)
            model, card = train(
                examples,
                name="bureau",
                trained_on=timezone.localdate(),
                versions={"normalizer": NORMALIZER_VERSION, "tokenizer": tokenizer_fingerprint()},
            )
        except TooFewDocuments as error:
            return Training(
                confirmed=len(own),
                promoted=False,
                version=current.version,
                message=error.message,
            )
        card = add_to_store(store, model, card)
        if comparison.no_worse:
            point_to(store, card.version)
        run.counts.update(checked=comparison.checked, promoted=int(comparison.no_worse))
        audit_log.append(
            actor=f"system:{trigger}",
            action="model.promoted" if comparison.no_worse else "model.kept",
            subject=f"model:{card.version}",
            at=timezone.now(),
            detail={
                "checked": comparison.checked,
                "right_new": comparison.right_new,
                "right_now": comparison.right_now,
            },
        )
        verdict = "已启用" if comparison.no_worse else "不优于现用模型，未启用"
        return Training(
            confirmed=len(own),
            promoted=comparison.no_worse,
            version=card.version,
            message=f"{card.version}：在 {comparison.checked} 份未见过的文件上，"
            f"新模型对 {comparison.right_new}，现用对 {comparison.right_now}；{verdict}。",
        )


def _shipped(instruments: Instruments) -> Iterator[Example]:
    for document in shipped_documents():
        prepared = prepare_document(document, instruments)
        if prepared is not None:
            yield example_of(document, prepared)


def _confirmed(home: Home, instruments: Instruments) -> Iterator[Example]:
    """Items a reviewer confirmed and the secrecy reviewer signed, as training examples."""
    from bureau.register.models import ReviewItem
    from domain.decisions import ReviewState

    states = (ReviewState.PUBLISHABLE, ReviewState.PUBLISHED, ReviewState.WITHHELD)
    items = ReviewItem.objects.filter(
        state__in=[s.value for s in states], decision__isnull=False, part_count=0
    ).select_related("document", "decision")
    for item in items.iterator(chunk_size=100):
        if item.decision is None:
            continue
        extracted = home.load_extracted(item.document.sha256)
        prepared = prepare(extracted, instruments)
        yield Example(
            id=f"item:{item.pk}",
            digest=extracted.digest,
            label=Label(item.decision.label),
            observation=observe(
                extracted,
                prepared.normalized,
                prepared.tokens,
                prepared.findings,
                prepared.elements,
                within=body_of(extracted),
            ),
        )


@flow(name="retrain", persist_result=False, log_prints=False)
async def retrain() -> Any:
    """Train on what is confirmed; a model that is worse is stored but not used."""
    try:
        done = await asyncio.to_thread(train_from_confirmed, load(), trigger="schedule")
    except AlreadyRunning as error:
        return Completed(message=error.message, name="AlreadyRunning")
    return Completed(message=f"confirmed={done.confirmed}, promoted={done.promoted}")
