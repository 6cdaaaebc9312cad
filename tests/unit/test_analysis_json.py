"""The object a line of `gongkai analyze --json` holds."""

from __future__ import annotations

import json
from datetime import date

from domain.analysis import Analysis
from domain.documents import ExtractedText, MediaType, Part
from domain.errors import EmptyFile
from domain.findings import Action, Category, Evidence, Finding, FindingType
from domain.labels import Due, Ground, Label, Suggestion
from domain.secrecy import GateVerdict
from domain.spans import Rect, TextSpan
from pipelines.analysis_json import analysis_json

KEYS = {
    "sha256", "media_type", "text", "label", "probabilities", "prediction_set", "grounds",
    "declared", "conflicts", "secrecy_review", "due", "parts", "findings", "quarantined",
    "quarantine_reason", "error",
}  # fmt: skip


def finding(location: TextSpan | Rect, kind: FindingType) -> Finding:
    return Finding(
        id="f",
        text_digest="0",
        location=location,
        type=kind,
        category=Category.PRIVATE,
        action=Action.REDACT,
        score=0.98765,
        evidence=Evidence(recognizer="phones", version="1", pattern="p", reason="个人手机号。"),
    )


def test_an_analysis_prints_the_contracts_fields() -> None:
    text = "电话13900000001。"
    analysis = Analysis(
        sha256="ab",
        media_type=MediaType.TXT,
        gate=GateVerdict(),
        extracted=ExtractedText(text=text, media_type=MediaType.TXT),
        suggestion=Suggestion(
            label=Label.PROACTIVE,
            probabilities={Label.PROACTIVE: 0.9, Label.ON_REQUEST: 0.1, Label.EXEMPT: 0.0},
            prediction_set=(Label.PROACTIVE,),
            grounds=(
                Ground(article=20, item=6, reason="理由。", evidence=(TextSpan(start=0, end=2),)),
            ),
        ),
        findings=(
            finding(TextSpan(start=2, end=13), FindingType.PHONE),
            finding(Rect(page_index=0, x0=1, top=2, x1=3, bottom=4), FindingType.UNREADABLE),
        ),
        parts=(Part(span=TextSpan(start=0, end=5), title="甲"),),
        due=Due(
            date=date(2026, 5, 9),
            basis="依据",
            start=date(2026, 5, 8),
            working_days=1,
            counted=(date(2026, 5, 9),),
        ),
    )
    line = json.loads(json.dumps(analysis_json(analysis), ensure_ascii=False))
    assert set(line) >= KEYS
    assert line["text"] == text
    assert line["label"] == "proactive"
    assert line["grounds"][0]["article"] == 20
    assert line["grounds"][0]["evidence"] == [{"start": 0, "end": 2}]
    assert line["due"]["date"] == "2026-05-09"
    assert line["due"]["counted"] == ["2026-05-09"]
    assert line["parts"] == [{"start": 0, "end": 5, "title": "甲"}]
    telephone, picture = line["findings"]
    assert telephone["text"] == "13900000001"
    assert text[telephone["start"] : telephone["end"]] == telephone["text"]
    assert telephone["recognizer"] == "phones"
    assert picture["start"] is None
    assert picture["page_index"] == 0
    assert line["error"] is None


def test_a_quarantined_file_gives_its_verdict_and_nothing_of_its_text() -> None:
    analysis = Analysis(
        sha256="ab",
        media_type=MediaType.DOCX,
        gate=GateVerdict(quarantined=True, rules=("mark",)),
    )
    line = analysis_json(analysis)
    assert set(line) >= KEYS
    assert line["quarantined"] is True
    assert "保密" in line["quarantine_reason"]
    assert line["text"] is None
    assert line["findings"] == []
    assert line["label"] is None


def test_an_unreadable_file_gives_its_error() -> None:
    line = analysis_json(None, error=EmptyFile())
    assert set(line) >= KEYS
    assert line["error"] == {"code": "empty_file", "message": EmptyFile.message}
    assert line["text"] is None
