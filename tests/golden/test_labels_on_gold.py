"""Labels on the shipped annotated documents, by folds: numbers that may rise and never fall."""

from __future__ import annotations

import json

import pytest

from classifiers.artifacts import current_model, read_card
from classifiers.features import FEATURES_VERSION
from classifiers.statutes import decision_table
from domain.resources import data_path
from domain.workdays import load_calendar
from pipelines.evaluation import Report, evaluate_documents, report_json, report_text
from pipelines.intake import Instruments
from pipelines.tokenization import tokenizer_fingerprint
from pipelines.training_set import GOLD, read_documents, shipped_documents
from redaction.policy import Policy
from redaction.recognizers.ner import NameModel


@pytest.fixture(scope="module")
def report() -> Report:
    instruments = Instruments(
        model=current_model(),
        names=NameModel.load(),
        policy=Policy.load(),
        calendar=load_calendar(sorted(data_path("calendars").glob("*.json"))),
    )
    return evaluate_documents(read_documents(data_path("gold", name) for name in GOLD), instruments)


@pytest.mark.slow
def test_labels_hold_their_ground(report: Report) -> None:
    labels = report.labels
    assert labels.documents == 239
    assert labels.exempt_as_proactive == 0
    assert labels.macro_f1 is not None
    assert labels.macro_f1 >= 0.90
    assert labels.accuracy_of_rest is not None
    assert labels.accuracy_of_rest >= 0.92
    assert labels.abstained is not None
    assert labels.abstained <= 0.08
    assert labels.exempt_article_right is not None
    assert labels.exempt_article_right >= 0.85
    assert labels.proactive_item_right is not None
    assert labels.proactive_item_right >= 0.85
    assert labels.calibration_error is not None
    assert labels.calibration_error <= 0.06
    assert min(labels.set_coverage.values()) >= 0.90


@pytest.mark.slow
def test_every_document_of_the_training_set_is_scored_by_a_model_that_did_not_see_it(
    report: Report,
) -> None:
    assert report.by_installed == 0
    assert report.by_folds + report.quarantined == 239
    assert report.companions == 42


@pytest.mark.slow
def test_the_report_prints_and_serialises(report: Report) -> None:
    text = report_text(report)
    assert "宏平均 F1" in text
    assert "折外" in text
    assert "PERSON" in text
    plain = json.loads(json.dumps(report_json(report)))
    assert plain["labels"]["documents"] == 239
    assert len(plain["documents"]) == 239
    # scores and ids only, never text of a document
    assert "text" not in plain["documents"][0]


def test_the_shipped_model_was_made_of_what_ships() -> None:
    card = read_card(data_path("models", "starter"))
    shipped = {document.digest for document in shipped_documents()}
    assert {document.digest for document in card.documents} <= shipped
    assert len(shipped) - len(card.documents) < 12
    assert card.versions["features"] == FEATURES_VERSION
    assert card.versions["decision_table"] == decision_table().version
    assert card.versions["tokenizer"] == tokenizer_fingerprint()
    assert card.scores["exempt_as_proactive"] == 0
