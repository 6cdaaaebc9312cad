"""Written and proven in the sandbox: a copy that cannot be proven clean never leaves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from domain.documents import MediaType
from domain.errors import CannotMask, DigestMismatch, LeakFound, UnsupportedFormat
from domain.findings import FindingType
from domain.publication import Mark, RedactionPlan
from domain.spans import TextSpan
from pipelines import release
from pipelines.extraction.dispatch import extract
from pipelines.plans import strings_plan
from pipelines.release import UncleanCopy, make_copy
from pipelines.sandbox import Sandbox
from redaction.matching import find
from redaction.writers.base import REDACTED
from tests.makers import pdf
from tests.makers.attacks_docx import MAKERS
from tests.makers.penalty_docx import KEPT, SECRETS, penalty_decision

NAME, MOBILE = "黄样例", "13900000001"


@pytest.fixture(scope="module", name="sandbox")
def _sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def test_none_of_the_penalty_decisions_secrets_is_in_any_byte(sandbox: Sandbox) -> None:
    data = penalty_decision()
    extracted = extract(data, "处罚决定.docx")
    names = {"黄测试": "黄某甲", "黄样例": "黄某乙"}
    spans = [(s, REDACTED) for s in find(extracted.text, SECRETS)]
    spans += [(s, names[n]) for n in names for s in find(extracted.text, [n])]
    hidden = extracted.hidden_spans
    plan = RedactionPlan(
        text_digest=extracted.digest,
        policy_version="1",
        marks=tuple(
            Mark(
                span=span,
                type=FindingType.PERSON,
                replacement=replacement,
                ground="个人隐私，条例第十五条",
            )
            for span, replacement in sorted(spans)
            if not any(h.contains(span) for h in hidden)
        ),
    )
    made = make_copy(sandbox, data, extracted, plan)
    assert made.report.clean
    assert made.conflicts == ()
    with zipfile.ZipFile(io.BytesIO(made.copy.data)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (*SECRETS, *names):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert secret.encode(encoding) not in content + made.copy.data
        assert secret not in made.published_text
    again = extract(made.copy.data, "副本.docx")
    for kept in KEPT:
        assert kept in again.text
        assert kept in made.published_text
    assert "法定代表人：黄某甲" in again.text
    assert "直接责任人黄某乙" in again.text
    assert "注：文中▇▇▇处及以“某”代称处依法不予公开：个人隐私，条例第十五条。" in again.text


@pytest.mark.parametrize("attack", sorted(MAKERS))
def test_attack_files_come_out_clean(sandbox: Sandbox, attack: str) -> None:
    made = MAKERS[attack]()
    extracted = extract(made.data, "a.docx")
    copy = make_copy(
        sandbox, made.data, extracted, strings_plan(extracted, made.shown), also_secret=made.hidden
    )
    assert copy.report.clean
    assert copy.report.strings >= len(made.shown)


def test_a_pdf_comes_out_clean(sandbox: Sandbox) -> None:
    data = pdf.with_annotations(["本机关决定", f"当事人{NAME}电话{MOBILE}"], note="此人已请托")
    extracted = extract(data, "a.pdf")
    made = make_copy(sandbox, data, extracted, strings_plan(extracted, (NAME, MOBILE)))
    assert made.copy.media_type is MediaType.PDF
    assert made.report.clean
    assert "本机关决定" in made.published_text


@pytest.mark.parametrize(("name", "target"), [("a.txt", None), ("a.txt", MediaType.TXT)])
def test_text_comes_out_clean(sandbox: Sandbox, name: str, target: MediaType | None) -> None:
    data = f"局长签发\n当事人{NAME}\n".encode()
    extracted = extract(data, name)
    made = make_copy(sandbox, data, extracted, strings_plan(extracted, (NAME,)), target=target)
    assert made.report.clean
    assert made.published_text == f"局长签发\n当事人{REDACTED}\n"


def test_a_string_no_mark_covers_blocks(sandbox: Sandbox) -> None:
    data = f"当事人{NAME}".encode()
    extracted = extract(data, "a.txt")
    plan = strings_plan(extracted, ())
    # as if the plan had claimed to remove it: the text that is kept no longer counts it
    with pytest.raises(LeakFound):
        _checked_without(sandbox, data, extracted, plan)


def _checked_without(
    sandbox: Sandbox, data: bytes, extracted: Any, plan: RedactionPlan
) -> Mapping[str, Any]:
    described, written = sandbox.call(
        "pipelines.release:write_job",
        data,
        {
            "extracted": release.to_plain(extracted),
            "plan": release.to_plain(plan),
            "target": None,
        },
    )
    answer, _ = sandbox.call(
        "pipelines.release:check_job",
        written,
        {"copy": described, "secrets": [NAME], "kept_text": "当事人"},
    )
    if answer["hits"]:
        raise UncleanCopy(report=release.from_plain(release.LeakReport, answer))
    return answer


def test_the_refusal_carries_its_report_and_no_text() -> None:
    error = UncleanCopy(report=None)
    assert isinstance(error, LeakFound)
    assert str(error) == "leak_found"


def test_a_plan_of_another_text_is_refused(sandbox: Sandbox) -> None:
    extracted = extract("甲".encode(), "a.txt")
    other = extract("乙".encode(), "b.txt")
    with pytest.raises(DigestMismatch):
        make_copy(sandbox, b"", extracted, strings_plan(other, ()))


def test_a_file_that_changed_under_the_plan_is_refused(sandbox: Sandbox) -> None:
    attack = MAKERS["split_runs"]()
    extracted = extract(attack.data, "a.docx")
    plan = strings_plan(extracted, attack.shown)
    for data in (b"", b"no docx", MAKERS["hidden_text"]().data):
        with pytest.raises(CannotMask):
            make_copy(sandbox, data, extracted, plan)


def test_a_target_nobody_writes_is_refused(sandbox: Sandbox) -> None:
    extracted = extract("甲乙".encode(), "a.txt")
    with pytest.raises(UnsupportedFormat):
        make_copy(sandbox, b"", extracted, strings_plan(extracted, ()), target=MediaType.DOCX)


def test_a_mark_is_one_place_of_the_text() -> None:
    span = TextSpan(start=0, end=1)
    mark = Mark(span=span, type=FindingType.PERSON, replacement="某", ground="")
    with pytest.raises(ValueError, match="disjoint"):
        RedactionPlan(text_digest="", marks=(mark, mark), policy_version="1")
