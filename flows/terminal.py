"""How the command line speaks: Chinese help, Chinese usage errors, one rich console."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

# progress and notices go to stderr so that stdout stays data
CONSOLE = Console(stderr=True, highlight=False)

HELP_TEXT = "显示这份说明"


class _ChineseHelp:
    """Mixin that puts click's fixed words into Chinese."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if isinstance(option, click.Option):
            option.help = HELP_TEXT
            return option
        return None

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [r for p in self.get_params(ctx) if (r := p.get_help_record(ctx)) is not None]  # type: ignore[attr-defined]
        if rows:
            with formatter.section("选项"):
                formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


class ChineseCommand(_ChineseHelp, click.Command):
    """A command whose help is Chinese throughout."""


class ChineseGroup(_ChineseHelp, click.Group):
    """A group whose help is Chinese throughout; lists commands in the order they were added."""

    command_class = ChineseCommand

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [
            (name, command.get_short_help_str(60))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        if rows:
            with formatter.section("命令"):
                formatter.write_dl(rows)


ChineseGroup.group_class = ChineseGroup


def usage_message(error: click.UsageError) -> str:
    """One Chinese sentence for a usage error, with the way to the help."""
    if isinstance(error, click.NoSuchOption):
        text = f"没有选项 {error.option_name}。"
    elif isinstance(error, click.MissingParameter):
        name = error.param.human_readable_name if error.param is not None else "参数"
        text = f"缺少 {name}。"
    elif isinstance(error, click.BadParameter):
        name = error.param.human_readable_name if error.param is not None else "参数"
        text = f"{name} 的值不可用：{error.message}"
    else:
        text = f"用法不对：{error.message}"
    command = error.ctx.command_path if error.ctx is not None else "gongkai"
    return f"{text}\n请运行 {command} --help 查看用法。"


def existing_file(ctx: click.Context, param: click.Parameter, value: str) -> Path:
    """A path that is a readable regular file; a usage error in Chinese otherwise."""
    path = Path(value)
    if not path.exists():
        raise click.BadParameter(f"找不到文件「{value}」", ctx=ctx, param=param)
    if not path.is_file():
        raise click.BadParameter(f"「{value}」不是文件", ctx=ctx, param=param)
    return path


def existing_files(
    ctx: click.Context, param: click.Parameter, values: Iterable[str]
) -> tuple[Path, ...]:
    """The same for several paths."""
    return tuple(existing_file(ctx, param, value) for value in values)


def progress() -> Progress:
    """A progress bar with counts and elapsed time, on stderr; silent where it is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=CONSOLE,
        transient=False,
        disable=not CONSOLE.is_terminal,
    )
