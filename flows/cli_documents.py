"""Commands about files at hand: analyze, redact, evaluate (contracts of the command line)."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from domain.errors import (
    CannotMask,
    DigestMismatch,
    GongkaiError,
    LeakFound,
    QuarantinedFile,
    UndecidedFinding,
)
from domain.labels import LABEL_NAMES, Label
from flows.instruments import load_instruments
from flows.settings import load
from flows.terminal import CONSOLE, ChineseCommand, existing_file, existing_files, progress
from pipelines.analysis_json import analysis_json
from pipelines.evaluation import evaluate_documents, report_json, report_text
from pipelines.intake import analyze as analyze_file
from pipelines.publish import RedactionRequest, redacted_copy
from pipelines.sandbox import Sandbox
from pipelines.training_set import read_documents

EXIT_FAILED = 1
EXIT_REFUSED = 3
REFUSALS = (CannotMask, DigestMismatch, LeakFound, QuarantinedFile, UndecidedFinding)


def _own_home() -> Path | None:
    home = load().home
    return home if home.is_dir() else None


def _show(result: Mapping[str, Any]) -> None:
    """A short reading of one result for a person at a terminal."""
    click.echo(f"文件　　{result['path']}")
    if result["quarantined"]:
        click.echo(f"停放　　{result['quarantine_reason']}\n")
        return
    if result["error"]:
        click.echo(f"失败　　{result['error']['message']}\n")
        return
    label = result["label"]
    probability = result["probabilities"].get(label, 0) if label else 0
    name = LABEL_NAMES[Label(label)] if label else "待人工（把握不足）"
    click.echo(f"建议　　{name}" + (f"（{probability:.0%}）" if label else ""))
    for ground in result["grounds"]:
        click.echo(f"依据　　{ground['reason']}")
    for conflict in result["conflicts"]:
        click.echo(f"冲突　　{conflict['message']}")
    if result["secrecy_review"]:
        click.echo("保密　　须先由保密审查员审查")
    if result["due"] and result["due"]["date"]:
        click.echo(f"期限　　{result['due']['date']}（{result['due']['basis']}）")
    counts: dict[str, int] = {}
    for finding in result["findings"]:
        counts[finding["action"]] = counts.get(finding["action"], 0) + 1
    words = {"redact": "遮", "keep": "留", "must_decide": "定"}
    click.echo(
        "发现　　" + ("　".join(f"{words[a]} {n} 处" for a, n in sorted(counts.items())) or "无")
    )
    if result["parts"]:
        click.echo(f"合订　　本文件含 {len(result['parts'])} 份文件，须拆分后分别公开")
    click.echo("")


@click.command(
    cls=ChineseCommand, help="分析文件：建议标签、依据、证据与应遮盖的内容。不写入任何数据。"
)
@click.argument("files", nargs=-1, required=True, callback=existing_files, metavar="文件...")
@click.option("--json", "as_json", is_flag=True, help="每个文件输出一行 JSON")
def analyze(files: tuple[Path, ...], as_json: bool) -> int:
    """Print one result a file; exit code 1 if a file could not be read."""
    instruments = load_instruments(_own_home(), None)
    failed = False
    with Sandbox() as sandbox, progress() as bar:
        task = bar.add_task("分析", total=len(files))
        for path in files:
            result: dict[str, Any] = {"path": str(path)}
            try:
                analysis = analyze_file(
                    path.read_bytes(),
                    filename=path.name,
                    sandbox=sandbox,
                    instruments=instruments,
                )
                result |= analysis_json(analysis)
            except GongkaiError as error:
                failed = True
                result |= analysis_json(None, error=error)
            bar.advance(task)
            if as_json:
                click.echo(json.dumps(result, ensure_ascii=False))
            else:
                _show(result)
    return EXIT_FAILED if failed else 0


def _decisions(path: Path | None) -> Mapping[str, Any] | None:
    if path is None:
        return None
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise click.UsageError(f"决定文件「{path.name}」不是可读的 JSON") from None
    if not isinstance(raw, dict):
        raise click.UsageError(f"决定文件「{path.name}」应为一个 JSON 对象")
    return raw


def _write(target: Path, data: bytes) -> None:
    """Write by temporary file and rename: never a half-written copy."""
    fd, name = tempfile.mkstemp(dir=target.parent, prefix=".gongkai-", suffix=".part")
    try:
        with os.fdopen(fd, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise click.UsageError(f"无法写入「{target}」，请检查目录权限与磁盘空间") from None


@click.command(cls=ChineseCommand, help="生成脱敏副本；不能保证干净时拒绝并说明原因（退出码 3）。")
@click.argument("file", required=True, callback=existing_file, metavar="文件")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="副本写到哪里")
@click.option("--decisions", type=click.Path(path_type=Path, exists=True), help="审核决定（JSON）")
@click.option(
    "--strings", multiple=True, metavar="字符串", help="只遮盖这些字符串（可重复），不论何种写法"
)
def redact(file: Path, output: Path, decisions: Path | None, strings: tuple[str, ...]) -> int:
    """Write the redacted copy or refuse with a reason and exit code 3."""
    if decisions is not None and strings:
        raise click.UsageError("--decisions 与 --strings 不能同时使用")
    if not output.parent.is_dir():
        raise click.UsageError(f"输出目录不存在：「{output.parent}」")
    if output.resolve() == file.resolve():
        raise click.UsageError("输出不能覆盖原件，请换一个文件名")
    instruments = load_instruments(_own_home(), None)
    try:
        with Sandbox() as sandbox:
            release = redacted_copy(
                file.read_bytes(),
                filename=file.name,
                sandbox=sandbox,
                instruments=instruments,
                request=RedactionRequest(
                    decisions=_decisions(decisions),
                    strings=strings,
                    extension=output.suffix.lower(),
                ),
            )
    except REFUSALS as error:
        click.echo(f"拒绝：「{file.name}」{error.message}（{error.code}）", err=True)
        return EXIT_REFUSED
    except GongkaiError as error:
        click.echo(f"「{file.name}」{error.message}（{error.code}）", err=True)
        return EXIT_REFUSED
    _write(output, release.copy.data)
    CONSOLE.print(
        f"已生成 {output}：遮盖 {release.marks} 处，"
        f"{len(release.report.readers)} 种读取程序复核，未发现泄漏。"
    )
    return 0


@click.command(cls=ChineseCommand, help="在标注文件（JSON Lines）上评测标签与筛查。")
@click.argument(
    "documents", nargs=-1, required=True, callback=existing_files, metavar="标注文件..."
)
@click.option("--json", "json_out", type=click.Path(path_type=Path), help="另写一份 JSON 结果")
def evaluate(documents: tuple[Path, ...], json_out: Path | None) -> int:
    """Score documents of the training set by folds and others by the installed model."""
    instruments = load_instruments(_own_home(), None)
    annotated = read_documents(documents)
    with progress() as bar:
        task = bar.add_task("评测", total=len(annotated))
        report = evaluate_documents(annotated, instruments, advance=lambda: bar.advance(task))
    click.echo(report_text(report))
    if json_out is not None:
        _write(json_out, json.dumps(report_json(report), ensure_ascii=False, indent=1).encode())
    return 0
