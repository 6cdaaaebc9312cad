"""Looks at rewritten pages with pdfium before they leave: nothing left, nothing lost or moved."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np

from redaction.writers.pdf_covers import PageCovers
from redaction.writers.pdf_geometry import PageFrame, center, holds
from redaction.writers.pdf_render import POINTS_PER_INCH, Look, characters, grey

MOST_LOST: Final = 0.005
# a pixel that differs by less is the same to the eye: sums of moves round differently
NOTICEABLE: Final = 24
MOST_CHANGED: Final = 0.0002


def problem(
    page: Any, frame: PageFrame, covers: PageCovers, before: Look, kept: Counter[str]
) -> str | None:
    """Why a rewritten page must not go out as it is, or None.

    ``before`` is the source page's look; ``kept`` counts the characters it must still hold.
    """
    after = characters(page, frame)
    if any(holds(run, *center(box)) for _, box in after for run in covers.exact):
        return "text_left"
    found = Counter(char for char, _ in after)
    allowed = int(MOST_LOST * kept.total())
    if (kept - found).total() > allowed:
        return "text_lost"
    if (found - kept).total() > 0:
        # characters nobody screened
        return "text_unscreened"
    return "look_changed" if _changed(grey(page), covers, before) > MOST_CHANGED else None


def _changed(after: Any, covers: PageCovers, before: Look) -> float:
    """The share of pixels outside the boxes that changed noticeably."""
    if after.shape != before.pixels.shape:
        return 1.0
    was, now = before.pixels.astype(np.int16), after.astype(np.int16)
    different = np.abs(now - was) > NOTICEABLE
    # pdfium puts a glyph on one whole pixel or the next according to its neighbours
    for step in (-1, 1):
        different &= np.abs(now - np.roll(was, step, axis=1)) > NOTICEABLE
    scale = before.dpi / POINTS_PER_INCH
    for x0, top, x1, bottom in (*covers.drawn, *covers.exact):
        left, upper = max(int(x0 * scale) - 1, 0), max(int(top * scale) - 1, 0)
        different[upper : int(bottom * scale) + 2, left : int(x1 * scale) + 2] = False
    return float(different.mean())
