"""What a plan covers on each page: exact places to be emptied and the black boxes drawn there."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from domain.documents import ExtractedText, UnreadableRegion
from domain.errors import CannotMask
from domain.publication import Mark, RedactionPlan, RegionMark
from domain.spans import Rect
from redaction.writers.pdf_geometry import Box, area, center, holds, inside, overlap, union
from redaction.writers.pdf_render import POINTS_PER_INCH, Character, Look

WIDTH_STEP_EM: Final = 2.0
"""Boxes are as wide as a multiple of this where there is room: the width then tells little."""

LEAST_EXTRA_EM: Final = 1.0
UNDECIDED: Final = "文件中有无法识别的图片或区域尚未人工审定，不能生成副本。请先逐处确认。"
JOINING_GAP_EM: Final = 0.6
NEAR_PT: Final = 0.6
# a copy has neither attachments nor annotations, whatever anybody decides about them
_NEVER_CARRIED: Final = frozenset({"attachment", "annotation"})
_BLANK: Final = 12


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a mark on one line: its exact box and its ground."""

    box: Box
    ground: str

    @property
    def em(self) -> float:
        """The size of its characters in points, by the height of the line."""
        return max(self.box[3] - self.box[1], 1.0)


@dataclass(slots=True)
class PageMarks:
    """What the plan and the extracted text say of one page."""

    marked: list[tuple[Mark, list[tuple[Box, str]]]] = field(default_factory=list)
    regions: list[Run] = field(default_factory=list)
    kept_regions: list[Box] = field(default_factory=list)
    kept: list[tuple[Box, str]] = field(default_factory=list)
    hidden: list[tuple[Box, str]] = field(default_factory=list)


def _box(rect: Rect) -> Box:
    return (rect.x0, rect.top, rect.x1, rect.bottom)


def _code_points(extracted: ExtractedText) -> Iterator[tuple[int, Rect]]:
    for at, rect in enumerate(extracted.glyphs):
        if rect is not None and not extracted.text[at].isspace():
            yield at, rect


def marks_by_page(extracted: ExtractedText, plan: RedactionPlan) -> dict[int, PageMarks]:
    """The marks, regions and kept characters of each page that has any.

    Raises:
        CannotMask: if a visible marked character has no place on any page.
    """
    pages: dict[int, PageMarks] = defaultdict(PageMarks)
    hidden = {at for span in extracted.hidden_spans for at in range(span.start, span.end)}
    marked = _marked(extracted, plan, hidden)
    for at, rect in _code_points(extracted):
        page = pages[rect.page_index]
        if at in hidden:
            page.hidden.append((_box(rect), extracted.text[at]))
        elif at not in marked:
            page.kept.append((_box(rect), extracted.text[at]))
    for mark in plan.marks:
        for page_index, places in _places(extracted, mark, marked).items():
            pages[page_index].marked.append((mark, places))
    for region in plan.regions:
        if region.rect is not None:
            page = pages[region.rect.page_index]
            if region.keep:
                page.kept_regions.append(_box(region.rect))
            else:
                page.regions.append(Run(_box(region.rect), region.ground))
    for page in pages.values():
        black = [region.box for region in page.regions]
        page.kept = [
            entry for entry in page.kept if not any(holds(b, *center(entry[0])) for b in black)
        ]
    return pages


def _marked(extracted: ExtractedText, plan: RedactionPlan, hidden: set[int]) -> dict[int, Mark]:
    """The marked, visible code points that are no white space, each with its mark."""
    marked: dict[int, Mark] = {}
    for mark in plan.marks:
        for at in range(mark.span.start, mark.span.end):
            if at not in hidden and not extracted.text[at].isspace():
                if not extracted.glyphs or extracted.glyphs[at] is None:
                    raise CannotMask
                marked[at] = mark
    return marked


def _places(
    extracted: ExtractedText, mark: Mark, marked: dict[int, Mark]
) -> dict[int, list[tuple[Box, str]]]:
    """The boxes of one mark's characters on each page, in the order of the text."""
    found: dict[int, list[tuple[Box, str]]] = defaultdict(list)
    for at in range(mark.span.start, mark.span.end):
        rect = extracted.glyphs[at] if marked.get(at) is mark else None
        if rect is not None:
            found[rect.page_index].append((_box(rect), extracted.text[at]))
    return found


def _full_places(
    marked: list[tuple[Box, str]], seen: dict[tuple[int, int], list[Character]]
) -> Iterator[Box]:
    """Each character's whole place on its line: the edge of its ink would tell its shape."""
    for box, _ in marked:
        x, y = center(box)
        near = (
            one
            for column in (-1, 0, 1)
            for row in (-1, 0, 1)
            for one in seen.get((int(x) + column, int(y) + row), ())
        )
        same = [
            one.place
            for one in near
            if abs(center(one.tight)[0] - x) < NEAR_PT and abs(center(one.tight)[1] - y) < NEAR_PT
        ]
        yield union([box, *same])


def _runs(marks: PageMarks, seen: Iterable[Character]) -> Iterator[Run]:
    """The marks' characters, joined as far as they stand side by side on one line."""
    grid: dict[tuple[int, int], list[Character]] = defaultdict(list)
    for one in seen:
        x, y = center(one.tight)
        grid[int(x), int(y)].append(one)
    for mark, places in marks.marked:
        current: list[Box] = []
        for place in _full_places(places, grid):
            if current and not _joins(current, place, marks.kept):
                yield Run(union(current), mark.ground)
                current = []
            current.append(place)
        if current:
            yield Run(union(current), mark.ground)


def _joins(current: list[Box], box: Box, kept: Iterable[tuple[Box, str]]) -> bool:
    """Whether ``box`` follows on the same line with nothing kept in between."""
    line = union(current)
    height = min(line[3] - line[1], box[3] - box[1])
    em = max(line[3] - line[1], box[3] - box[1], 1.0)
    shared = min(line[3], box[3]) - max(line[1], box[1])
    gap = max(line[0], box[0]) - min(line[2], box[2])
    if shared < 0.5 * height or gap > JOINING_GAP_EM * em:
        return False
    both = union([line, box])
    return not any(holds(both, *center(other)) for other, _ in kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCovers:
    """Places of one page that are emptied (``exact``) and boxes drawn over them (``drawn``).

    ``grounds[i]`` is the ground of ``drawn[i]``, "" where another box of its mark shows it.
    ``width_visible``: some box has neighbours so close that its width shows how long the removed
    text was.
    """

    exact: tuple[Box, ...] = ()
    drawn: tuple[Box, ...] = ()
    grounds: tuple[str, ...] = ()
    kept_regions: tuple[Box, ...] = ()
    hidden: tuple[tuple[Box, str], ...] = ()
    width_visible: bool = False

    def hides(self, glyph: Box, text: str) -> bool:
        """Whether a glyph belongs to a covered place, or is text no copy may hold."""
        return any(_covers(run, glyph) for run in self.exact) or any(
            char in text and _same_place(box, glyph) for box, char in self.hidden
        )

    def is_kept_region(self, box: Box) -> bool:
        """Whether a person looked at this place and lets it stand."""
        return any(area(overlap(box, kept)) >= 0.9 * area(box) for kept in self.kept_regions)


def _covers(run: Box, glyph: Box) -> bool:
    if holds(run, *center(glyph)):
        return True
    shared = area(overlap(run, glyph))
    if shared > 0.35 * area(glyph) > 0:
        return True
    # a tight box around a comma lies inside its glyph; a large watermark over a name is not it
    return shared > 0.5 * area(run) > 0 and area(glyph) <= 6 * area(run)


def _same_place(box: Box, glyph: Box) -> bool:
    return holds(glyph, *center(box)) or area(overlap(box, glyph)) > 0.5 * area(box) > 0


def covers_of(marks: PageMarks, look: Look, page: Box, seen: Iterable[Character]) -> PageCovers:
    """The page's covers with boxes rounded out as far as the page is blank beside them.

    ``seen`` are the page's characters as pdfium sees them.
    """
    runs = list(_runs(marks, seen))
    drawn: list[Box] = []
    grounds: list[str] = []
    visible = False
    for run in runs:
        box, cramped = _rounded_out(run, look, page)
        drawn.append(box)
        grounds.append(run.ground)
        visible |= cramped
    for region in marks.regions:
        drawn.append(overlap(region.box, page))
        grounds.append(region.ground)
    return PageCovers(
        exact=tuple(run.box for run in (*runs, *marks.regions)),
        drawn=tuple(drawn),
        grounds=tuple(grounds),
        kept_regions=tuple(marks.kept_regions),
        hidden=tuple(marks.hidden),
        width_visible=visible,
    )


def _rounded_out(run: Run, look: Look, page: Box) -> tuple[Box, bool]:
    """The box to draw, and whether it had to stay narrower than its step."""
    x0, top, x1, bottom = run.box
    step = WIDTH_STEP_EM * run.em
    wanted = math.ceil((x1 - x0 + LEAST_EXTRA_EM * run.em) / step) * step
    left_room = _room(look, run.box, -1, wanted)
    right_room = _room(look, run.box, +1, wanted)
    extra = wanted - (x1 - x0)
    left = min(left_room, max(extra / 2, extra - right_room))
    right = min(right_room, extra - left)
    box = overlap((x0 - left, top, x1 + right, bottom), page)
    return box, left + right < extra - 0.5


def _room(look: Look, box: Box, side: int, most: float) -> float:
    """Points of blank page beside a box, up to ``most``, with a little distance to what follows."""
    point = POINTS_PER_INCH / look.dpi
    strip = (
        (box[0] - most, box[1], box[0] - point, box[3])
        if side < 0
        else (box[2] + point, box[1], box[2] + most, box[3])
    )
    pixels = look.part(strip)
    if pixels.size == 0:
        return 0.0
    columns = pixels[:, ::-1] if side < 0 else pixels
    ground = int(columns[0, 0])
    inked = np.any(np.abs(columns.astype(np.int16) - ground) > _BLANK, axis=0)
    if not inked.any():
        return min(most, len(columns[0]) * point)
    return max(0.0, (int(np.argmax(inked)) - 2) * point)


def require_decided(regions: Iterable[UnreadableRegion], plan: RedactionPlan) -> None:
    """Returns if a person has decided every place the extractor could not read.

    Raises:
        CannotMask: if one is undecided: nobody knows what it shows.
    """
    for region in regions:
        if region.reason in _NEVER_CARRIED:
            continue
        if not any(_decides(region, decided) for decided in plan.regions):
            raise CannotMask(
                "文件中有无法识别的图片或区域尚未人工审定，不能生成副本。请先逐处确认。"
            )


def _decides(region: UnreadableRegion, decided: RegionMark) -> bool:
    if region.rect is None or decided.rect is None:
        # a place nobody can point at can only be let stand as a whole
        same = (region.part, region.node) == (decided.part, decided.node)
        return region.rect is None and decided.rect is None and decided.keep and same
    if decided.rect.page_index != region.rect.page_index:
        return False
    whole, box = _box(region.rect), _box(decided.rect)
    return inside(whole, box, slack=1.0) or area(overlap(whole, box)) >= 0.98 * area(whole) > 0
