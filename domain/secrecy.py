"""The verdict of the secrecy gate (保密法 2024 arts 22, 31(3), 47)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """Recorded outcomes by which alone a stopped file moves on (保密审查员 decides)."""

    TRANSFERRED = "transferred"
    MISMARKED = "mismarked"
    DECLASSIFIED = "declassified"


OUTCOME_NAMES = {
    Outcome.TRANSFERRED: "移交",
    Outcome.MISMARKED: "误标",
    Outcome.DECLASSIFIED: "已解密",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """What the gate found before anything was stored; rule ids only, never text of the file.

    ``quarantined``: a 密级 mark in its place in a 版头. ``uncleared``: pages the gate could
    not read, so the content is open to 保密审查 alone until cleared.
    """

    quarantined: bool = False
    rules: tuple[str, ...] = ()
    uncleared: bool = False
    uncleared_reasons: tuple[str, ...] = ()
