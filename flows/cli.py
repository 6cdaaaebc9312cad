"""`gongkai`: the command line, in Chinese, with documented exit codes (docs/cli.md)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import click

from domain.errors import GongkaiError
from flows.cli_documents import analyze, evaluate, redact
from flows.cli_office import audit, doctor, export, ingest, publish, serve, train, up, user
from flows.cli_office import settings as settings_command
from flows.terminal import ChineseGroup, usage_message

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_INTERRUPTED = 130


@click.group(
    cls=ChineseGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="公开：政务信息公开文件处理系统。\n\n常用：gongkai up 启动全部；"
    "gongkai analyze 文件 查看建议。",
    epilog="退出码：0 成功；1 有文件未能处理；2 用法错误；"
    "3 拒绝（停放、泄漏、无法遮盖、内容不符）。",
)
def gongkai() -> None:
    """Group of all commands."""


for _command in (
    up,
    analyze,
    redact,
    evaluate,
    ingest,
    train,
    publish,
    export,
    audit,
    user,
    settings_command,
    doctor,
    serve,
):
    gongkai.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code; never a traceback for a known error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = gongkai.main(
            args=None if arguments is None else list(arguments),
            prog_name="gongkai",
            standalone_mode=False,
        )
    except click.UsageError as error:
        click.echo(usage_message(error), err=True)
        sys.exit(EXIT_USAGE)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("已中断。", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
    except GongkaiError as error:
        logging.getLogger("gongkai.cli").info("refused code=%s", error.code)
        click.echo(f"{error.message}（{error.code}）", err=True)
        sys.exit(EXIT_FAILED)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
