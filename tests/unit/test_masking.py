"""From findings to marks: disjoint, consistent, and telling nothing of what they cover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.documents import Block, BlockKind, ExtractedText, MediaType
from domain.findings import (
    Action,
    Category,
    Evidence,
    Finding,
    FindingType,
    Origin,
    finding_id,
)
from domain.spans import TextSpan
from redaction.masking import REDACTED, marks, masked_title
from redaction.matching import fold
from redaction.policy import Policy
from redaction.pseudonyms import pseudonyms

POLICY = Policy.load()
PRIVATE = POLICY.ground(Category.PRIVATE)
BODY = (
    "法定代表人黄测试，直接责任人黄样例（住湖南省慈利县零阳街道测试小区3栋402室），"
    "黄 样 例电话13900000001，证人李四，欧阳小明。"
)


def text_of(body: str, hidden_from: int | None = None) -> ExtractedText:
    blocks = ()
    if hidden_from is not None:
        span = TextSpan(start=hidden_from, end=len(body))
        blocks = (Block(kind=BlockKind.COMMENT, span=span),)
    return ExtractedText(text=body, media_type=MediaType.TXT, blocks=blocks)


def found(
    extracted: ExtractedText,
    string: str,
    kind: FindingType,
    *,
    category: Category = Category.PRIVATE,
    origin: Origin = Origin.MACHINE,
    action: Action = Action.REDACT,
) -> Finding:
    start = extracted.text.index(string)
    span = TextSpan(start=start, end=start + len(string))
    return Finding(
        id=finding_id(extracted.digest, kind, span),
        text_digest=extracted.digest,
        location=span,
        type=kind,
        category=category,
        action=action,
        score=1.0,
        evidence=Evidence(recognizer="test", version="1", pattern="test"),
        origin=origin,
    )


def shown(extracted: ExtractedText, *findings: Finding) -> list[tuple[str, str]]:
    given_marks = marks(extracted, findings, {f.id for f in findings}, POLICY)
    return [(m.span.cut(extracted.text), m.replacement) for m in given_marks]


def test_namesakes_are_told_apart_in_order_of_appearance() -> None:
    extracted = text_of(BODY)
    people = ("黄样例", "黄 样 例", "黄测试", "李四", "欧阳小明")
    got = shown(extracted, *(found(extracted, p, FindingType.PERSON) for p in people))
    assert got == [
        ("黄测试", "黄某甲"),
        ("黄样例", "黄某乙"),
        ("黄 样 例", "黄某乙"),
        ("李四", "李某某"),
        ("欧阳小明", "欧阳某某"),
    ]


def test_only_masked_people_count_as_namesakes() -> None:
    extracted = text_of(BODY)
    assert shown(extracted, found(extracted, "黄样例", FindingType.PERSON)) == [
        ("黄样例", "黄某某")
    ]


def test_a_pseudonym_is_never_the_name_of_somebody_else() -> None:
    names = pseudonyms(["张三", "张四"], taken="执法人员张某甲签字")
    assert set(names.values()) == {"张某乙", "张某丙"}


@given(st.lists(st.text("张王李欧阳小明甲乙", min_size=1, max_size=4), max_size=60))
def test_pseudonyms_are_distinct_and_hide_the_length(names: list[str]) -> None:
    given_names = pseudonyms(names)
    assert len(set(given_names.values())) == len(given_names)
    assert set(given_names) == {fold(n).text for n in names}


def test_an_address_keeps_its_county() -> None:
    extracted = text_of(BODY)
    address = "湖南省慈利县零阳街道测试小区3栋402室"
    assert shown(extracted, found(extracted, address, FindingType.ADDRESS)) == [
        ("零阳街道测试小区3栋402室", REDACTED)
    ]


def test_an_address_a_person_marked_is_covered_whole() -> None:
    extracted = text_of(BODY)
    address = "慈利县零阳街道"
    finding = found(extracted, address, FindingType.ADDRESS, origin=Origin.REVIEWER)
    assert shown(extracted, finding) == [(address, REDACTED)]


def test_nested_findings_become_one_mark_with_the_weightier_ground() -> None:
    extracted = text_of(BODY)
    outer = found(
        extracted,
        "直接责任人黄样例（住",
        FindingType.SECRET_CONTENT,
        category=Category.STATE_SECRET,
    )
    inner = found(extracted, "黄样例", FindingType.PERSON)
    got = marks(extracted, (inner, outer), {inner.id, outer.id}, POLICY)
    assert [(m.span.cut(extracted.text), m.replacement, m.ground) for m in got] == [
        ("直接责任人黄样例（住", REDACTED, POLICY.ground(Category.STATE_SECRET))
    ]


def test_touching_marks_join_but_a_pseudonym_stays() -> None:
    extracted = text_of("张三13900000001430821190001010012号")
    person = found(extracted, "张三", FindingType.PERSON)
    phone = found(extracted, "13900000001", FindingType.PHONE)
    number = found(extracted, "430821190001010012", FindingType.ID_CARD)
    assert shown(extracted, person, phone, number) == [
        ("张三", "张某某"),
        ("13900000001430821190001010012", REDACTED),
    ]


def test_what_is_kept_or_never_published_gets_no_mark() -> None:
    extracted = text_of("张三在\n批注里李四", hidden_from=4)
    kept = found(extracted, "张三", FindingType.PERSON)
    hidden = found(extracted, "李四", FindingType.PERSON)
    assert marks(extracted, (kept, hidden), {hidden.id}, POLICY) == ()


@pytest.mark.parametrize(
    "title", ["关于黄样例的决定", "关于黄 样\u200b例的决定", "关于黄－样例的决定"]
)
def test_titles_are_masked_in_any_disguise(title: str) -> None:
    extracted = text_of(BODY)
    person = found(extracted, "黄样例", FindingType.PERSON)
    given_marks = marks(extracted, (person,), {person.id}, POLICY)
    assert masked_title(title, extracted, given_marks) == "关于黄某某的决定"


@pytest.mark.parametrize(
    ("kind", "string"),
    [
        (FindingType.PHONE, "13900000001"),
        (FindingType.BANK_CARD, "3栋402室"),
        (FindingType.ID_CARD, "四"),
    ],
)
def test_replacements_have_one_width(kind: FindingType, string: str) -> None:
    extracted = text_of(BODY)
    finding = found(extracted, string, kind)
    (mark,) = marks(extracted, (finding,), {finding.id}, POLICY)
    assert (mark.replacement, mark.ground) == (REDACTED, PRIVATE)
