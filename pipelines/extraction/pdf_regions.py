"""What a person can see on a page and the extractor cannot read."""

from __future__ import annotations

from collections.abc import Sequence

from domain.documents import UnreadableRegion
from domain.spans import Rect
from pipelines.extraction.pdf_glyphs import PageGlyphs, PageView, contrast_in
from pipelines.extraction.pdf_layout import Box
from pipelines.extraction.pdf_objects import PageFrame, PageObjects

# the least picture that can hold a readable character
_LEAST_SIDE_PT = 6.0
_LEAST_AREA_PT2 = 60.0
# a picture this even shows nothing (spacers, blank backgrounds)
_EVEN = 10
# curved subpaths near one another that may be letters: two or three Han characters have as many
_LEAST_OUTLINES = 8
_SCAN_SHARE = 0.5
_JUNK_SHARE = 0.05
_MAX_CLUSTERED = 1_500


def regions_of(
    view: PageView, page_index: int, objects: PageObjects, glyphs: PageGlyphs
) -> list[UnreadableRegion]:
    """The unreadable regions of one page, the whole page where nothing on it can be trusted."""
    frame = view.frame
    whole = Rect(page_index=page_index, x0=0.0, top=0.0, x1=frame.width, bottom=frame.height)
    pictures = _picture_boxes(view, objects)
    visible = sum(1 for glyph in glyphs.visible if not glyph.is_blank)
    hidden = sum(1 for glyph in glyphs.hidden if not glyph.is_blank)
    covered = sum(_area(box) for box in pictures) / max(frame.width * frame.height, 1.0)
    if hidden > visible and covered >= _SCAN_SHARE:
        return [UnreadableRegion(reason="scan_with_text_layer", rect=whole)]
    if not visible:
        return [UnreadableRegion(reason="page_without_text", rect=whole)]
    if glyphs.junk > _JUNK_SHARE * visible:
        return [UnreadableRegion(reason="no_tounicode", rect=whole)]
    found = [("picture", box) for box in pictures]
    found += [("outlines", box) for box in _outline_boxes(frame, objects)]
    return [
        UnreadableRegion(reason=reason, rect=_rect(page_index, box))
        for reason, box in sorted(found, key=lambda item: (item[1][1], item[1][0]))
    ]


def _rect(page_index: int, box: Box) -> Rect:
    return Rect(page_index=page_index, x0=box[0], top=box[1], x1=box[2], bottom=box[3])


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _on_page(frame: PageFrame, box: Box) -> Box | None:
    x0, top = max(box[0], 0.0), max(box[1], 0.0)
    x1, bottom = min(box[2], frame.width), min(box[3], frame.height)
    return (x0, top, x1, bottom) if x1 > x0 and bottom > top else None


def _picture_boxes(view: PageView, objects: PageObjects) -> list[Box]:
    """Where pictures show something; strips of one scan count as one picture."""
    boxes = [box for picture in objects.pictures if (box := _on_page(view.frame, picture.box))]
    whole = [
        box
        for box in (group_box for group_box, _ in clustered([(b, 1) for b in boxes], reach_pt=1.0))
        if min(box[2] - box[0], box[3] - box[1]) >= _LEAST_SIDE_PT and _area(box) >= _LEAST_AREA_PT2
    ]
    if not whole:
        return []
    shown, scale = view.shown
    return [box for box in whole if contrast_in(shown, scale, box) > _EVEN]


def _outline_boxes(frame: PageFrame, objects: PageObjects) -> list[Box]:
    weighted = [(box, weight) for raw, weight in objects.outlines if (box := _on_page(frame, raw))]
    return [box for box, weight in clustered(weighted, reach_pt=12.0) if weight >= _LEAST_OUTLINES]


def clustered(boxes: Sequence[tuple[Box, int]], *, reach_pt: float) -> list[tuple[Box, int]]:
    """Boxes closer than ``reach_pt`` joined into one, their weights added up."""
    if len(boxes) > _MAX_CLUSTERED:
        xs0, tops, xs1, bottoms = zip(*(box for box, _ in boxes), strict=True)
        weight = sum(weight for _, weight in boxes)
        return [((min(xs0), min(tops), max(xs1), max(bottoms)), weight)]
    groups: list[tuple[Box, int]] = []
    for box, weight in boxes:
        joined, total = box, weight
        rest: list[tuple[Box, int]] = []
        for other, other_weight in groups:
            if _near(joined, other, reach_pt):
                joined = _around(joined, other)
                total += other_weight
            else:
                rest.append((other, other_weight))
        # a grown box may now reach groups that were looked at before it grew
        if len(rest) < len(groups):
            again = [entry for entry in rest if _near(joined, entry[0], reach_pt)]
            for other, other_weight in again:
                joined = _around(joined, other)
                total += other_weight
            rest = [entry for entry in rest if entry not in again]
        groups = [*rest, (joined, total)]
    return groups


def _near(a: Box, b: Box, reach: float) -> bool:
    return (
        a[0] - reach <= b[2]
        and b[0] - reach <= a[2]
        and a[1] - reach <= b[3]
        and b[1] - reach <= a[3]
    )


def _around(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
