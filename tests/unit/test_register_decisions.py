"""Queue, decisions, signatures: who may, who must, and that nobody's work is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import (
    access,
    alerts,
    audit_log,
    decisions,
    drafts,
    particulars,
    queue,
    signing,
    submissions,
)
from bureau.register.files import Home
from bureau.register.intake import sweep
from bureau.register.models import (
    DecisionRecord,
    Document,
    DocumentText,
    FindingRecord,
    IntakeRecord,
    Opinion,
    QuarantineRecord,
    ReviewItem,
    SuggestionRecord,
)
from bureau.register.places import check_places
from domain.decisions import FindingVerdict, ReviewState
from domain.documents import text_digest
from domain.errors import (
    DigestMismatch,
    IllegalTransition,
    NotAllowed,
    StaleSave,
    UndecidedFinding,
)
from domain.findings import (
    Action,
    Category,
    Evidence,
    Finding,
    FindingType,
    Origin,
    finding_id,
)
from domain.labels import Ground, Label
from domain.secrecy import Outcome
from domain.spans import TextSpan
from tests.makers.small_bureau import (
    EXEMPT,
    LATER,
    MARKED,
    NOW,
    PENALTY,
    PROACTIVE,
    analyze,
    drop,
    person,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 6)


def taken(home: Home, name: str, text: str) -> ReviewItem:
    """The item of a file dropped and swept."""
    drop(home.inbox, name, text)
    sweep(home, now=NOW, analyze=analyze)
    sweep(home, now=NOW + LATER, analyze=analyze)
    sha256 = IntakeRecord.objects.latest("pk").sha256
    return ReviewItem.objects.get(document__sha256=sha256)


def undecided(item: ReviewItem) -> str:
    """Id of the item's must_decide finding."""
    return item.findings.get(action=Action.MUST_DECIDE).finding_id


def confirm(item: ReviewItem, user: User, **changes: object) -> DecisionRecord:
    """The plain confirmation of the penalty, every choice made."""
    values: dict[str, object] = {
        "version": item.version,
        "label": Label.PROACTIVE,
        "grounds": [PROACTIVE],
        "verdicts": [
            FindingVerdict(finding_id=f.finding_id, action=Action.REDACT)
            for f in item.findings.filter(action=Action.MUST_DECIDE)
        ],
        "now": NOW,
    }
    return decisions.confirm(item.pk, user, **(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def item(home: Home) -> ReviewItem:
    """A penalty decision waiting for review."""
    return taken(home, "法规股/处罚决定.txt", PENALTY)


@pytest.fixture
def reviewer() -> User:
    """审核甲."""
    return person("审核甲", Role.REVIEWER)


@pytest.fixture
def secrecy() -> User:
    """保密员."""
    return person("保密员", Role.SECRECY)


def test_the_way_from_suggestion_to_publishable_takes_two_people(
    item: ReviewItem, reviewer: User, secrecy: User
) -> None:
    claimed = queue.claim(item.pk, reviewer, version=item.version, now=NOW)
    decision = confirm(claimed, reviewer)
    assert [(v.before, v.action, v.accepted) for v in decision.verdicts.order_by("pk")] == [
        ("must_decide", "redact", False),
        ("redact", "redact", True),
    ]
    assert decision.changes[0]["before"] == "must_decide"
    item.refresh_from_db()
    assert item.state == ReviewState.CONFIRMED
    signature = signing.sign(item.pk, secrecy, version=item.version, opinion=Opinion.AGREE, now=NOW)
    item.refresh_from_db()
    assert (item.state, signature.decision) == (ReviewState.PUBLISHABLE, decision)
    actions = [r.action for r in audit_log.history(f"item:{item.pk}")]
    assert actions == ["item.claimed", "item.confirmed", "item.signed"]
    assert audit_log.verify() is None


def test_nobody_signs_what_they_confirmed(home: Home, item: ReviewItem) -> None:
    both = person("兼任", Role.REVIEWER, Role.SECRECY)
    confirm(item, both)
    item.refresh_from_db()
    with pytest.raises(access.SamePerson):
        signing.sign(item.pk, both, version=item.version, opinion=Opinion.AGREE, now=NOW)
    item.refresh_from_db()
    assert item.state == ReviewState.CONFIRMED


def test_an_open_must_decide_blocks_publication_but_not_withholding(
    item: ReviewItem, reviewer: User
) -> None:
    with pytest.raises(UndecidedFinding):
        confirm(item, reviewer, verdicts=[])
    assert not DecisionRecord.objects.exists()
    decision = confirm(item, reviewer, verdicts=[], label=Label.EXEMPT, grounds=[EXEMPT])
    assert decision.label == Label.EXEMPT


@pytest.mark.parametrize(
    "grounds",
    [[], [Ground(article=20, reason="x")], [Ground(article=16, reason=" ")]],
)
def test_withholding_needs_its_article_and_reason(
    item: ReviewItem, reviewer: User, grounds: list[Ground]
) -> None:
    with pytest.raises(decisions.GroundRequired):
        confirm(item, reviewer, label=Label.EXEMPT, grounds=grounds)


def test_a_stale_save_is_refused_and_the_draft_survives(item: ReviewItem, reviewer: User) -> None:
    drafts.save_draft(item.pk, reviewer, version=item.version, payload={"label": "exempt"}, now=NOW)
    other = person("审核乙", Role.REVIEWER)
    old = item.version
    confirm(item, other)
    with pytest.raises(StaleSave) as caught:
        confirm(item, reviewer, version=old)
    item.refresh_from_db()
    assert isinstance(caught.value, queue.ChangedMeanwhile)
    assert caught.value.current_version == item.version
    draft = drafts.current_draft(item.pk, reviewer)
    assert draft is not None
    assert (draft.payload, draft.base_version) == ({"label": "exempt"}, old)
    assert DecisionRecord.objects.get().decided_by == other


def test_undo_and_redo_walk_through_the_drafts(item: ReviewItem, reviewer: User) -> None:
    for number in range(3):
        drafts.save_draft(item.pk, reviewer, version=1, payload={"n": number}, now=NOW)

    def at() -> object:
        draft = drafts.current_draft(item.pk, reviewer)
        return draft.payload["n"] if draft else None

    drafts.undo_draft(item.pk, reviewer)
    drafts.undo_draft(item.pk, reviewer)
    assert at() == 0
    drafts.redo_draft(item.pk, reviewer)
    assert at() == 1
    drafts.save_draft(item.pk, reviewer, version=1, payload={"n": 9}, now=NOW)
    drafts.redo_draft(item.pk, reviewer)
    assert at() == 9
    for _ in range(5):
        drafts.undo_draft(item.pk, reviewer)
    assert at() is None


def test_verdicts_of_another_text_are_refused(item: ReviewItem, reviewer: User) -> None:
    foreign = FindingVerdict(finding_id="0123:PERSON:1-2", action=Action.KEEP)
    mine = FindingVerdict(finding_id=undecided(item), action=Action.KEEP)
    with pytest.raises(DigestMismatch):
        confirm(item, reviewer, verdicts=[mine, foreign])


def reviewers_finding(text: str, start: int, end: int) -> Finding:
    """A finding added by selecting text."""
    digest, span = text_digest(text), TextSpan(start=start, end=end)
    return Finding(
        id=finding_id(digest, FindingType.ADDRESS, span),
        text_digest=digest,
        location=span,
        type=FindingType.ADDRESS,
        category=Category.PRIVATE,
        action=Action.REDACT,
        score=1.0,
        evidence=Evidence(recognizer="reviewer", version="1", pattern="selection"),
        origin=Origin.REVIEWER,
    )


def test_a_missed_place_is_added_by_the_reviewer(item: ReviewItem, reviewer: User) -> None:
    added = reviewers_finding(PENALTY, 8, 12)
    decision = confirm(item, reviewer, added=[added])
    row = FindingRecord.objects.get(finding_id=added.id)
    assert (row.added_by, row.origin) == (reviewer, "reviewer")
    assert {"what": "added", "before": "", "after": "redact"}.items() <= next(
        c for c in decision.changes if c["finding"] == added.id
    ).items()
    assert decisions.decision_of(decision).verdicts[-1].action is Action.REDACT


def test_a_place_outside_the_text_is_refused(item: ReviewItem, reviewer: User) -> None:
    with pytest.raises(DigestMismatch):
        confirm(item, reviewer, added=[reviewers_finding(PENALTY, 8, len(PENALTY) + 1)])
    with pytest.raises(DigestMismatch):
        confirm(item, reviewer, added=[reviewers_finding("另一份文本，够长的文本", 1, 3)])


def test_a_file_with_several_documents_needs_a_title_of_its_own(
    item: ReviewItem, reviewer: User
) -> None:
    ReviewItem.objects.update(part_count=5)
    with pytest.raises(decisions.SeveralDocuments):
        confirm(item, reviewer)
    assert confirm(item, reviewer, title="信息公开文件汇编").title == "信息公开文件汇编"


def test_a_claim_keeps_others_out_until_its_lease_ends(item: ReviewItem, reviewer: User) -> None:
    other = person("审核乙", Role.REVIEWER)
    queue.claim(item.pk, reviewer, version=item.version, now=NOW)
    with pytest.raises(queue.ClaimedByOther):
        queue.claim(item.pk, other, now=NOW + timedelta(minutes=29))
    item.refresh_from_db()
    with pytest.raises(queue.ClaimedByOther):
        confirm(item, other)
    assert queue.next_item(other, now=NOW, today=TODAY) is None
    assert queue.renew(item.pk, reviewer, now=NOW + timedelta(minutes=29))
    assert queue.next_item(other, now=NOW + timedelta(minutes=60), today=TODAY) == item
    assert queue.claim(item.pk, other, now=NOW + timedelta(minutes=60)).claimed_by == other
    assert not queue.renew(item.pk, reviewer, now=NOW + timedelta(minutes=61))


def test_an_expired_claim_goes_back_to_the_queue(item: ReviewItem, reviewer: User) -> None:
    queue.claim(item.pk, reviewer, now=NOW)
    assert queue.release_expired(now=NOW + timedelta(minutes=29)) == 0
    assert queue.release_expired(now=NOW + timedelta(minutes=31)) == 1
    item.refresh_from_db()
    assert (item.state, item.claimed_by) == (ReviewState.SUGGESTED, None)


def test_the_queue_shows_each_role_its_own(home: Home, item: ReviewItem) -> None:
    held = taken(home, "办公室/值班.txt", "内部事项 注意保管\n名单")
    of_department = person("法规审核", Role.REVIEWER, department="法规股")
    elsewhere = person("办公审核", Role.REVIEWER, department="办公室")
    secrecy = person("保密员", Role.SECRECY)
    operator = person("运维", Role.OPERATOR)
    supervisor = person("督导", Role.SUPERVISOR)
    assert list(queue.visible_items(of_department)) == [item]
    assert list(queue.visible_items(elsewhere)) == []
    assert set(queue.visible_items(secrecy)) == {item, held}
    assert list(queue.visible_items(operator)) == []
    assert list(queue.visible_items(supervisor)) == [item]
    assert access.may_read_text(of_department, item)
    assert not access.may_read_text(supervisor, item)
    assert not access.may_read_text(elsewhere, held)
    assert access.may_read_text(secrecy, held)
    with pytest.raises(NotAllowed):
        queue.claim(item.pk, elsewhere, now=NOW)
    with pytest.raises(NotAllowed):
        decisions.confirm(
            held.pk,
            person("审核全局", Role.REVIEWER),
            version=held.version,
            label=Label.PROACTIVE,
            grounds=[],
            verdicts=[],
            now=NOW,
        )


def test_a_closed_account_sees_nothing(item: ReviewItem, reviewer: User) -> None:
    reviewer.is_active = False
    assert list(queue.visible_items(reviewer)) == []
    assert not access.may_read_text(reviewer, item)
    with pytest.raises(NotAllowed):
        confirm(item, reviewer)


def test_filters_and_counts_agree(home: Home, item: ReviewItem, reviewer: User) -> None:
    ReviewItem.objects.update(due_on=date(2026, 5, 5), conflict_count=1)
    later = taken(home, "法规股/通知.txt", "一份通知\n正文")
    ReviewItem.objects.filter(pk=later.pk).update(due_on=TODAY)
    counts = queue.counts(reviewer, today=TODAY)
    assert (counts.to_review, counts.overdue, counts.due_today, counts.conflicts) == (2, 1, 1, 1)

    def listed(**narrow: object) -> list[ReviewItem]:
        return list(
            queue.listing(reviewer, queue.QueueFilters(**narrow), today=TODAY)  # type: ignore[arg-type]
        )

    assert listed() == [item, later]
    assert listed(due=queue.DueFilter.OVERDUE) == [item]
    assert listed(words="通知") == [later]
    assert listed(label="none") == []
    assert listed(undecided=True) == [item]
    assert queue.next_item(reviewer, now=NOW, today=TODAY, after=item.pk) == later
    assert queue.next_item(reviewer, now=NOW, today=TODAY, after=later.pk) == item


def test_sending_back_needs_a_reason_and_starts_review_again(
    item: ReviewItem, reviewer: User, secrecy: User
) -> None:
    confirm(item, reviewer)
    item.refresh_from_db()
    with pytest.raises(decisions.ReasonRequired):
        decisions.send_back(item.pk, secrecy, version=item.version, reason=" ", now=NOW)
    with pytest.raises(decisions.ReasonRequired):
        signing.sign(item.pk, secrecy, version=item.version, opinion=Opinion.RETURN, now=NOW)
    signing.sign(
        item.pk, secrecy, version=item.version, opinion=Opinion.RETURN, reason="电话未遮", now=NOW
    )
    item.refresh_from_db()
    assert (item.state, item.note) == (ReviewState.SUGGESTED, "电话未遮")
    second = confirm(item, reviewer)
    assert second.number == 2


def test_secrecy_review_can_overrule_a_decision_to_publish(
    item: ReviewItem, reviewer: User, secrecy: User
) -> None:
    first = confirm(item, reviewer)
    item.refresh_from_db()
    signing.sign(
        item.pk,
        secrecy,
        version=item.version,
        opinion=Opinion.WITHHOLD,
        reason="涉及执法案卷",
        grounds=[EXEMPT],
        now=NOW,
    )
    item.refresh_from_db()
    assert item.state == ReviewState.WITHHELD
    assert item.decision is not None
    assert (item.decision.label, item.decision.number) == (Label.EXEMPT, 2)
    first.refresh_from_db()
    assert first.label == Label.PROACTIVE


def test_a_held_item_is_cleared_or_withheld_by_secrecy_review_alone(
    home: Home, reviewer: User, secrecy: User
) -> None:
    item = taken(home, "a.txt", "内部事项 注意保管\n值班安排")
    with pytest.raises(NotAllowed):
        signing.clear_hold(item.pk, reviewer, version=item.version, reason="无密", now=NOW)
    with pytest.raises(NotAllowed):
        confirm(item, reviewer)
    signing.clear_hold(item.pk, secrecy, version=item.version, reason="核对无密", now=NOW)
    item.refresh_from_db()
    assert item.state == ReviewState.SUGGESTED
    decisions.hold(item.pk, reviewer, version=item.version, reason="仍有疑问", now=NOW)
    item.refresh_from_db()
    assert not access.may_read_text(reviewer, item)
    signing.withhold_from_hold(
        item.pk, secrecy, version=item.version, grounds=[EXEMPT], reason="内部事务", now=NOW
    )
    item.refresh_from_db()
    assert item.state == ReviewState.WITHHELD


def test_a_document_found_to_be_secret_vanishes_with_its_duplicates(
    home: Home, reviewer: User, secrecy: User
) -> None:
    text = "关于TOPNAME的通知\nTOPBODY 430821190001010012 黄测试"
    item = taken(home, "a/TOPNAME.txt", text)
    taken(home, "b/TOPNAME 副本.txt", text)
    confirm(item, reviewer, title="TOPNAME", reason="TOPBODY")
    drafts.save_draft(item.pk, reviewer, version=1, payload={"reason": "TOPBODY"}, now=NOW)
    item.refresh_from_db()
    with pytest.raises(NotAllowed):
        signing.quarantine_item(
            home, item.pk, reviewer, version=item.version, reason="涉密", now=NOW
        )
    signing.quarantine_item(home, item.pk, secrecy, version=item.version, reason="涉密", now=NOW)
    item.refresh_from_db()
    assert item.state == ReviewState.QUARANTINED
    assert not DocumentText.objects.exists()
    assert not SuggestionRecord.objects.exists()
    tables = (IntakeRecord, Document, ReviewItem, FindingRecord, DecisionRecord, QuarantineRecord)
    everything = "".join(repr(list(t.objects.values())) for t in tables)
    everything += "".join(r.detail_json for r in audit_log.AuditRecord.objects.all())
    assert "TOP" not in everything
    assert not [p for p in (*home.vault.rglob("*"), *home.duplicate.rglob("*")) if p.is_file()]
    assert len([p for p in home.held.iterdir() if p.is_file()]) == 2
    assert check_places(home) == []
    assert not access.may_read_text(secrecy, item)

    for stopped in QuarantineRecord.objects.all():
        signing.record_outcome(
            home, stopped.pk, secrecy, outcome=Outcome.MISMARKED, text="核实无密", now=NOW
        )
    counts = sweep(home, now=NOW + 2 * LATER, analyze=analyze)
    assert (counts.stored, counts.duplicates) == (1, 1)
    item.refresh_from_db()
    assert item.state == ReviewState.SUGGESTED
    assert item.document.body.text == text
    assert check_places(home) == []


def stopped(home: Home) -> QuarantineRecord:
    """A file stopped at the gate."""
    drop(home.inbox, "办公室/纪要.txt", MARKED)
    sweep(home, now=NOW, analyze=analyze)
    sweep(home, now=NOW + LATER, analyze=analyze)
    return QuarantineRecord.objects.get()


def test_a_stopped_file_moves_on_only_by_its_written_outcome(
    home: Home, reviewer: User, secrecy: User
) -> None:
    held = stopped(home)
    assert [a.code for a in alerts.open_alerts(secrecy)] == ["quarantined"]
    assert not alerts.open_alerts(reviewer)
    for user, text, error in (
        (reviewer, "移交", NotAllowed),
        (secrecy, " ", decisions.ReasonRequired),
    ):
        with pytest.raises(error):
            signing.record_outcome(
                home, held.pk, user, outcome=Outcome.TRANSFERRED, text=text, now=NOW
            )
    signing.record_outcome(
        home, held.pk, secrecy, outcome=Outcome.TRANSFERRED, text="已移交保密局", now=NOW
    )
    assert [p.name for p in home.handed_over.iterdir()] == [held.held_name]
    with pytest.raises(IllegalTransition):
        signing.record_outcome(
            home, held.pk, secrecy, outcome=Outcome.MISMARKED, text="改", now=NOW
        )
    assert check_places(home) == []
    drop(home.inbox, "again.txt", MARKED)
    sweep(home, now=NOW + 2 * LATER, analyze=analyze)
    assert sweep(home, now=NOW + 3 * LATER, analyze=analyze).quarantined == 1


@pytest.mark.parametrize("outcome", [Outcome.MISMARKED, Outcome.DECLASSIFIED])
def test_a_mismarked_file_is_admitted_once_and_for_all(
    home: Home, secrecy: User, outcome: Outcome
) -> None:
    held = stopped(home)
    signing.record_outcome(home, held.pk, secrecy, outcome=outcome, text="核实", now=NOW)
    assert sweep(home, now=NOW + 2 * LATER, analyze=analyze).stored == 1
    document = Document.objects.get()
    assert (document.gate_overridden, document.department.name) == (True, "未分股室")
    drop(home.inbox, "again.txt", MARKED)
    sweep(home, now=NOW + 3 * LATER, analyze=analyze)
    assert sweep(home, now=NOW + 4 * LATER, analyze=analyze).duplicates == 1
    assert IntakeRecord.objects.count() == 2
    assert check_places(home) == []


def test_particulars_are_corrected_under_review_only(item: ReviewItem, reviewer: User) -> None:
    changed = particulars.correct(
        item.pk,
        reviewer,
        version=item.version,
        changes={
            "column": "行政处罚",
            "channels": ["政府网站", " "],
            "formed_on": date(2026, 4, 28),
            "maker_leads": False,
        },
        now=NOW,
    )
    document = Document.objects.get()
    assert (document.column, document.channels) == ("行政处罚", ["政府网站"])
    assert (document.formed_on, document.maker_leads) == (date(2026, 4, 28), False)
    told = audit_log.history(f"item:{item.pk}")[-1].detail
    assert told["fields"] == ["channels", "column", "formed_on", "maker_leads"]
    for wrong in ({"sha256": "x"}, {"title": 3}, {"formed_on": "2026-04-28"}):
        with pytest.raises(ValueError, match="no such particular"):
            particulars.correct(item.pk, reviewer, version=changed.version, changes=wrong, now=NOW)
    confirm(changed, reviewer)
    with pytest.raises(IllegalTransition):
        particulars.correct(
            item.pk, reviewer, version=changed.version + 1, changes={"column": "x"}, now=NOW
        )


def test_bytes_set_aside_are_for_secrecy_review_until_cleared(home: Home, secrecy: User) -> None:
    clerk = person("文书", Role.RECORDS)
    drop(home.inbox, "旧.doc", "坏的内容")
    sweep(home, now=NOW, analyze=analyze)
    sweep(home, now=NOW + LATER, analyze=analyze)
    record = IntakeRecord.objects.get()
    assert list(access.visible_intake(clerk)) == [record]
    with pytest.raises(NotAllowed):
        submissions.read_set_aside(home, record, clerk, now=NOW)
    with pytest.raises(NotAllowed):
        submissions.clear(record.pk, clerk, now=NOW)
    assert submissions.read_set_aside(home, record, secrecy, now=NOW).decode() == "坏的内容"
    record = submissions.clear(record.pk, secrecy, now=NOW)
    assert submissions.read_set_aside(home, record, clerk, now=NOW).decode() == "坏的内容"
