"""From an approving decision to bytes that may leave the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.documents import MediaType
from domain.findings import FindingType
from domain.spans import Rect, TextSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One place to be removed.

    ``replacement`` stands in its place in reflowing formats and tells nothing of the length of what
    it replaces; ``ground`` is the short statement shown with it, e.g. "个人隐私，条例第十五条".
    """

    span: TextSpan
    type: FindingType
    replacement: str
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionMark:
    """A box to be blackened, or (``part``, ``node``) a picture to be replaced, with its ground.

    ``keep`` True: a person looked at the region and lets it stand.
    """

    ground: str
    rect: Rect | None = None
    part: str = ""
    node: int | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionPlan:
    """Sorted, disjoint marks over one text; made only from an approving decision.

    ``regions`` hold what a person decided on unreadable places: ``keep`` True = a person looked and
    lets it stand.

    Raises:
        ValueError: if marks overlap or are not sorted.
    """

    text_digest: str
    marks: tuple[Mark, ...]
    policy_version: str
    regions: tuple[RegionMark, ...] = ()

    def __post_init__(self) -> None:
        for left, right in zip(self.marks, self.marks[1:], strict=False):
            if right.span.start < left.span.end:
                raise ValueError("marks of a plan must be sorted and disjoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCopy:
    """A redacted copy as made by a writer; not yet proven clean.

    ``method`` is "rebuild" (reflowing formats), "vector", "raster" or "mixed"; ``notes`` are
    codes of what had to be left out or changed (e.g. "page:3:raster:image_under_mark").
    """

    data: bytes
    media_type: MediaType
    extension: str
    method: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakHit:
    """A redacted string found again; which one is told by its mark's number, never by its text."""

    mark_index: int
    reader: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakReport:
    """The proof over finished bytes: which readers looked, how many strings, what they found."""

    sha256: str
    readers: tuple[str, ...]
    strings: int
    hits: tuple[LeakHit, ...]
    problems: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """True only if every reader could read the bytes and none found a redacted string."""
        return not self.hits and not self.problems and bool(self.readers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A published version: index number (索引号, never reused) and the proof that it is clean."""

    index_no: str
    version: int
    plan_digest: str
    sha256: str
    media_type: MediaType
    report: LeakReport
    published_at: datetime
    supersedes: str | None = None
