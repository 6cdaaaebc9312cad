"""From the signature to the catalogue and back: what the public may see, and nothing else."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import (
    access,
    alerts,
    catalogue,
    decisions,
    index_numbers,
    publishing,
    queue,
    signing,
    withdrawal,
)
from bureau.register.files import Home
from bureau.register.models import (
    DecisionRecord,
    IndexNumber,
    PublicationRecord,
    PublishedText,
    QuarantineRecord,
    ReviewItem,
)
from bureau.register.places import check_places
from bureau.register.public_text import summary_of
from bureau.register.publishing import PublishCounts, ReleaseMaker, publish_ready
from domain.decisions import ReviewState
from domain.errors import CannotMask, NotAllowed, RefusedPath, StorageFull
from domain.findings import Action
from domain.labels import Ground, Label
from tests.makers.small_bureau import (
    EXEMPT,
    NOW,
    ORG_CODE,
    PENALTY,
    MadeRelease,
    copy,
    person,
    plan,
    release_maker,
    sign_off,
    signed,
)

pytestmark = pytest.mark.django_db
SECRETS = ("430821190001010012", "黄测试")


def publish(home: Home, **changes: Any) -> PublishCounts:
    """One run."""
    return publish_ready(home, release_maker(), now=NOW, **changes)


def test_a_signed_decision_becomes_a_row_with_its_file(home: Home) -> None:
    item = signed(home, "关于处罚黄测试的决定\n" + PENALTY)
    assert publish(home) == PublishCounts(published=1)
    row = catalogue.proactive().get()
    assert row.index_no == f"{ORG_CODE}/202605-00001"
    assert row.title == "关于处罚黄某某的决定"
    assert (row.formed_on, row.issuer) == (item.document.formed_on, "慈利县应急管理局")
    body = home.read_public(row.file_name, row.sha256).decode()
    everything = body + repr(row.__dict__) + repr(row.body.__dict__) + row.file_name
    for secret in SECRETS:
        assert secret not in everything
    assert row.redaction_grounds == ["个人隐私，条例第十五条"]
    item.refresh_from_db()
    assert item.state == ReviewState.PUBLISHED
    assert publish(home) == PublishCounts()
    assert check_places(home, deep=True) == []


def test_a_leak_blocks_the_item_and_tells_who_must_act(home: Home) -> None:
    item = signed(home, "一份会泄漏的通知\n正文")
    good = signed(home, "另一份通知\n正文")
    assert publish(home) == PublishCounts(published=1, blocked=1)
    item.refresh_from_db()
    assert (item.state, item.blocked_code) == (ReviewState.PUBLISHABLE, "leak_found")
    assert PublicationRecord.objects.get().item == good
    assert list(home.public_names()) == [PublicationRecord.objects.get().file_name]
    reviewer = User.objects.get(username="审核甲")
    assert [a.code for a in alerts.open_alerts(reviewer)] == ["leak_found"]
    assert publish(home) == PublishCounts()
    publishing.unblock(item.pk, reviewer, now=NOW)
    assert publish(home).blocked == 1


@pytest.mark.parametrize("error", [CannotMask(), KeyError("430821190001010012")])
def test_what_cannot_be_made_is_not_published(
    home: Home, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    signed(home, PENALTY)

    def broken(*_: object) -> MadeRelease:
        raise error

    maker = ReleaseMaker(plan=plan, copy=broken)
    assert publish_ready(home, maker, now=NOW).blocked == 1
    assert not PublicationRecord.objects.exists()
    assert SECRETS[0] not in caplog.text


def test_a_report_over_other_bytes_proves_nothing(home: Home) -> None:
    signed(home, PENALTY)

    def swapped(*given: Any) -> MadeRelease:
        real, other = copy(*given), copy(b"", given[1], plan(given[1], (), given_decision))
        return MadeRelease(copy=real.copy, report=other.report, published_text=real.published_text)

    given_decision = decisions.decision_of(DecisionRecord.objects.get())
    maker = ReleaseMaker(plan=plan, copy=swapped)
    assert publish_ready(home, maker, now=NOW).blocked == 1


def test_no_row_without_two_peoples_names(home: Home) -> None:
    item = signed(home, PENALTY)
    item.signatures.all().delete()
    assert publish(home) == PublishCounts(blocked=1)
    ReviewItem.objects.update(blocked_code="")
    decision = DecisionRecord.objects.get()
    item.signatures.create(
        decision=decision,
        opinion="agree",
        text_digest=decision.text_digest,
        signed_by=decision.decided_by,
        signed_at=NOW,
    )
    assert publish(home) == PublishCounts(blocked=1)
    assert not PublicationRecord.objects.exists()


def test_a_change_of_mind_during_the_run_wins(home: Home) -> None:
    item = signed(home, PENALTY)
    secrecy = User.objects.get(username="保密员")

    def changing(*given: Any) -> MadeRelease:
        decisions.send_back(item.pk, secrecy, version=item.version, reason="等等", now=NOW)
        return copy(*given)

    maker = ReleaseMaker(plan=plan, copy=changing)
    assert publish_ready(home, maker, now=NOW) == PublishCounts(skipped=1)
    assert not PublicationRecord.objects.exists()
    assert list(home.public_names()) == []


def test_a_full_disk_leaves_neither_file_nor_row(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(home, PENALTY)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(StorageFull):
            publish(home)
    assert list(home.public_names()) == []
    assert not PublicationRecord.objects.exists()
    assert publish(home).published == 1
    assert IndexNumber.objects.count() == 1


def test_a_file_without_a_row_is_removed_at_the_next_run(home: Home) -> None:
    home.write_public(home.public_name("X/1", 1, ".html"), b"left by a crash")
    assert publish(home) == PublishCounts(removed=1)
    assert list(home.public_names()) == []


def test_a_correction_keeps_the_index_number_and_replaces_the_file(home: Home) -> None:
    item = signed(home, PENALTY)
    publish(home)
    first = catalogue.proactive().get()
    secrecy = User.objects.get(username="保密员")
    item.refresh_from_db()
    decisions.send_back(item.pk, secrecy, version=item.version, reason="更正标题", now=NOW)
    item.refresh_from_db()
    assert catalogue.proactive().get() == first
    sign_off(item, title="更正后的决定")
    publish(home)
    second = catalogue.proactive().get()
    assert (second.index_no, second.version, second.supersedes) == (first.index_no, 2, first)
    assert second.title == "更正后的决定"
    assert list(home.public_names()) == [second.file_name]
    assert check_places(home) == []


def test_the_three_catalogues_of_the_citizen(home: Home) -> None:
    for number in range(3):
        signed(home, f"主动公开的第{number}份通知\n隐患排查治理")
    keep = Ground(article=29, reason="")
    for number in range(2):
        signed(
            home,
            f"黄测试申请材料{number}\n内容",
            label=Label.ON_REQUEST,
            grounds=[keep],
            verdicts=[],
        )
    signed(home, "某件事的讨论记录\n内容", label=Label.EXEMPT, grounds=[EXEMPT])
    private = Ground(article=15, reason="TOPREASON")
    signed(home, "个人情况\n内容", label=Label.EXEMPT, grounds=[private])
    assert publish(home) == PublishCounts(published=3, listed=2)
    assert catalogue.proactive().count() == 3
    listed = list(catalogue.on_request())
    assert {row.title for row in listed} == {"某某申请材料0", "某某申请材料1"}
    assert {(row.file_name, row.summary) for row in listed} == {("", "")}
    exempt = catalogue.exempt_categories()
    assert [(c.article, c.paragraph, c.count) for c in exempt] == [(15, None, 1), (16, 2, 1)]
    for kind in ("proactive", "on_request", "exempt"):
        told = catalogue.to_json(kind).decode() + catalogue.to_csv(kind).decode("utf-8-sig")
        for hidden in ("某件事", "个人情况", "TOPREASON", "黄测试"):
            assert hidden not in told
    assert catalogue.search("隐患").total == 3


def test_files_of_a_catalogue_hold_the_required_columns(home: Home) -> None:
    signed(home, "=HYPERLINK(1)通知\n正文")
    publish(home)
    (row,) = json.loads(catalogue.to_json("proactive"))
    assert {
        "索引号",
        "名称",
        "内容概述",
        "生成日期",
        "发布机构",
        "文号",
        "公开日期",
        "有效性",
    } <= set(row)
    table = list(csv.DictReader(io.StringIO(catalogue.to_csv("proactive").decode("utf-8-sig"))))
    assert table[0]["名称"].startswith("'=")
    sheet = load_workbook(io.BytesIO(catalogue.to_xlsx("proactive"))).active
    assert sheet is not None
    assert [c.value for c in sheet[1]] == list(row)
    assert sheet["B2"].data_type == "s"


def test_an_empty_catalogue_still_has_its_columns(home: Home) -> None:
    for kind, columns in catalogue.COLUMNS.items():
        assert catalogue.to_csv(kind).decode("utf-8-sig").strip() == ",".join(columns)
        sheet = load_workbook(io.BytesIO(catalogue.to_xlsx(kind))).active
        assert sheet is not None
        assert tuple(c.value for c in sheet[1]) == columns


def test_a_withdrawal_takes_two_people_and_leaves_a_tombstone(home: Home) -> None:
    item = signed(home, "关于TOPTITLE的通知\nTOPBODY")
    publish(home)
    row = catalogue.proactive().get()
    reviewer, secrecy = User.objects.get(username="审核甲"), User.objects.get(username="保密员")
    with pytest.raises(decisions.ReasonRequired):
        withdrawal.request_withdrawal(row.pk, reviewer, reason="", now=NOW)
    with pytest.raises(NotAllowed):
        withdrawal.request_withdrawal(row.pk, person("文书", Role.RECORDS), reason="x", now=NOW)
    asked = withdrawal.request_withdrawal(row.pk, reviewer, reason="文号有误", now=NOW)
    with pytest.raises(access.SamePerson):
        withdrawal.decide_withdrawal(home, asked.pk, reviewer, approve=True, now=NOW)
    assert home.public_path(row.file_name).exists()
    withdrawal.decide_withdrawal(home, asked.pk, secrecy, approve=True, now=NOW)
    grave = catalogue.document(row.index_no)
    assert grave is not None
    assert (grave.withdrawn_reason, grave.title) == ("文号有误", "（已撤回）")
    assert list(home.public_names()) == []
    assert catalogue.search("TOPBODY").total == 0
    assert not PublishedText.objects.exists()
    item.refresh_from_db()
    assert item.state == ReviewState.WITHDRAWN
    assert "TOP" not in catalogue.to_csv("proactive").decode("utf-8-sig")
    decisions.send_back(item.pk, reviewer, version=item.version, reason="重新办理", now=NOW)
    item.refresh_from_db()
    sign_off(item)
    publish(home)
    again = catalogue.proactive().get()
    assert (again.index_no, again.version) == (row.index_no, 2)


def test_nothing_is_withheld_while_the_public_can_read_it(home: Home) -> None:
    item = signed(home, PENALTY)
    publish(home)
    secrecy = User.objects.get(username="保密员")
    item.refresh_from_db()
    decisions.send_back(item.pk, secrecy, version=item.version, reason="改为不公开", now=NOW)
    item.refresh_from_db()
    with pytest.raises(signing.StillPublished):
        sign_off(item, label=Label.EXEMPT, grounds=[EXEMPT])


def test_a_published_document_found_secret_vanishes_from_the_public_at_once(home: Home) -> None:
    item = signed(home, "关于TOPTITLE的通知\nTOPBODY")
    publish(home)
    secrecy = User.objects.get(username="保密员")
    item.refresh_from_db()
    signing.quarantine_item(home, item.pk, secrecy, version=item.version, reason="涉密", now=NOW)
    assert list(home.public_names()) == []
    assert catalogue.search("TOPBODY").total == 0
    assert "TOP" not in repr(list(PublicationRecord.objects.values()))
    assert QuarantineRecord.objects.get().rules == ["person"]
    assert check_places(home) == []


def test_search_finds_chinese_words_in_any_disguise_and_only_whole_ones(home: Home) -> None:
    signed(home, "安全生产检查通报\n信息公\n开工作 ＡＢＣ１２３４ 部署")
    signed(home, "另一份\n信息不公开，信公息开")
    publish(home)
    for query, found in (
        ("信息公开", 1),
        ("安全", 1),
        ("abc1234", 1),
        ("C12", 1),
        ("信", 2),
        ("信息 部署", 1),
        ("公开 信息", 2),
        ("没有这个词", 0),
        ("%", 0),
        ("_", 0),
        ("' OR 1=1 --", 0),
        ("", 0),
        ("   ", 0),
        ('"', 0),
        ("AND", 0),
    ):
        assert catalogue.search(query).total == found, query
    (hit,) = catalogue.search("信息公开").hits
    assert "信息公 开工作" in hit.snippet


def test_search_comes_in_pages(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "HITS_A_PAGE", 2)
    for number in range(3):
        signed(home, f"通知{number}\n正文")
    publish(home)
    first, second = catalogue.search("通知"), catalogue.search("通知", 2)
    assert (len(first.hits), first.has_next, len(second.hits), second.has_next) == (
        2,
        True,
        1,
        False,
    )
    assert catalogue.search("通知", 99).hits == ()


def test_index_numbers_are_given_once_and_month_by_month(home: Home) -> None:
    items = [signed(home, f"通知{n}\n正文") for n in range(3)]
    given = [index_numbers.give(i.document, now=NOW) for i in items[:2]]
    assert given == [f"{ORG_CODE}/202605-0000{n}" for n in (1, 2)]
    assert index_numbers.give(items[0].document, now=NOW + timedelta(days=99)) == given[0]
    later = index_numbers.give(items[2].document, now=NOW + timedelta(days=31))
    assert later == f"{ORG_CODE}/202606-00001"


@pytest.mark.parametrize(
    ("scheme", "org_code", "good"),
    [
        ("{org_code}/{year:04d}{month:02d}-{serial:05d}", ORG_CODE, True),
        ("GSD01-{year}-{serial:06d}", "", True),
        ("{org_code}/{year}", ORG_CODE, False),
        ("{org_code}/{serial}", "", False),
        ("{org_code.__class__}/{serial}", ORG_CODE, False),
        ("{serial:05d}/../{year}", ORG_CODE, False),
        ("标-{serial}", ORG_CODE, False),
        ("{serial", ORG_CODE, False),
        ("{0}{serial}", ORG_CODE, False),
    ],
)
def test_only_good_schemes_give_numbers(scheme: str, org_code: str, good: bool) -> None:
    if good:
        index_numbers.check_scheme(scheme, org_code)
    else:
        with pytest.raises(index_numbers.InvalidIndexScheme):
            index_numbers.check_scheme(scheme, org_code)


@pytest.mark.parametrize(
    "name", ["../vault/aa/x", "/etc/passwd", "a/1/..", "a/1/../../x", "a", "a/b/c", "a/1/x/y"]
)
def test_public_names_lead_nowhere_else(home: Home, name: str) -> None:
    with pytest.raises(RefusedPath):
        home.public_path(name)


def test_a_summary_is_short_and_starts_after_the_title() -> None:
    text = (
        "慈利县应急管理局文件\n关于开展检查\n的通知\n各乡镇：\n为加强安全生产工作。" + "很长" * 80
    )
    summary = summary_of(text, "关于开展检查的通知")
    assert summary.startswith("为加强安全生产工作。")
    assert len(summary) == 100
    assert summary.endswith("…")


def test_a_kept_name_stays_in_the_title(home: Home) -> None:
    text = "局长黄测试讲话\n正文"
    signed(home, text, verdicts=_keep_all(text))
    publish(home)
    assert catalogue.proactive().filter(title="局长黄测试讲话").exists()


def _keep_all(text: str) -> Any:
    from domain.decisions import FindingVerdict
    from tests.makers.small_bureau import analyze

    return [
        FindingVerdict(finding_id=f.id, action=Action.KEEP)
        for f in analyze(text.encode(), "", False).findings
    ]


def test_the_queue_counts_what_is_blocked(home: Home) -> None:
    signed(home, "一份会泄漏的通知\n正文")
    publish(home)
    reviewer = User.objects.get(username="审核甲")
    assert queue.counts(reviewer, today=NOW.date()).blocked == 1
