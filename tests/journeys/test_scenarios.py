"""Scenarios A1, A2 and A3 with the real recipes: bytes in the inbox to bytes in public/."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import (
    access,
    alerts,
    audit_log,
    catalogue,
    decisions,
    index_numbers,
    queue,
    signing,
)
from bureau.register.files import Home
from bureau.register.intake import SweepCounts, sweep
from bureau.register.models import (
    DecisionRecord,
    IntakeOutcome,
    IntakeRecord,
    Opinion,
    PublicationRecord,
    QuarantineRecord,
    ReviewItem,
)
from bureau.register.places import check_places
from bureau.register.publishing import ReleaseMaker, publish_ready
from domain.analysis import Analysis
from domain.decisions import FindingVerdict, ReviewState
from domain.encoding import from_plain
from domain.errors import NotAllowed
from domain.findings import Action
from domain.labels import Ground, Label
from domain.secrecy import Outcome
from flows.instruments import load_instruments
from pipelines import intake as recipe
from pipelines.publish import make_copy, plan_from_decision
from pipelines.sandbox import Sandbox
from tests.makers.docx import make_docx, p, paragraphs
from tests.makers.office import locked_docx
from tests.makers.penalty_docx import KEPT, SECRETS, penalty_decision
from tests.makers.small_bureau import ORG_CODE, drop, found_bureau, person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = datetime(2026, 4, 28, 1, 0, tzinfo=UTC)
BUREAU = "慈利县应急管理局"
Analyze = Callable[[bytes, str, bool], Analysis]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for the module."""
    with Sandbox() as made:
        yield made


@pytest.fixture(scope="module")
def analyze(sandbox: Sandbox) -> Analyze:
    """The real recipe."""
    instruments = load_instruments(None, BUREAU)

    def run(data: bytes, filename: str, override: bool) -> Analysis:
        return recipe.analyze(
            data,
            filename=filename,
            sandbox=sandbox,
            instruments=instruments,
            gate_override=override,
        )

    return run


@pytest.fixture
def maker(sandbox: Sandbox) -> ReleaseMaker:
    """The real recipes of publication."""
    policy = load_instruments(None, BUREAU).policy
    return ReleaseMaker(
        plan=lambda extracted, found, decision: plan_from_decision(
            extracted, found, decision, policy
        ),
        copy=lambda data, extracted, plan: make_copy(sandbox, data, extracted, plan),
    )


def run_at(home: Home, analyze: Analyze, seconds: float) -> SweepCounts:
    """The scheduled run, ``seconds`` after the files were dropped."""
    return sweep(home, now=NOW + timedelta(seconds=seconds), analyze=analyze)


def take(home: Home, analyze: Analyze) -> None:
    """Two looks a minute apart."""
    run_at(home, analyze, 0)
    run_at(home, analyze, 60)


NOTICE = make_docx(
    paragraphs(
        "慈利县应急管理局关于开展安全生产检查的通知\n各乡镇：\n请做好检查。\n（此件公开发布）"
    )
)


def test_a1_a_messy_inbox(home: Home, analyze: Analyze, tmp_path: Path) -> None:
    outside = drop(tmp_path, "outside.docx", NOTICE)
    growing = drop(home.inbox, "办公室/通知.docx", NOTICE[:50])
    drop(home.inbox, "办公室/~$通知.docx", b"\x05lock")
    drop(home.inbox, "办公室/空.pdf", b"")
    drop(home.inbox, "办公室/台账.xlsx.part", b"half")
    drop(home.inbox, "办公室/预案.docx", locked_docx())
    (home.inbox / "办公室" / "x.docx").symlink_to(outside)
    drop(home.inbox, "办公室/旧.doc", b"this is not a Word file \x00\xff\xfe")
    for seconds in (0, 15, 30):
        run_at(home, analyze, seconds)
        growing.write_bytes(NOTICE[: 100 * (seconds + 1)])
    growing.write_bytes(NOTICE)
    run_at(home, analyze, 32)
    drop(home.inbox, "办公室/通知(1).docx", NOTICE)
    run_at(home, analyze, 35)
    expected = {
        "通知.docx": (IntakeOutcome.STORED, ""),
        "通知(1).docx": (IntakeOutcome.DUPLICATE, "duplicate"),
        "空.pdf": (IntakeOutcome.FAILED, "empty_file"),
        "预案.docx": (IntakeOutcome.FAILED, "encrypted"),
        "旧.doc": (IntakeOutcome.FAILED, "not_text"),
        "x.docx": (IntakeOutcome.REFUSED, "refused_path"),
    }
    for seconds in (70, 130, 190):
        counts = run_at(home, analyze, seconds)
        told = {
            r.untrusted_filename: (r.outcome, r.reason_code) for r in IntakeRecord.objects.all()
        }
        assert told == expected
        assert counts.waiting == 0
        assert check_places(home, deep=True) == []
    assert counts.done == 0
    assert ReviewItem.objects.count() == 1
    messages = dict(IntakeRecord.objects.values_list("reason_code", "message"))
    assert messages["empty_file"].startswith("空文件")
    assert messages["encrypted"].startswith("加密")
    assert messages["not_text"].startswith("无法解析")
    assert sorted(f.name for f in (home.inbox / "办公室").iterdir()) == [
        "x.docx",
        "~$通知.docx",
        "台账.xlsx.part",
    ]


def penalty(home: Home, analyze: Analyze) -> ReviewItem:
    """The penalty decision, taken in."""
    found_bureau()
    drop(home.inbox, "法规股/处罚决定.docx", penalty_decision())
    take(home, analyze)
    return ReviewItem.objects.get()


def test_a2_a_penalty_decision(home: Home, analyze: Analyze, maker: ReleaseMaker) -> None:
    item = penalty(home, analyze)
    assert (item.state, item.suggested_label) == (ReviewState.SUGGESTED, Label.PROACTIVE)
    assert item.due_on == date(2026, 5, 9)
    suggestion = item.suggestions.get().payload
    grounds = tuple(from_plain(Ground, g) for g in suggestion["grounds"])
    assert ("tiaoli-2019", 20, 6) in {(g.statute, g.article, g.item) for g in grounds}
    reviewer, secrecy = person("审核甲", Role.REVIEWER), person("保密员", Role.SECRECY)
    open_findings = list(item.findings.filter(action=Action.MUST_DECIDE))
    text = item.document.body.text
    assert "黄测试" in {text[f.start : f.end] for f in open_findings if f.start is not None}

    with pytest.raises(Exception) as caught:  # noqa: PT011
        _confirm(item, reviewer, grounds, [])
    assert getattr(caught.value, "code", "") == "undecided_finding"
    verdicts = [
        FindingVerdict(finding_id=f.finding_id, action=Action.REDACT) for f in open_findings
    ]
    decision = _confirm(item, reviewer, grounds, verdicts)
    assert decision.decided_by == reviewer
    item.refresh_from_db()
    signing.sign(item.pk, secrecy, version=item.version, opinion=Opinion.AGREE, now=NOW)
    counts = publish_ready(home, maker, now=NOW)
    item.refresh_from_db()
    assert counts.published == 1, item.blocked_code

    row = catalogue.proactive().get()
    data = home.read_public(row.file_name, row.sha256)
    with zipfile.ZipFile(io.BytesIO(data)) as copy:
        parts = (
            b"".join(copy.read(name) for name in copy.namelist())
            + "".join(copy.namelist()).encode()
        )
    fields = repr(row.__dict__) + repr(row.body.__dict__)
    for secret in SECRETS:
        assert secret.encode() not in parts
        assert secret not in fields
        assert catalogue.search(secret).total == 0
    assert row.file_name.endswith(".docx")
    for kept in KEPT:
        assert kept in row.body.text
    # 黄测试 comes first, 黄样例 second: 甲 and 乙, everywhere the same
    assert "黄某甲" in row.body.text
    assert "黄某乙" in row.body.text
    assert catalogue.search("堆码高度").total == 1
    assert check_places(home, deep=True) == []
    assert audit_log.verify() is None


def test_a2_the_person_directly_responsible_is_masked_by_default(
    home: Home, analyze: Analyze
) -> None:
    item = penalty(home, analyze)
    text = item.document.body.text
    found = {text[f.start : f.end]: f.action for f in item.findings.exclude(start=None)}
    assert found["黄样例"] == Action.REDACT


def _confirm(
    item: ReviewItem,
    user: User,
    grounds: tuple[Ground, ...],
    verdicts: list[FindingVerdict],
) -> DecisionRecord:
    return decisions.confirm(
        item.pk,
        user,
        version=item.version,
        label=Label.PROACTIVE,
        grounds=grounds,
        verdicts=verdicts,
        now=NOW,
    )


def test_a3_a_real_mark(home: Home, analyze: Analyze) -> None:
    marked = "000123\n秘密★5年\n特急\n慈利县应急管理局文件\nTOPSECRETBODY-甲乙丙"
    drop(home.inbox, "办公室/会议纪要.docx", make_docx(paragraphs(marked)))
    take(home, analyze)
    held = QuarantineRecord.objects.get()
    assert held.rules
    secrecy, reviewer = person("保密员", Role.SECRECY), person("审核甲", Role.REVIEWER)
    (alert,) = alerts.open_alerts(secrecy)
    assert "第四十七条" in alert.message
    assert not ReviewItem.objects.exists()
    assert not access.visible_intake(reviewer).exists()
    assert [p for p in home.root.rglob("*") if p.is_file() and p.parent != home.held] == [
        home.root / "secret_key"
    ]
    with pytest.raises(NotAllowed):
        signing.record_outcome(
            home, held.pk, reviewer, outcome=Outcome.MISMARKED, text="x", now=NOW
        )
    signing.record_outcome(
        home, held.pk, secrecy, outcome=Outcome.TRANSFERRED, text="已移交", now=NOW
    )
    assert check_places(home) == []
    assert not PublicationRecord.objects.exists()


def test_a3_the_word_is_no_mark(home: Home, analyze: Analyze) -> None:
    text = (
        "保密法宣传月通知\n各股室：\n国家秘密的密级分为绝密、机密、秘密三级，请认真学习。\n"
        "慈利县应急管理局\n2026年4月20日\n（此件公开发布）"
    )
    drop(home.inbox, "办公室/保密宣传.docx", make_docx(paragraphs(text)))
    take(home, analyze)
    item = ReviewItem.objects.get()
    assert (item.state, item.secrecy_review, item.uncleared) == (
        ReviewState.SUGGESTED,
        False,
        False,
    )
    assert item.suggested_label == Label.PROACTIVE


def test_a3_a_work_secret_is_for_secrecy_review(home: Home, analyze: Analyze) -> None:
    text = "内部事项 注意保管\n值班安排\n一、五月一日由张某甲值班。"
    drop(home.inbox, "办公室/值班安排.docx", make_docx(paragraphs(text)))
    take(home, analyze)
    item = ReviewItem.objects.get()
    assert item.state == ReviewState.SECRECY_HOLD
    reviewer, secrecy = person("审核甲", Role.REVIEWER), person("保密员", Role.SECRECY)
    assert not queue.visible_items(reviewer).exists()
    with pytest.raises(NotAllowed):
        _confirm(item, reviewer, (), [])
    ground = Ground(article=16, paragraph=1, reason="内部事务信息")
    signing.withhold_from_hold(
        item.pk, secrecy, version=item.version, grounds=[ground], reason="值班安排", now=NOW
    )
    item.refresh_from_db()
    assert item.state == ReviewState.WITHHELD


def test_a_table_of_one_line_goes_through_whole(home: Home, analyze: Analyze) -> None:
    """The smallest document there is does not trip any stage."""
    found_bureau()
    assert index_numbers.bureau_profile().org_code == ORG_CODE
    drop(home.inbox, "a.docx", make_docx(p("通知")))
    take(home, analyze)
    assert ReviewItem.objects.get().document.body.text.startswith("通知")
