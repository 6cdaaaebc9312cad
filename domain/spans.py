"""Places in a text or on a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TextSpan:
    """A half-open range of Unicode code points of one text; never empty.

    Meaningless without that text's digest: whoever stores a span stores the digest beside it.

    Raises:
        ValueError: if ``start`` is negative or ``end`` is not greater than ``start``.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.end <= self.start:
            raise ValueError(f"span {self.start}:{self.end} is empty or negative")

    @property
    def length(self) -> int:
        """Number of code points covered."""
        return self.end - self.start

    def cut(self, text: str) -> str:
        """The covered piece of ``text``."""
        return text[self.start : self.end]

    def overlaps(self, other: TextSpan) -> bool:
        """Whether the two spans share at least one code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: TextSpan) -> bool:
        """Whether ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def shifted(self, offset: int) -> TextSpan:
        """The same length, ``offset`` code points further on."""
        return TextSpan(start=self.start + offset, end=self.end + offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A box on a page: PDF points, origin at the top left of the page as displayed.

    ``page_index`` is 0-based; ``x0 <= x1`` and ``top <= bottom``.

    Raises:
        ValueError: if the box is inside out or the page index negative.
    """

    page_index: int
    x0: float
    top: float
    x1: float
    bottom: float

    def __post_init__(self) -> None:
        if self.page_index < 0 or self.x1 < self.x0 or self.bottom < self.top:
            raise ValueError("rect is inside out or on a negative page")

    def intersects(self, other: Rect) -> bool:
        """Whether the boxes share an area on the same page."""
        return (
            self.page_index == other.page_index
            and self.x0 < other.x1
            and other.x0 < self.x1
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def padded(self, by_pt: float) -> Rect:
        """The box grown by ``by_pt`` points on each side."""
        return Rect(
            page_index=self.page_index,
            x0=self.x0 - by_pt,
            top=self.top - by_pt,
            x1=self.x1 + by_pt,
            bottom=self.bottom + by_pt,
        )


def merged(spans: Iterable[TextSpan]) -> tuple[TextSpan, ...]:
    """Sorted, disjoint spans covering the same code points; touching spans become one."""
    out: list[TextSpan] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end:
            if span.end > out[-1].end:
                out[-1] = TextSpan(start=out[-1].start, end=span.end)
        else:
            out.append(span)
    return tuple(out)
