"""The inbox, told from the records officer's side (scenario A1) and the janitor's."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bureau.accounts.models import UNASSIGNED_NAME
from bureau.accounts.roles import Role
from bureau.register import runs, submissions
from bureau.register.file_names import is_temporary, safe_upload_name
from bureau.register.files import Home
from bureau.register.inbox import Inbox
from bureau.register.intake import SweepCounts, SweepRules, sweep, sweep_until_settled
from bureau.register.models import (
    Alert,
    AuditRecord,
    Document,
    IntakeOutcome,
    IntakeRecord,
    Look,
    Place,
    ReviewItem,
    RunLock,
    RunOutcome,
    RunRecord,
)
from bureau.register.places import check_places
from domain.analysis import Analysis
from domain.errors import AlreadyRunning, NotAllowed, NotYetReadable, StorageFull, TooLarge
from tests.makers.small_bureau import LATER, MARKED, NOW, PENALTY, analyze, drop, person

pytestmark = pytest.mark.django_db


def look(home: Home, now: datetime = NOW, **changes: float) -> SweepCounts:
    """One sweep."""
    return sweep(home, now=now, analyze=analyze, rules=SweepRules(**changes))


def take(home: Home, now: datetime = NOW) -> SweepCounts:
    """Two looks a minute apart: everything that stands still is taken."""
    look(home, now)
    return look(home, now + LATER)


def test_a_messy_inbox_exactly_as_the_records_officer_expects(home: Home, tmp_path: Path) -> None:
    target = drop(tmp_path, "outside.txt", "OUTSIDE-CONTENT")
    growing = drop(home.inbox, "办公室/通知.docx", "通知\n第一半")
    drop(home.inbox, "办公室/~$通知.docx", "锁")
    drop(home.inbox, "办公室/空.pdf", "")
    drop(home.inbox, "办公室/台账.xlsx.part", "一半")
    drop(home.inbox, "办公室/预案.docx", "密码")
    (home.inbox / "办公室" / "x.docx").symlink_to(target)
    drop(home.inbox, "办公室/旧.doc", "坏")

    # the copy grows for 30 s: at no look is it taken half-way
    for seconds in (0, 10, 20, 30):
        look(home, NOW + timedelta(seconds=seconds))
        growing.write_text("通知\n" + "第一半" * (seconds + 2), encoding="utf-8")
    assert not Document.objects.exists()
    growing.write_text("通知\n全文", encoding="utf-8")
    look(home, NOW + timedelta(seconds=40))
    drop(home.inbox, "办公室/通知(1).docx", "通知\n全文")
    look(home, NOW + timedelta(seconds=45))
    first = look(home, NOW + timedelta(seconds=80))
    third = [look(home, NOW + timedelta(seconds=s)) for s in (140, 200)][-1]

    stored = IntakeRecord.objects.get(outcome=IntakeOutcome.STORED)
    assert stored.untrusted_filename == "通知.docx"
    assert home.read_original(stored.sha256).decode() == "通知\n全文"
    duplicate = IntakeRecord.objects.get(outcome=IntakeOutcome.DUPLICATE)
    assert duplicate.duplicate_of == stored
    assert home.set_aside_file(home.duplicate, duplicate.pk).name == "通知(1).docx"
    assert ReviewItem.objects.count() == 1
    failed = {
        r.untrusted_filename: r for r in IntakeRecord.objects.filter(outcome=IntakeOutcome.FAILED)
    }
    assert set(failed) == {"空.pdf", "预案.docx", "旧.doc"}
    assert failed["空.pdf"].message.startswith("空文件")
    assert failed["预案.docx"].message.startswith("加密")
    assert failed["旧.doc"].message.startswith("无法解析")
    assert all(home.set_aside_file(home.failed, r.pk) for r in failed.values())
    refused = IntakeRecord.objects.get(outcome=IntakeOutcome.REFUSED)
    assert refused.untrusted_filename == "x.docx"
    assert "OUTSIDE" not in repr(refused.__dict__)
    left = sorted(p.name for p in (home.inbox / "办公室").iterdir())
    assert left == ["x.docx", "~$通知.docx", "台账.xlsx.part"]
    assert IntakeRecord.objects.count() == 6
    assert first.waiting == third.waiting == 0
    assert (third.stored, third.duplicates, third.failed, third.refused) == (0, 0, 0, 0)
    assert check_places(home, deep=True) == []


def test_a_file_counts_as_still_only_after_two_looks_ten_seconds_apart(home: Home) -> None:
    drop(home.inbox, "通知.txt", "通知")
    assert look(home).waiting == 1
    assert look(home, NOW + timedelta(seconds=9)).waiting == 1
    assert look(home, NOW + timedelta(seconds=10)).stored == 1
    assert Document.objects.get().department.name == UNASSIGNED_NAME


def test_a_young_file_that_will_not_open_waits(home: Home) -> None:
    path = drop(home.inbox, "通知.docx", "坏到一半")
    look(home)
    assert look(home, NOW + timedelta(seconds=15)).waiting == 1
    assert path.exists()
    assert look(home, NOW + timedelta(seconds=31)).failed == 1


def test_a_busy_file_waits_and_is_nowhere_recorded(home: Home) -> None:
    def busy(data: bytes, name: str, override: bool) -> Analysis:
        raise NotYetReadable

    drop(home.inbox, "通知.txt", "通知")
    look(home)
    counts = sweep(home, now=NOW + LATER, analyze=busy)
    assert (counts.waiting, IntakeRecord.objects.count()) == (1, 0)


def test_one_call_waits_until_everything_stands_still(home: Home) -> None:
    drop(home.inbox, "通知.txt", "通知")
    drop(home.inbox, "旧.doc", "坏")
    clock = [NOW]

    def sleep(seconds: float) -> None:
        clock[0] += timedelta(seconds=seconds)

    counts = sweep_until_settled(home, analyze=analyze, sleep=sleep, clock=lambda: clock[0])
    assert (counts.stored, counts.failed, counts.waiting) == (1, 1, 0)


def test_the_first_arrival_is_the_original_whatever_the_names(home: Home) -> None:
    for name in ("通知(1).txt", "通知 - 副本.txt", "通知.txt"):
        drop(home.inbox, name, "同样的内容")
    assert take(home).duplicates == 2
    assert Document.objects.get().untrusted_filename == "通知.txt"


@pytest.mark.parametrize(
    "name",
    [
        "~$a.docx",
        ".a.docx",
        "a.part",
        "a.TMP",
        "a.crdownload",
        "Thumbs.db",
        ".DS_Store",
        "~WRL1.tmp",
    ],
)
def test_names_that_programs_leave_are_no_inputs(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["通知.docx", "a.party.docx", "part.docx", "临时.txt"])
def test_names_of_documents_are_inputs(name: str) -> None:
    assert not is_temporary(name)


def test_special_files_and_linked_folders_are_refused_and_never_read(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    drop(tmp_path, "elsewhere/通知.txt", "别处的内容")
    (home.inbox / "办公室").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(home.inbox / "管道")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(home.inbox / "插口"))
    listener.close()
    assert take(home).refused == 0
    assert IntakeRecord.objects.filter(outcome=IntakeOutcome.REFUSED).count() == 3
    assert not Document.objects.exists()


def test_a_file_turned_into_a_symlink_between_look_and_reading_is_not_followed(
    home: Home, tmp_path: Path
) -> None:
    path = drop(home.inbox, "通知.txt", "通知")
    entry = next(Inbox(home.inbox).entries())
    path.unlink()
    path.symlink_to(drop(tmp_path, "outside.txt", "通知"))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        Inbox(home.inbox).read(entry, max_bytes=100)
    assert getattr(caught.value, "code", "") in {"refused_path", "not_yet_readable"}


def test_a_file_replaced_while_it_was_stored_is_not_lost(home: Home) -> None:
    path = drop(home.inbox, "通知.txt", "第一稿")
    look(home)

    def replacing(data: bytes, name: str, override: bool) -> Analysis:
        path.unlink()
        drop(home.inbox, "通知.txt", "第二稿")
        return analyze(data, name, override)

    sweep(home, now=NOW + LATER, analyze=replacing)
    assert path.read_text(encoding="utf-8") == "第二稿"
    take(home, NOW + 2 * LATER)
    assert {home.read_original(d.sha256).decode() for d in Document.objects.all()} == {
        "第一稿",
        "第二稿",
    }
    assert check_places(home) == []


def test_a_folder_named_dotdot_cannot_be_opened(home: Home) -> None:
    with pytest.raises(Exception) as caught, Inbox(home.inbox).open_folder(("..",)):  # noqa: PT011
        pass
    assert getattr(caught.value, "code", "") == "refused_path"


def test_a_marked_file_leaves_hash_size_time_and_rule_only(home: Home) -> None:
    drop(home.inbox, "保密的股室名/关于TOPNAME的会议纪要.txt", MARKED)
    counts = take(home)
    assert (counts.quarantined, counts.stored) == (1, 0)
    record = IntakeRecord.objects.get()
    assert (record.untrusted_filename, record.untrusted_folder) == ("", "")
    held = record.quarantines.get()
    assert held.rules == ["banner_level"]
    assert home.held_path(held.held_name).read_bytes() == MARKED.encode()
    assert home.held.stat().st_mode & 0o777 == 0o700
    alert = Alert.objects.get()
    assert (alert.role, alert.detail["sha256"]) == (Role.SECRECY, record.sha256)
    assert "版头密级标志" in alert.message
    assert "第四十七条" in alert.message
    assert not ReviewItem.objects.exists()
    assert not [p for p in home.vault.rglob("*") if p.is_file()]
    assert check_places(home) == []
    everything = "".join(
        repr(list(m.objects.values())) for m in (IntakeRecord, Alert, AuditRecord, Look)
    )
    for trace in ("TOPSECRETBODY", "TOPNAME", "保密的股室名"):
        assert trace not in everything


def test_the_same_marked_bytes_are_held_again_without_being_read(home: Home) -> None:
    drop(home.inbox, "a.txt", MARKED)
    take(home)
    drop(home.inbox, "b.txt", MARKED)

    def must_not_read(data: bytes, name: str, override: bool) -> Analysis:
        raise AssertionError

    look(home, NOW + 2 * LATER)
    sweep(home, now=NOW + 3 * LATER, analyze=must_not_read)
    names = sorted(p.name for p in home.held.iterdir() if p.is_file())
    assert len(names) == 2
    assert names[1] == f"{names[0]}.2"
    assert check_places(home) == []


def test_what_the_gate_could_not_read_or_doubts_is_for_secrecy_review(home: Home) -> None:
    drop(home.inbox, "a.txt", "通知\n看不清的一页")
    drop(home.inbox, "b.txt", "内部事项 注意保管\n值班安排")
    take(home)
    assert set(ReviewItem.objects.values_list("state", flat=True)) == {"secrecy_hold"}


def test_a_failed_file_is_tried_again_under_its_own_record(home: Home) -> None:
    clerk = person("文书", Role.RECORDS)
    drop(home.inbox, "办公室/旧.doc", "坏")
    take(home)
    record = IntakeRecord.objects.get()
    submissions.retry(home, record.pk, clerk, now=NOW)
    assert (home.inbox / "办公室" / "旧.doc").exists()
    assert look(home, NOW + 2 * LATER).failed == 1
    record.refresh_from_db()
    assert (record.place, record.retries, record.pending) == (Place.FAILED, 1, False)
    assert IntakeRecord.objects.count() == 1
    kept = home.set_aside_file(home.failed, record.pk)
    assert kept is not None
    kept.write_text("修好了", encoding="utf-8")
    submissions.retry(home, record.pk, clerk, now=NOW)
    assert look(home, NOW + 3 * LATER).stored == 1
    record.refresh_from_db()
    assert (record.outcome, record.place, record.message) == ("stored", Place.VAULT, "")
    assert check_places(home) == []


def test_a_stranger_may_not_retry(home: Home) -> None:
    drop(home.inbox, "办公室/旧.doc", "坏")
    take(home)
    with pytest.raises(NotAllowed):
        submissions.retry(
            home, IntakeRecord.objects.get().pk, person("审核", Role.REVIEWER), now=NOW
        )


def test_a_mistake_of_ours_fails_one_file_and_tells_no_text(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    drop(home.inbox, "a.txt", "程序错 CANARY-430821190001010012")
    drop(home.inbox, "b.txt", "好的")
    counts = take(home)
    assert (counts.failed, counts.stored) == (1, 1)
    assert IntakeRecord.objects.get(outcome="failed").reason_code == "internal_error"
    assert "CANARY" not in caplog.text
    assert Alert.objects.get().role == Role.OPERATOR


def test_a_file_over_the_limit_fails_with_its_reason(home: Home) -> None:
    drop(home.inbox, "大.txt", "字" * 100)
    look(home, max_bytes=10)
    assert look(home, NOW + LATER, max_bytes=10).failed == 1
    assert IntakeRecord.objects.get().reason_code == "too_large"
    assert check_places(home) == []


def test_an_upload_is_complete_and_known_as_the_accounts(home: Home) -> None:
    clerk = person("文书", Role.RECORDS, department="办公室")
    receipt = submissions.receive_upload(
        home, clerk, "C:\\文件\\通知.txt", [b"\xe9\x80\x9a", b"\xe7\x9f\xa5"], now=NOW
    )
    assert receipt.name == "通知.txt"
    assert look(home).stored == 1
    record = IntakeRecord.objects.get()
    assert (record.submitter, record.channel) == (clerk, "upload")
    assert record.department.name == "办公室"


def test_a_file_dropped_over_an_upload_is_not_the_accounts(home: Home) -> None:
    clerk = person("文书", Role.RECORDS, department="办公室")
    receipt = submissions.receive_upload(home, clerk, "通知.txt", [b"a"], now=NOW)
    drop(home.inbox, f"办公室/{receipt.name}", "别人放的")
    assert look(home).waiting == 1
    take(home, NOW + LATER)
    assert IntakeRecord.objects.get().submitter is None


def test_an_upload_over_the_limit_leaves_nothing(home: Home) -> None:
    clerk = person("文书", Role.RECORDS, department="办公室")
    with pytest.raises(TooLarge):
        submissions.receive_upload(home, clerk, "a.txt", [b"x" * 11], now=NOW, max_bytes=10)
    assert list((home.inbox / "办公室").iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        (".htaccess", "htaccess"),
        ("~$a.docx", "a.docx"),
        ("", "upload"),
        ("a\x00b\n.txt", "a\ufffdb\ufffd.txt"),
        ("报告.tmp", "报告.tmp.upload"),
    ],
)
def test_names_from_browsers_become_plain(sent: str, kept: str) -> None:
    assert safe_upload_name(sent) == kept
    assert not is_temporary(kept)
    assert len(os.fsencode(safe_upload_name("长" * 400 + ".docx"))) <= 255


def test_names_that_are_not_utf8_are_taken_and_kept_readable(home: Home) -> None:
    raw = os.fsencode(home.inbox) + b"/" + "旧通知.txt".encode("gb18030")
    Path(os.fsdecode(raw)).write_text("内容", encoding="utf-8")
    assert take(home).stored == 1
    assert Document.objects.get().untrusted_filename == "旧通知.txt"


def test_a_second_run_changes_nothing_and_does_not_fail(home: Home) -> None:
    drop(home.inbox, "a.txt", "通知")
    with runs.running("intake"), pytest.raises(AlreadyRunning):
        look(home)
    outcomes = list(RunRecord.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == [RunOutcome.DONE, RunOutcome.ALREADY_RUNNING]
    assert not Look.objects.exists()


def test_the_lock_of_a_dead_process_is_free_at_once(home: Home) -> None:
    with runs.running("intake"):
        RunLock.objects.update(pid=2**22 + 1)
        assert runs.janitor() == 1
        look(home)
    assert RunRecord.objects.filter(outcome=RunOutcome.DONE).exists()


def test_a_full_disk_fails_the_run_and_leaves_the_file_where_it_was(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(home.inbox, "a.txt", PENALTY)
    look(home)

    def full(*_: object) -> None:
        raise OSError(28, "no space")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageFull):
            look(home, NOW + LATER)
    assert (home.inbox / "a.txt").exists()
    assert not [p for p in home.vault.rglob("*") if p.is_file()]
    run = RunRecord.objects.first()
    assert run is not None
    assert (run.outcome, run.error_code) == (RunOutcome.FAILED, "storage_full")
    assert look(home, NOW + 2 * LATER).stored == 1


def test_a_disguised_place_is_told(home: Home) -> None:
    drop(home.inbox, "a.txt", "通知")
    take(home)
    record = IntakeRecord.objects.get()
    home.original_path(record.sha256).write_bytes(b"other")
    assert [p.code for p in check_places(home, deep=True)] == ["original_changed"]
    home.original_path(record.sha256).unlink()
    drop(home.held, "stray", "x")
    assert sorted(p.code for p in check_places(home)) == ["held_unknown", "original_missing"]
