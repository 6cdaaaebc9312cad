"""`gongkai up`: everything an office needs, started together and stopped together."""

from __future__ import annotations

import signal
import sys
import threading
import time
from dataclasses import dataclass
from types import FrameType

from rich.panel import Panel
from rich.table import Table

from domain.errors import AlreadyRunning, GongkaiError
from flows.bootstrap import FirstStart, ensure_prefect_auth, prepare
from flows.processes import Children, python_command
from flows.servers import port_answers, require_free_ports
from flows.settings import Settings, child_environment, prefect_environment
from flows.terminal import CONSOLE, progress
from flows.work import sweep_inbox

START_SECONDS = 90.0
LOOK_SECONDS = 1.0
NAMES = {
    "prefect": "定时任务服务",
    "workbench": "审核台",
    "portal": "公开网站",
    "schedule": "定时任务",
    "watch": "收件监视",
}


class PartDied(GongkaiError):
    """One of the children ended by itself."""

    code = "part_died"
    message = "有一个部分意外退出。"


@dataclass(slots=True)
class Stop:
    """Set by Ctrl-C or SIGTERM; the main loop looks at it."""

    event: threading.Event

    def install(self) -> None:
        """Catch the signals that end the program."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._caught)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.event.set()


def up(settings: Settings, *, samples: bool = True) -> None:
    """Prepare the home, work off what waits, then serve until Ctrl-C.

    Raises:
        PortTaken: if another program listens on one of the ports.
        PartDied: if a part ends by itself; everything else is stopped first.
    """
    require_free_ports(settings)
    start = prepare(settings, samples=samples)
    if start.first:
        _show_accounts(start)
    _first_sweep(settings)
    stop = Stop(threading.Event())
    stop.install()
    children = Children(settings.home / "logs")
    try:
        if _start_children(settings, children, stop):
            _show_addresses(settings, ensure_prefect_auth(settings.home))
            _watch_children(children, stop)
    finally:
        CONSOLE.print("正在停止……")
        children.stop()
        CONSOLE.print("已全部停止。再次运行会从现在的状态继续。")


def _first_sweep(settings: Settings) -> None:
    with progress() as bar:
        task = bar.add_task("处理收件夹", total=None)
        try:
            counts = sweep_inbox(
                settings,
                trigger="up",
                patience_seconds=max(15.0, 2 * settings.stable_seconds),
                on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except AlreadyRunning as error:
            CONSOLE.print(error.message)
            return
    CONSOLE.print(
        f"收件：入库 {counts.stored}，重复 {counts.duplicates}，失败 {counts.failed}，"
        f"停放 {counts.quarantined}，等待 {counts.waiting}"
    )


def _start_children(settings: Settings, children: Children, stop: Stop) -> bool:
    """Whether everything answers; the schedule only starts once Prefect's server listens."""
    prefect = prefect_environment(settings, ensure_prefect_auth(settings.home))
    plain = child_environment(settings)
    with_prefect = child_environment(settings, prefect)
    with CONSOLE.status("正在启动审核台、公开网站和定时任务……"):
        children.start(
            "prefect", [sys.executable, "-m", "prefect", "server", "start"], with_prefect
        )
        children.start("workbench", python_command("serve", "workbench"), plain)
        children.start("portal", python_command("serve", "portal"), plain)
        children.start("watch", python_command("serve", "watch"), plain)
        if not _wait_until_open(settings, children, stop):
            return False
        children.start("schedule", python_command("serve", "schedule"), with_prefect)
    return True


def _wait_until_open(settings: Settings, children: Children, stop: Stop) -> bool:
    ports = (
        (settings.host, settings.workbench_port),
        (settings.host, settings.portal_port),
        ("127.0.0.1", settings.prefect_port),
    )
    deadline = time.monotonic() + START_SECONDS
    while not all(port_answers(host, port) for host, port in ports):
        if stop.event.wait(0.3):
            return False
        _require_alive(children)
        if time.monotonic() > deadline:
            raise PartDied("启动超时：请查看数据目录下 logs/ 中的记录，或运行 gongkai doctor。")
    return True


def _watch_children(children: Children, stop: Stop) -> None:
    while not stop.event.wait(LOOK_SECONDS):
        _require_alive(children)


def _require_alive(children: Children) -> None:
    dead = children.dead()
    if dead:
        names = "、".join(NAMES[name] for name in dead)
        raise PartDied(f"{names}意外退出，已停止其余部分。请查看数据目录下 logs/{dead[0]}.out。")


def _show_accounts(start: FirstStart) -> None:
    table = Table("账号", "角色", "密码", title="首次启动：每个角色一个账号")
    for username, role, password in start.passwords:
        table.add_row(username, role, password)
    CONSOLE.print(table)
    CONSOLE.print("[bold]密码只显示这一次[/bold]，请抄下并尽快修改（登录后右上角「修改密码」）。")
    if start.samples:
        CONSOLE.print(f"已把 {start.samples} 份示例文件放入收件夹「办公室」。")


def _show_addresses(settings: Settings, auth: str) -> None:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    CONSOLE.print(
        Panel(
            f"审核台　　http://{host}:{settings.workbench_port}/\n"
            f"公开网站　http://{host}:{settings.portal_port}/\n"
            f"定时任务　http://127.0.0.1:{settings.prefect_port}/"
            f"　（口令 {auth}）\n"
            f"收件夹　　{settings.home / 'inbox'}\n\n按 Ctrl-C 停止。",
            title="公开已启动",
            expand=False,
        )
    )
