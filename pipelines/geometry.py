"""Where a stretch of text stands on its pages."""

from __future__ import annotations

from domain.documents import ExtractedText
from domain.spans import Rect, TextSpan

# glyphs whose heights overlap by this share stand on one line
_SAME_LINE = 0.4
# a gap wider than this many heights ends a box: the rest of the line is another column or cell
_GAP = 3.0


def boxes(extracted: ExtractedText, span: TextSpan) -> tuple[Rect, ...]:
    """One box for each line (or column) the span's glyphs stand on, in the order of the text.

    Empty for a format without pages and for a span of characters that were not drawn.
    """
    if not extracted.glyphs:
        return ()
    out: list[Rect] = []
    for glyph in extracted.glyphs[span.start : span.end]:
        if glyph is None:
            continue
        if out and _continues(out[-1], glyph):
            out[-1] = _around(out[-1], glyph)
        else:
            out.append(glyph)
    return tuple(out)


def _continues(line: Rect, glyph: Rect) -> bool:
    if line.page_index != glyph.page_index:
        return False
    across = _shared(line.top, line.bottom, glyph.top, glyph.bottom)
    along = max(line.x0 - glyph.x1, glyph.x0 - line.x1)
    height = max(line.bottom - line.top, glyph.bottom - glyph.top)
    if across >= _SAME_LINE and along <= _GAP * max(height, 1.0):
        return True
    # lines written down the page
    beside = _shared(line.x0, line.x1, glyph.x0, glyph.x1)
    below = max(line.top - glyph.bottom, glyph.top - line.bottom)
    width = max(glyph.x1 - glyph.x0, 1.0)
    return beside >= _SAME_LINE and below <= 0.6 * width and line.x1 - line.x0 < 2.5 * width


def _shared(a0: float, a1: float, b0: float, b1: float) -> float:
    """Overlap of two ranges as a share of the shorter; a point inside counts whole."""
    overlap = min(a1, b1) - max(a0, b0)
    shorter = min(a1 - a0, b1 - b0)
    if shorter <= 0.01:
        return 1.0 if overlap >= -0.01 else 0.0
    return overlap / shorter


def _around(a: Rect, b: Rect) -> Rect:
    return Rect(
        page_index=a.page_index,
        x0=min(a.x0, b.x0),
        top=min(a.top, b.top),
        x1=max(a.x1, b.x1),
        bottom=max(a.bottom, b.bottom),
    )
