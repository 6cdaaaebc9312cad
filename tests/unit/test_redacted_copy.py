"""One file at hand: what its owner asks for, and what is refused in every mode."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import docx
import pytest

from domain.documents import MediaType
from domain.errors import DigestMismatch, QuarantinedFile
from flows.instruments import load_instruments
from pipelines.intake import Instruments
from pipelines.publish import InvalidDecisions, RedactionRequest, Release, redacted_copy
from pipelines.reading import read
from pipelines.sandbox import Sandbox
from redaction.writers.base import REDACTED
from tests.makers.penalty_docx import SECRETS, penalty_decision

DATA = penalty_decision()


@pytest.fixture(scope="module", name="sandbox")
def _sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module", name="instruments")
def _instruments() -> Instruments:
    return load_instruments(None, None)


def made(
    sandbox: Sandbox,
    instruments: Instruments,
    request: RedactionRequest,
    data: bytes = DATA,
    name: str = "处罚决定.docx",
) -> Release:
    return redacted_copy(
        data, filename=name, sandbox=sandbox, instruments=instruments, request=request
    )


def test_suggestions_apply_without_decisions(sandbox: Sandbox, instruments: Instruments) -> None:
    release = made(sandbox, instruments, RedactionRequest())
    assert release.report.clean
    for secret in SECRETS[:4]:
        assert secret not in release.published_text
        assert secret.encode() not in release.copy.data
    assert "慈利县测试花炮有限公司" in release.published_text


def test_strings_and_nothing_else(sandbox: Sandbox, instruments: Instruments) -> None:
    release = made(sandbox, instruments, RedactionRequest(strings=("黄样例", "139 0000 0001")))
    assert release.marks == 2
    lines = [p.text for p in docx.Document(io.BytesIO(release.copy.data)).paragraphs]
    assert any(line.endswith(f"联系电话：{REDACTED}") for line in lines)
    assert any("身份证号430821190001010012" in line for line in lines)
    assert lines[-1] == "二〇二六年四月二十七日"


def test_the_output_may_be_text(sandbox: Sandbox, instruments: Instruments) -> None:
    release = made(sandbox, instruments, RedactionRequest(extension=".TXT"))
    assert release.copy.media_type is MediaType.TXT


def decisions(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    extracted = read(sandbox, DATA, filename="处罚决定.docx").extracted
    assert extracted is not None
    start = extracted.text.index("总经理")
    phone = extracted.text.index("13900000001")
    return {
        "sha256": hashlib.sha256(DATA).hexdigest(),
        "text_digest": extracted.digest,
        "findings": [
            {"start": start, "end": start + 3, "action": "redact", "reason": "另有原因"},
            {"start": phone, "end": phone + 11, "action": "keep", "reason": "已公开"},
        ],
        "regions": [],
        **more,
    }


def test_decisions_overrule_suggestions(sandbox: Sandbox, instruments: Instruments) -> None:
    request = RedactionRequest(decisions=decisions(sandbox))
    release = made(sandbox, instruments, request)
    assert f"职务：{REDACTED}" in release.published_text
    assert "13900000001" in release.published_text
    assert "430821190001010012" not in release.published_text


@pytest.mark.parametrize("wrong", [{"text_digest": "0"}, {"sha256": "0"}])
def test_decisions_on_another_text_are_refused(
    sandbox: Sandbox, instruments: Instruments, wrong: dict[str, Any]
) -> None:
    request = RedactionRequest(decisions=decisions(sandbox, **wrong))
    with pytest.raises(DigestMismatch):
        made(sandbox, instruments, request)


@pytest.mark.parametrize(
    "wrong",
    [
        {"findings": {}},
        {"findings": [{"start": 1}]},
        {"findings": [{"start": 5, "end": 2, "action": "redact"}]},
        {"findings": [{"start": 0, "end": 2, "action": "must_decide"}]},
        {"regions": [{"page_index": 0}]},
    ],
)
def test_malformed_decisions_are_refused(
    sandbox: Sandbox, instruments: Instruments, wrong: dict[str, Any]
) -> None:
    request = RedactionRequest(decisions=decisions(sandbox, **wrong))
    with pytest.raises(InvalidDecisions):
        made(sandbox, instruments, request)


@pytest.mark.parametrize(
    "request_", [RedactionRequest(), RedactionRequest(strings=("甲",))], ids=["all", "strings"]
)
def test_a_marked_file_is_refused_in_every_mode(
    sandbox: Sandbox, instruments: Instruments, request_: RedactionRequest
) -> None:
    data = "机密★1年\n\n慈利县应急管理局文件\n关于某事的通知\n正文。\n".encode()
    with pytest.raises(QuarantinedFile):
        made(sandbox, instruments, request_, data, "a.txt")
