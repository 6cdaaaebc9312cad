"""Commands about the office: up, ingest, train, publish, export, audit, user, settings, doctor."""

from __future__ import annotations

import json
import logging
import signal
import threading
from pathlib import Path

import click
from rich.table import Table

from domain.errors import AlreadyRunning, GongkaiError
from flows import bootstrap
from flows.doctor import examine
from flows.logging import start_log
from flows.office import open_office
from flows.settings import VARIABLES, load, prefect_environment, use_environment, value
from flows.terminal import CONSOLE, ChineseCommand, ChineseGroup, progress

EXIT_FAILED = 1


class NoHome(GongkaiError):
    """The home has not been made yet."""

    code = "no_home"
    message = "数据目录尚未建立。请先运行 gongkai up（或 make run）。"


def _require_home() -> None:
    settings = load()
    if not (settings.home / "secret_key").exists():
        raise NoHome()
    open_office(settings)


@click.command(
    cls=ChineseCommand, help="启动审核台、公开网站和定时任务；首次运行会建库并处理示例。"
)
@click.option("--no-samples", is_flag=True, help="首次运行不放入示例文件")
def up(no_samples: bool) -> int:
    """Start everything and stay until Ctrl-C."""
    from flows.up import PartDied
    from flows.up import up as start_all

    settings = load()
    try:
        start_all(settings, samples=not no_samples)
    except PartDied as error:
        CONSOLE.print(f"[bold red]{error.message}[/bold red]")
        return EXIT_FAILED
    return 0


@click.command(cls=ChineseCommand, help="立即收取收件夹中已静止的文件。")
def ingest() -> int:
    """Sweep the inbox now."""
    from flows.work import sweep_inbox

    _require_home()
    with progress() as bar:
        task = bar.add_task("收件", total=None)
        try:
            counts = sweep_inbox(
                load(),
                trigger="command",
                on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except AlreadyRunning as error:
            click.echo(error.message)
            return 0
    click.echo(
        f"入库 {counts.stored}　重复 {counts.duplicates}　失败 {counts.failed}　"
        f"停放 {counts.quarantined}　拒绝 {counts.refused}　等待 {counts.waiting}"
    )
    return 0


@click.command(cls=ChineseCommand, help="用已确认的文件重新训练；不优于现用模型则不启用。")
@click.option("--starter", is_flag=True, help="改为用随附标注文件重建出厂模型（开发用）")
def train(starter: bool) -> int:
    """Train on confirmed items and promote the model only if it is no worse."""
    from flows.train import train_from_confirmed, train_starter

    if starter:
        click.echo(train_starter())
        return 0
    _require_home()
    try:
        click.echo(train_from_confirmed(load(), trigger="command").message)
    except AlreadyRunning as error:
        click.echo(error.message)
    return 0


@click.command(cls=ChineseCommand, help="发布已确认并经保密审查签署的文件。")
def publish() -> int:
    """Publish what is ready now."""
    from flows.work import publish_signed

    _require_home()
    try:
        counts = publish_signed(load(), trigger="command")
    except AlreadyRunning as error:
        click.echo(error.message)
        return 0
    click.echo("　".join(f"{name} {number}" for name, number in counts.items()))
    return 0


@click.command(cls=ChineseCommand, help="把三个目录和已发布文件导出为静态网站文件夹。")
@click.argument("folder", type=click.Path(path_type=Path), metavar="文件夹")
def export(folder: Path) -> int:
    """Write the portal as plain files."""
    from bureau.portal.static_export import export_site

    _require_home()
    home = open_office(load())
    count = export_site(home, folder)
    click.echo(f"已导出 {count} 个文件到 {folder}")
    return 0


@click.group(cls=ChineseGroup, help="审计链。")
def audit() -> None:
    """Group of audit commands."""


@audit.command("verify", help="校验整条审计链；有改动时指出第一处并以 1 退出。")
def audit_verify() -> int:
    """Walk the chain."""
    _require_home()
    from bureau.register import audit_log
    from bureau.register.models import AuditRecord

    broken = audit_log.verify()
    if broken is not None:
        click.echo(f"审计链在第 {broken} 条断开：记录可能被改动。", err=True)
        return EXIT_FAILED
    last = AuditRecord.objects.order_by("-seq").first()
    click.echo(f"审计链完整：{last.seq} 条，链尾 {last.hash}" if last is not None else "审计链为空")
    return 0


@audit.command("export", help="逐行输出审计记录（JSON）。")
def audit_export() -> int:
    """Print the chain."""
    _require_home()
    from bureau.register import audit_log

    for event in audit_log.export():
        click.echo(json.dumps(event, ensure_ascii=False))
    return 0


@click.group(cls=ChineseGroup, help="账号。")
def user() -> None:
    """Group of account commands."""


@user.command("add", help="新建账号，密码只显示一次。")
@click.argument("username", metavar="账号")
@click.option("--name", "display_name", required=True, help="姓名")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(["records", "reviewer", "secrecy", "operator", "supervisor", "admin"]),
    help="角色，可重复",
)
@click.option("--department", help="股室名称")
def user_add(
    username: str, display_name: str, roles: tuple[str, ...], department: str | None
) -> int:
    """Make an account."""
    _require_home()
    from django.utils import timezone

    from bureau.accounts.roles import Role
    from bureau.register import staff

    password = bootstrap.new_password()
    staff.create_user(
        username=username,
        display_name=display_name,
        password=password,
        roles=tuple(Role(r) for r in roles),
        department=department,
        by="command",
        now=timezone.now(),
    )
    click.echo(f"已建立账号 {username}（{display_name}），密码（只显示一次）：{password}")
    return 0


@click.command("settings", cls=ChineseCommand, help="列出设置项、现值与说明。")
def settings() -> int:
    """Print the settings table; a database address is shown without its password."""
    table = Table("变量", "现值", "说明")
    for name, _, meaning in VARIABLES:
        shown = value(name)
        if name == "GONGKAI_DATABASE_URL" and "@" in shown:
            shown = f"{shown.split('://', 1)[0]}://…@{shown.rsplit('@', 1)[1]}"
        table.add_row(name, shown or "（空）", meaning)
    CONSOLE.print(table)
    return 0


@click.command(cls=ChineseCommand, help="检查运行环境，并说明缺什么、怎么补。")
def doctor() -> int:
    """Print every check; exit code 1 if a needed one fails."""
    failed = False
    for check in examine(load()):
        mark = "✓" if check.good else ("✗" if check.fatal else "!")
        failed |= check.fatal and not check.good
        click.echo(f"{mark} {check.name}：{check.answer}")
    return EXIT_FAILED if failed else 0


@click.command(cls=ChineseCommand, hidden=True, help="由 gongkai up 启动的单个部分。")
@click.argument("part", type=click.Choice(["workbench", "portal", "watch", "schedule"]))
def serve(part: str) -> int:
    """Run one part in the foreground."""
    settings_now = load()
    start_log(settings_now.home, part)
    logging.getLogger("gongkai.serve").info("start part=%s", part)
    if part in {"workbench", "portal"}:
        from flows.servers import serve_face

        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
        serve_face(settings_now, part)
    elif part == "watch":
        from flows.watch import watch_inbox

        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        watch_inbox(settings_now, stop)
    else:
        auth = bootstrap.ensure_prefect_auth(settings_now.home)
        use_environment(prefect_environment(settings_now, auth))
        from flows.deployments import serve_deployments

        serve_deployments(settings_now)
    return 0
