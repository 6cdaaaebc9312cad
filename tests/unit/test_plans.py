"""A plan holds what a person decided: nothing undecided, nothing contradictory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.decisions import Decision, FindingVerdict
from domain.documents import Block, BlockKind, ExtractedText, MediaType, UnreadableRegion
from domain.errors import DigestMismatch, UndecidedFinding
from domain.findings import (
    Action,
    Category,
    Evidence,
    Finding,
    FindingType,
    finding_id,
)
from domain.labels import Label
from domain.publication import RedactionPlan
from domain.spans import Rect, TextSpan
from pipelines.plans import plan_from_decision, strings_plan, suggested_plan
from pipelines.release import conflicts, hidden_strings
from redaction.policy import Policy
from redaction.writers.base import REDACTED, published_text

POLICY = Policy.load()
BODY = (
    "局长黄样例签发。当事人黄样例，电话13900000001，家属电话１３９ ０００００００１。"
    "住测试小区3栋402室，另见测试小区3栋402室。"
)


def text_of(body: str = BODY, *, annex: str = "", pictures: int = 0) -> ExtractedText:
    blocks = ()
    if annex:
        span = TextSpan(start=len(body) + 1, end=len(body) + 1 + len(annex))
        body = f"{body}\n{annex}"
        blocks = (Block(kind=BlockKind.COMMENT, span=span),)
    return ExtractedText(
        text=body,
        media_type=MediaType.DOCX,
        blocks=blocks,
        unreadable=tuple(
            UnreadableRegion(reason="picture", part="word/document.xml", node=n)
            for n in range(pictures)
        ),
    )


def finding(
    extracted: ExtractedText,
    string: str,
    kind: FindingType,
    action: Action = Action.REDACT,
    *,
    nth: int = 0,
) -> Finding:
    start = -1
    for _ in range(nth + 1):
        start = extracted.text.index(string, start + 1)
    span = TextSpan(start=start, end=start + len(string))
    return Finding(
        id=finding_id(extracted.digest, kind, span),
        text_digest=extracted.digest,
        location=span,
        type=kind,
        category=Category.PRIVATE,
        action=action,
        score=1.0,
        evidence=Evidence(recognizer="test", version="1", pattern="test"),
    )


def picture(extracted: ExtractedText, number: int) -> Finding:
    rect = Rect(page_index=number, x0=0, top=0, x1=0, bottom=0)
    return Finding(
        id=f"picture-{number}",
        text_digest=extracted.digest,
        location=rect,
        type=FindingType.UNREADABLE,
        category=Category.PRIVATE,
        action=Action.MUST_DECIDE,
        score=1.0,
        evidence=Evidence(recognizer="test", version="1", pattern=f"region:{number}"),
    )


def decision(
    extracted: ExtractedText, verdicts: dict[str, Action], regions: tuple[Rect, ...] = ()
) -> Decision:
    return Decision(
        text_digest=extracted.digest,
        label=Label.PROACTIVE,
        grounds=(),
        verdicts=tuple(FindingVerdict(finding_id=k, action=v) for k, v in verdicts.items()),
        reviewer="reviewer",
        decided_at=datetime(2026, 5, 8, tzinfo=UTC),
        regions=regions,
    )


def covered(extracted: ExtractedText, plan: RedactionPlan) -> list[str]:
    return [m.span.cut(extracted.text) for m in plan.marks]


def test_every_finding_needs_a_verdict() -> None:
    extracted = text_of()
    phone = finding(extracted, "13900000001", FindingType.PHONE)
    person = finding(extracted, "黄样例", FindingType.PERSON, Action.KEEP)
    with pytest.raises(UndecidedFinding):
        plan_from_decision(
            extracted, (phone, person), decision(extracted, {phone.id: Action.REDACT}), POLICY
        )


def test_two_verdicts_on_one_finding_are_none() -> None:
    extracted = text_of()
    phone = finding(extracted, "13900000001", FindingType.PHONE)
    both = decision(extracted, {phone.id: Action.REDACT})
    both = replace(
        both,
        verdicts=(*both.verdicts, FindingVerdict(finding_id=phone.id, action=Action.KEEP)),
    )
    with pytest.raises(UndecidedFinding):
        plan_from_decision(extracted, (phone,), both, POLICY)


def test_another_text_is_refused() -> None:
    extracted, other = text_of(), text_of("别的文字13900000001")
    phone = finding(extracted, "13900000001", FindingType.PHONE)
    right = decision(extracted, {phone.id: Action.REDACT})
    for args in (
        (other, (phone,), right),
        (extracted, (phone,), replace(right, text_digest=other.digest)),
        (extracted, (), right),
    ):
        with pytest.raises(DigestMismatch):
            plan_from_decision(*args, POLICY)


def test_a_masked_number_is_masked_wherever_it_stands() -> None:
    extracted = text_of()
    phone = finding(extracted, "13900000001", FindingType.PHONE)
    address = finding(extracted, "测试小区3栋402室", FindingType.ADDRESS)
    verdicts = {phone.id: Action.REDACT, address.id: Action.REDACT}
    plan = plan_from_decision(extracted, (phone, address), decision(extracted, verdicts), POLICY)
    assert covered(extracted, plan) == [
        "13900000001",
        "１３９ ０００００００１",
        "测试小区3栋402室",
        "测试小区3栋402室",
    ]
    assert conflicts(extracted, plan) == ()


def test_a_name_may_be_kept_in_one_role_and_masked_in_another() -> None:
    extracted = text_of()
    leader = finding(extracted, "黄样例", FindingType.PERSON, Action.KEEP)
    party = finding(extracted, "黄样例", FindingType.PERSON, nth=1)
    verdicts = {leader.id: Action.KEEP, party.id: Action.REDACT}
    plan = plan_from_decision(extracted, (leader, party), decision(extracted, verdicts), POLICY)
    assert covered(extracted, plan) == ["黄样例"]
    assert "局长黄样例签发。当事人黄某某" in published_text(extracted, plan)
    assert conflicts(extracted, plan) == (0,)


def test_a_number_both_kept_and_masked_blocks() -> None:
    extracted = text_of()
    phone = finding(extracted, "13900000001", FindingType.PHONE)
    other = finding(extracted, "１３９ ０００００００１", FindingType.PHONE, Action.KEEP)
    verdicts = {phone.id: Action.REDACT, other.id: Action.KEEP}
    with pytest.raises(UndecidedFinding) as refused:
        plan_from_decision(extracted, (phone, other), decision(extracted, verdicts), POLICY)
    assert refused.value.code == "conflict"


def test_what_is_never_published_needs_no_verdict() -> None:
    extracted = text_of(annex="批注13900000009")
    hidden = finding(extracted, "13900000009", FindingType.PHONE)
    plan = plan_from_decision(extracted, (hidden,), decision(extracted, {}), POLICY)
    assert plan.marks == ()
    assert "批注" not in published_text(extracted, plan)
    assert hidden_strings(extracted, published_text(extracted, plan)) == ("批注13900000009",)


def test_pictures_stay_only_where_a_person_said_so() -> None:
    extracted = text_of(pictures=3)
    findings = [picture(extracted, n) for n in range(3)]
    verdicts = {
        "picture-0": Action.REDACT,
        "picture-1": Action.KEEP,
        "picture-2": Action.REDACT,
    }
    drawn = Rect(page_index=0, x0=1, top=2, x1=3, bottom=4)
    plan = plan_from_decision(extracted, findings, decision(extracted, verdicts, (drawn,)), POLICY)
    assert [(r.node, r.keep) for r in plan.regions] == [
        (0, False),
        (1, True),
        (2, False),
        (None, False),
    ]
    assert plan.regions[-1].rect == drawn


def test_suggestions_mask_what_is_undecided_and_what_is_unreadable() -> None:
    extracted = text_of(pictures=1)
    leader = finding(extracted, "黄样例", FindingType.PERSON, Action.KEEP)
    party = finding(extracted, "黄样例", FindingType.PERSON, Action.MUST_DECIDE, nth=1)
    phone = finding(extracted, "13900000001", FindingType.PHONE)
    again = finding(extracted, "１３９ ０００００００１", FindingType.PHONE, Action.KEEP)
    plan = suggested_plan(extracted, (leader, party, phone, again, picture(extracted, 0)), POLICY)
    assert covered(extracted, plan) == ["黄样例", "13900000001", "１３９ ０００００００１"]
    assert [r.keep for r in plan.regions] == [False]


def test_a_person_overrules_a_suggestion() -> None:
    extracted = text_of()
    phone = finding(extracted, "13900000001", FindingType.PHONE)
    plan = suggested_plan(extracted, (phone,), POLICY, overruled={phone.id: Action.KEEP})
    assert plan.marks == ()


def test_strings_are_masked_in_any_disguise_and_nothing_else() -> None:
    extracted = text_of(pictures=1)
    plan = strings_plan(extracted, ("139-0000-0001",))
    assert covered(extracted, plan) == ["13900000001", "１３９ ０００００００１"]
    assert {m.replacement for m in plan.marks} == {REDACTED}
    assert [r.keep for r in plan.regions] == [False]
    assert strings_plan(extracted, ("没有这句话",)).marks == ()
