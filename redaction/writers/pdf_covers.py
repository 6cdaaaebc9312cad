"""What a plan covers on each page: exact places to be emptied and the black boxes drawn there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from domain.documents import ExtractedText, UnreadableRegion
from domain.errors import CannotMask
from domain.publication import Mark, RedactionPlan, RegionMark
from domain.spans import Rect
from redaction.writers.pdf_geometry import Box, area, center, holds, inside, overlap
from redaction.writers.pdf_render import Character, Look
from redaction.writers.pdf_runs import Run, full_places, grid_of, rounded_out, runs_of

UNDECIDED: Final = "文件中有无法识别的图片或区域尚未人工审定，不能生成副本。请先逐处确认。"
UNDER_PICTURE: Final = "扫描页上标记的内容无法准确定位，不能生成副本。请在页面图像上逐处框选涂黑。"
# a copy has neither attachments nor annotations, whatever anybody decides about them
_NEVER_CARRIED: Final = frozenset({"attachment", "annotation"})


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
        CannotMask: if a visible marked character has no place on any page, or a marked one lies
            under a picture that a person lets stand: where its pixels are, nobody knows.
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
    _require_no_mark_under_pictures(extracted, plan, hidden, pages)
    return pages


def _require_no_mark_under_pictures(
    extracted: ExtractedText,
    plan: RedactionPlan,
    hidden: set[int],
    pages: dict[int, PageMarks],
) -> None:
    """A scan's hidden text layer says what the scan shows, but not reliably where."""
    for mark in plan.marks:
        for at in range(mark.span.start, mark.span.end):
            rect = extracted.glyphs[at] if at in hidden and extracted.glyphs else None
            if rect is None:
                continue
            page, place = pages[rect.page_index], center(_box(rect))
            if any(holds(box, *place) for box in page.kept_regions) and not any(
                holds(region.box, *place) for region in page.regions
            ):
                raise CannotMask(UNDER_PICTURE)


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
    grid = grid_of(seen)
    runs = [
        run
        for mark, places in marks.marked
        for run in runs_of(full_places(places, grid), mark.ground, marks.kept)
    ]
    drawn: list[Box] = []
    grounds: list[str] = []
    visible = False
    for run in runs:
        box, cramped = rounded_out(run, look, page)
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


def require_decided(regions: Iterable[UnreadableRegion], plan: RedactionPlan) -> None:
    """Returns if a person has decided every place the extractor could not read.

    Raises:
        CannotMask: if one is undecided: nobody knows what it shows.
    """
    for region in regions:
        if region.reason in _NEVER_CARRIED:
            continue
        if not any(_decides(region, decided) for decided in plan.regions):
            raise CannotMask(UNDECIDED)


def _decides(region: UnreadableRegion, decided: RegionMark) -> bool:
    if region.rect is None or decided.rect is None:
        # a place nobody can point at can only be let stand as a whole
        same = (region.part, region.node) == (decided.part, decided.node)
        return region.rect is None and decided.rect is None and decided.keep and same
    if decided.rect.page_index != region.rect.page_index:
        return False
    whole, box = _box(region.rect), _box(decided.rect)
    return inside(whole, box, slack=1.0) or area(overlap(whole, box)) >= 0.98 * area(whole) > 0
