"""Nouns that everything else rests on: spans, encoding, audit chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit import GENESIS, AuditEvent, event_hash, first_break
from domain.documents import ExtractedText, MediaType
from domain.encoding import from_plain, to_plain
from domain.findings import Action, Category, Evidence, Finding, FindingType, finding_id
from domain.labels import Ground, Label, Suggestion
from domain.spans import Rect, TextSpan, merged

SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(
        lambda t: TextSpan(start=t[0], end=t[0] + t[1])
    )
)


@given(SPANS)
def test_merged_spans_cover_the_same_places_and_never_touch(spans: list[TextSpan]) -> None:
    result = merged(spans)
    before = {i for s in spans for i in range(s.start, s.end)}
    after = {i for s in result for i in range(s.start, s.end)}
    assert before == after
    assert all(a.end < b.start for a, b in pairwise(result))


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (5, 4)])
def test_an_empty_or_negative_span_cannot_be_made(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="span"):
        TextSpan(start=start, end=end)


def test_glyph_boxes_must_keep_step_with_the_text() -> None:
    with pytest.raises(ValueError, match="out of step"):
        ExtractedText(text="公开", media_type=MediaType.PDF, glyphs=(None,))


@given(st.integers(0, 99), st.floats(0, 500), st.floats(0, 500))
def test_a_finding_survives_the_way_through_json(page: int, x: float, y: float) -> None:
    for location in (
        TextSpan(start=3, end=9),
        Rect(page_index=page, x0=round(x, 2), top=round(y, 2), x1=600.0, bottom=800.0),
    ):
        finding = Finding(
            id=finding_id("ab" * 32, FindingType.PERSON, location),
            text_digest="ab" * 32,
            location=location,
            type=FindingType.PERSON,
            category=Category.PRIVATE,
            action=Action.MUST_DECIDE,
            score=1.0,
            evidence=Evidence(recognizer="names", version="1", pattern="label", checksum=None),
        )
        assert from_plain(Finding, to_plain(finding)) == finding


def test_a_suggestion_survives_the_way_through_json() -> None:
    suggestion = Suggestion(
        label=Label.EXEMPT,
        probabilities={Label.EXEMPT: 0.9, Label.PROACTIVE: 0.06, Label.ON_REQUEST: 0.04},
        prediction_set=(Label.EXEMPT,),
        grounds=(Ground(article=16, paragraph=2, reason="过程性信息", mandatory=False),),
    )
    assert from_plain(Suggestion, to_plain(suggestion)) == suggestion


def test_a_plain_form_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(TypeError):
        from_plain(Ground, {"article": "十四", "reason": "过程性信息"})


def chain(length: int) -> list[AuditEvent]:
    events: list[AuditEvent] = []
    prev = GENESIS
    for seq in range(1, length + 1):
        fields = {
            "seq": seq,
            "at": datetime(2026, 5, seq, tzinfo=UTC),
            "actor": "审核甲",
            "action": "confirm",
            "subject": f"item:{seq}",
            "detail": {"before": "exempt", "after": "proactive"},
            "prev_hash": prev,
        }
        prev = event_hash(**fields)  # type: ignore[arg-type]
        events.append(AuditEvent(**fields, hash=prev))  # type: ignore[arg-type]
    return events


def test_an_untouched_chain_holds() -> None:
    assert first_break(chain(5)) is None
    assert first_break([]) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("actor", "审核乙"), ("detail", {"before": "exempt", "after": "exempt"}), ("action", "sign")],
)
def test_a_changed_link_is_named(field: str, value: object) -> None:
    events = chain(5)
    events[2] = replace(events[2], **{field: value})  # type: ignore[arg-type]
    assert first_break(events) == 3


def test_a_removed_or_swapped_link_is_named() -> None:
    events = chain(5)
    assert first_break(events[:1] + events[2:]) == 3
    assert first_break(events[1:]) == 2


def test_audit_times_need_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        event_hash(
            seq=1,
            at=datetime(2026, 5, 1),  # noqa: DTZ001
            actor="a",
            action="b",
            subject="c",
            detail={},
            prev_hash=GENESIS,
        )
