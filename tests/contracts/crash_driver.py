"""Kills the office at every step it takes and lets it recover; run as a program of its own.

Usage: crash_driver.py intake|publish|twice FOLDER. Django is set up once; each case runs in a
forked child on a copy of one prepared data folder, which kills itself before its n-th lasting act
(fsync, rename, link, unlink, commit). Prints one line a case that went wrong, then the number of
cases.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

FOLDER = Path(sys.argv[2])
os.environ["GONGKAI_HOME"] = str(FOLDER / "prepared")
os.environ["DJANGO_SETTINGS_MODULE"] = "bureau.settings"
os.environ.pop("GONGKAI_DATABASE_URL", None)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from bureau.register import audit_log  # noqa: E402
from bureau.register.files import Home  # noqa: E402
from bureau.register.intake import sweep  # noqa: E402
from bureau.register.models import (  # noqa: E402
    Document,
    IntakeRecord,
    PublicationRecord,
    ReviewItem,
)
from bureau.register.places import check_places  # noqa: E402
from bureau.register.publishing import publish_ready  # noqa: E402
from domain.errors import AlreadyRunning  # noqa: E402
from tests.makers.small_bureau import (  # noqa: E402
    LATER,
    MARKED,
    NOW,
    PENALTY,
    analyze,
    drop,
    release_maker,
    signed,
)

ACTS = ("fsync", "rename", "replace", "unlink", "link")


def kill_before(number: int) -> Callable[[], int]:
    """Counts lasting acts from now on and dies before the given one; returns the counter."""
    done = [0]

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            done[0] += 1
            if done[0] == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*args, **kwargs)

        return wrapped

    for act in ACTS:
        setattr(os, act, counted(getattr(os, act)))
    BaseDatabaseWrapper._commit = counted(BaseDatabaseWrapper._commit)  # type: ignore[attr-defined]
    return lambda: done[0]


def use(root: Path) -> Home:
    """The data folder ``root`` and its database in this process."""
    connections.close_all()
    connection.settings_dict["NAME"] = str(root / "gongkai.sqlite3")
    return Home(root)


def forked(work: Callable[[], int]) -> int:
    """Exit status of ``work`` in a child; negative = killed by that signal."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = work()
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def prepared() -> Home:
    """The office every case starts from."""
    home = use(FOLDER / "prepared")
    home.make()
    call_command("migrate", verbosity=0)
    return home


def each_step(case: Callable[[Home], object], broken: Callable[[Home], str]) -> int:
    """Kills ``case`` before each of its acts, recovers, and asks ``broken``; returns the cases."""
    number = 0
    while True:
        number += 1
        root = FOLDER / f"case-{number}"
        shutil.copytree(FOLDER / "prepared", root)

        def crash(number: int = number, root: Path = root) -> int:
            home = use(root)
            kill_before(number)
            case(home)
            return 0

        def recover(number: int = number, root: Path = root) -> int:
            home = use(root)
            case(home)
            case(home)
            problem = broken(home)
            if problem:
                print(f"killed before act {number}: {problem}")
            return 0

        status = forked(crash)
        if status == 0:
            return number - 1
        if status != -signal.SIGKILL:
            print(f"act {number}: ended with {status} instead of being killed")
        if forked(recover) != 0:
            print(f"killed before act {number}: recovery failed")
        shutil.rmtree(root)


def intake_case() -> int:
    home = prepared()
    for name, text in (
        ("甲股/一.txt", PENALTY),
        ("甲股/二.txt", "第二份通知\n正文"),
        ("三.txt", "第三份通知\n正文"),
        ("二 - 副本.txt", "第二份通知\n正文"),
        ("坏.doc", "坏"),
        ("纪要.txt", MARKED),
    ):
        drop(home.inbox, name, text)
    sweep(home, now=NOW, analyze=analyze)

    def run(home: Home) -> object:
        return sweep(home, now=NOW + LATER, analyze=analyze)

    def broken(home: Home) -> str:
        outcomes = sorted(IntakeRecord.objects.values_list("outcome", flat=True))
        expected = ["duplicate", "failed", "quarantined", "stored", "stored", "stored"]
        left = [p.name for p in home.inbox.rglob("*") if p.is_file()]
        return _first(
            (f"outcomes {outcomes}", outcomes != expected),
            (f"left {left}", bool(left)),
            ("documents", Document.objects.count() != 3),
            ("items", ReviewItem.objects.count() != 3),
            (f"places {check_places(home, deep=True)}", bool(check_places(home, deep=True))),
            ("pending", IntakeRecord.objects.filter(pending=True).exists()),
            ("drafts", any(home.drafts.iterdir())),
            ("audit", audit_log.verify() is not None),
        )

    return each_step(run, broken)


def publish_case() -> int:
    home = prepared()
    signed(home, PENALTY)

    def run(home: Home) -> object:
        return publish_ready(home, release_maker(), now=NOW)

    def broken(home: Home) -> str:
        rows = list(PublicationRecord.objects.values_list("index_no", "version"))
        return _first(
            (f"rows {rows}", [v for _, v in rows] != [1]),
            (f"places {check_places(home, deep=True)}", bool(check_places(home, deep=True))),
            ("state", ReviewItem.objects.get().state != "published"),
            ("audit", audit_log.verify() is not None),
        )

    return each_step(run, broken)


def _first(*problems: tuple[str, bool]) -> str:
    return next((text for text, wrong in problems if wrong), "")


def twice_case() -> int:
    """Two sweeps at the same moment: one works, the other changes nothing."""
    home = prepared()
    for number in range(30):
        drop(home.inbox, f"{number}.txt", f"通知{number}")
    sweep(home, now=NOW, analyze=analyze)
    start = time.time() + 0.3

    def slow(data: bytes, name: str, override: bool) -> Any:
        time.sleep(0.02)
        return analyze(data, name, override)

    def run() -> int:
        home = use(FOLDER / "prepared")
        time.sleep(max(0.0, start - time.time()))
        try:
            return 10 if sweep(home, now=NOW + LATER, analyze=slow).stored == 30 else 1
        except AlreadyRunning:
            return 20

    connections.close_all()
    children = []
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            os._exit(run())
        children.append(pid)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children)
    home = use(FOLDER / "prepared")
    if codes != [10, 20] or Document.objects.count() != 30 or check_places(home):
        print(f"exit codes {codes}, documents {Document.objects.count()}")
    return 1


if __name__ == "__main__":
    print({"intake": intake_case, "publish": publish_case, "twice": twice_case}[sys.argv[1]]())
