"""A plan carried out: the copy written and proven in the sandbox, or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.documents import UNPUBLISHED_KINDS, BlockKind, ExtractedText, MediaType
from domain.encoding import from_plain, to_plain
from domain.errors import CannotMask, LeakFound, UnreadableFile, UnsupportedFormat
from domain.publication import LeakReport, RedactionPlan, WrittenCopy
from pipelines.sandbox import Sandbox, SandboxLimits
from redaction.leakcheck.check import check, check_text
from redaction.leakcheck.needles import BARRIER, folded_text
from redaction.writers.base import legend, published_text
from redaction.writers.dispatch import write

# A hidden line shorter than this is met everywhere and proves nothing.
_SHORTEST_HIDDEN = 4

# What copies say of themselves beside the grounds.
_WORDS_OF_WRITERS = ("注：涂黑处依法不予公开。", "〔图略〕")

# Writing rasters pages and checking reads them with two engines: slower than reading once.
WRITE_LIMITS = SandboxLimits(cpu_seconds=420, wall_seconds=600.0)
CHECK_LIMITS = SandboxLimits(cpu_seconds=420, wall_seconds=600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A copy and the proof over it.

    ``published_text`` is what search and summaries may use; ``kept_text`` is what the check
    admitted (the published text and the writers' own words). ``conflicts`` are numbers of marks
    whose string a person keeps in another place, so that it can still be read there.
    """

    copy: WrittenCopy
    report: LeakReport
    published_text: str
    kept_text: str
    marks: int
    conflicts: tuple[int, ...] = ()


class UncleanCopy(LeakFound):
    """The check found something or could not look; ``report`` says where, without any text."""

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        report: LeakReport | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.report = report


def write_job(data: bytes, params: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Runs in the sandbox: the copy's description and its bytes."""
    target = params.get("target")
    copy = write(
        data,
        from_plain(ExtractedText, params["extracted"]),
        from_plain(RedactionPlan, params["plan"]),
        target=None if target is None else MediaType(target),
    )
    return _described(copy), copy.data


def check_job(data: bytes, params: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Runs in the sandbox: the report over the finished bytes."""
    copy = _copy(params["copy"], data)
    report = check(copy, params["secrets"], kept_text=params["kept_text"])
    return to_plain(report), b""


def _described(copy: WrittenCopy) -> dict[str, Any]:
    return {
        "media_type": copy.media_type.value,
        "extension": copy.extension,
        "method": copy.method,
        "notes": list(copy.notes),
    }


def _copy(described: Mapping[str, Any], data: bytes) -> WrittenCopy:
    return WrittenCopy(
        data=data,
        media_type=MediaType(described["media_type"]),
        extension=str(described["extension"]),
        method=str(described["method"]),
        notes=tuple(str(note) for note in described["notes"]),
    )


def make_copy(
    sandbox: Sandbox,
    data: bytes,
    extracted: ExtractedText,
    plan: RedactionPlan,
    *,
    target: MediaType | None = None,
    also_secret: Sequence[str] = (),
) -> Release:
    """The copy that ``plan`` asks for, written and proven in the sandbox.

    ``also_secret`` are strings that must not be in the copy although no mark covers them.

    Raises:
        DigestMismatch: if the plan belongs to another text.
        CannotMask: if no writer can remove a mark safely, or the writer died.
        UnsupportedFormat: if no writer makes ``target`` from this format.
        UncleanCopy: (a LeakFound) if a reader still finds a secret, or cannot look.
    """
    shown = published_text(extracted, plan)
    kept = kept_text(shown, plan)
    secrets = [*marked_strings(extracted, plan), *also_secret, *hidden_strings(extracted, kept)]
    copy = _written(sandbox, data, extracted, plan, target)
    report = _checked(sandbox, copy, secrets, kept)
    if not report.clean:
        raise UncleanCopy(report=report)
    return Release(
        copy=copy,
        report=report,
        published_text=shown,
        kept_text=kept,
        marks=len(plan.marks),
        conflicts=conflicts(extracted, plan),
    )


def _written(
    sandbox: Sandbox,
    data: bytes,
    extracted: ExtractedText,
    plan: RedactionPlan,
    target: MediaType | None,
) -> WrittenCopy:
    params = {
        "extracted": to_plain(extracted),
        "plan": to_plain(plan),
        "target": None if target is None else target.value,
    }
    try:
        described, written = sandbox.call(
            "pipelines.release:write_job", data, params, limits=WRITE_LIMITS
        )
    except UnsupportedFormat:
        raise
    except UnreadableFile as error:
        raise CannotMask(code=error.code) from error
    return _copy(described, written)


def _checked(sandbox: Sandbox, copy: WrittenCopy, secrets: Sequence[str], kept: str) -> LeakReport:
    params = {"copy": _described(copy), "secrets": list(secrets), "kept_text": kept}
    try:
        report, _nothing = sandbox.call(
            "pipelines.release:check_job", copy.data, params, limits=CHECK_LIMITS
        )
    except UnreadableFile as error:
        # a check that died proves nothing
        raise UncleanCopy(code=f"leakcheck_{error.code}") from error
    return from_plain(LeakReport, report)


def marked_strings(extracted: ExtractedText, plan: RedactionPlan) -> tuple[str, ...]:
    """The strings the plan removes, in the order of its marks."""
    return tuple(mark.span.cut(extracted.text) for mark in plan.marks)


def hidden_strings(extracted: ExtractedText, kept: str) -> tuple[str, ...]:
    """Lines of comments, deletions, hidden text and properties that no kept text repeats."""
    shown = folded_text(kept)
    lines = dict.fromkeys(line for block in _hidden_blocks(extracted) for line in block)
    return tuple(
        line
        for line in lines
        if len(folded := folded_text(line)) >= _SHORTEST_HIDDEN and folded not in shown
    )


def _hidden_blocks(extracted: ExtractedText) -> Iterator[list[str]]:
    for block in extracted.blocks:
        text = block.span.cut(extracted.text)
        if block.kind is BlockKind.METADATA:
            # written as name=value, and only the value is the file's own
            yield text.partition("=")[2].splitlines()
        elif block.kind in UNPUBLISHED_KINDS:
            yield text.splitlines()


def kept_text(shown: str, plan: RedactionPlan) -> str:
    """What the copy may hold: the published text and the statements of grounds."""
    labels = (mark.ground for mark in plan.marks)
    regions = (region.ground for region in plan.regions)
    return BARRIER.join((shown, legend(plan), *_WORDS_OF_WRITERS, *labels, *regions))


def conflicts(extracted: ExtractedText, plan: RedactionPlan) -> tuple[int, ...]:
    """Numbers of the marks whose string still stands in the published text."""
    return check_text(
        published_text(extracted, plan), marked_strings(extracted, plan), kept_text=""
    )
