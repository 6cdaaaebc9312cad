"""The first stage: what a file is, its text, and the verdict of the secrecy gate.

All of it happens in the sandbox's child: the text of a stopped file never leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.documents import ExtractedText, MediaType
from domain.encoding import from_plain, to_plain
from domain.secrecy import GateVerdict
from pipelines.extraction import dispatch
from pipelines.sandbox import Sandbox
from pipelines.secrecy_gate import HOLD_RULES, check, check_name

JOB = "pipelines.reading:read_job"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """A file as read; ``extracted`` is None exactly where the gate stopped it."""

    media_type: MediaType
    gate: GateVerdict
    extracted: ExtractedText | None


def read(
    sandbox: Sandbox, data: bytes, *, filename: str, gate_override: bool = False
) -> ReadResult:
    """The text and the verdict of one untrusted file, read in the sandbox.

    ``gate_override`` = the 保密审查员 has recorded the mark as mistaken or lifted: the verdict then
    still names its rules and the text comes back all the same.

    Raises:
        UnreadableFile: empty, encrypted, unsupported, too large, damaged, or its reader died.
    """
    params = {"filename": filename, "gate_override": gate_override}
    answer, _ = sandbox.call(JOB, data, params)
    plain = answer["extracted"]
    return ReadResult(
        media_type=MediaType(answer["media_type"]),
        gate=from_plain(GateVerdict, answer["gate"]),
        extracted=from_plain(ExtractedText, plain) if plain is not None else None,
    )


def read_job(data: bytes, params: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The sandboxed half of :func:`read`: a stopped file gives rule ids and no text.

    Raises:
        UnreadableFile: as :func:`read`.
    """
    filename = str(params["filename"])
    extracted = dispatch.extract(data, filename)
    gate = _with_name(check(extracted), filename)
    stopped = gate.quarantined and not params.get("gate_override")
    return {
        "media_type": extracted.media_type.value,
        "gate": to_plain(gate),
        "extracted": None if stopped else to_plain(extracted),
    }, b""


def _with_name(gate: GateVerdict, filename: str) -> GateVerdict:
    found = [rule for rule in check_name(filename) if rule not in gate.rules]
    if not found:
        return gate
    reasons = {*gate.uncleared_reasons, *(rule for rule in found if rule in HOLD_RULES)}
    return replace(
        gate,
        rules=(*gate.rules, *found),
        uncleared=bool(reasons),
        uncleared_reasons=tuple(sorted(reasons)),
    )
