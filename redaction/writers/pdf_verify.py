"""Looks at rewritten pages with pdfium before they leave: nothing left, nothing lost or moved."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np

from redaction.matching import fold
from redaction.writers.pdf_covers import PageCovers
from redaction.writers.pdf_geometry import Box, PageFrame, center, holds
from redaction.writers.pdf_render import POINTS_PER_INCH, Character, Look, characters, grey

MOST_LOST: Final = 0.005
# a pixel that differs by less is the same to the eye: sums of moves round differently
NOTICEABLE: Final = 24
MOST_CHANGED: Final = 0.0002


def problem(
    page: Any, frame: PageFrame, covers: PageCovers, before: Look, kept: list[tuple[Box, str]]
) -> str | None:
    """Why a rewritten page must not go out as it is, or None.

    ``before`` is the source page's look; ``kept`` are the characters it must still hold.
    """
    after = characters(page, frame)
    if any(holds(run, *center(one.tight)) for one in after for run in covers.exact):
        return "text_left"
    found = Counter(_meaning(one.char) for one in after)
    expected = Counter(_meaning(char) for _, char in kept)
    if (expected - found).total() > int(MOST_LOST * len(kept)):
        return "text_lost"
    if not _all_screened(after, kept, found - expected):
        return "text_unscreened"
    return "look_changed" if _changed(grey(page), covers, before) > MOST_CHANGED else None


def _meaning(char: str) -> str:
    """What two readers agree on: one may say "-" where the other says a soft hyphen."""
    return "" if char == "\ufffd" else fold(char).text


def _all_screened(after: list[Character], kept: list[tuple[Box, str]], extra: Counter[str]) -> bool:
    """Whether characters found more often than expected repeat kept ones in their very place."""
    del extra[""]
    for one in after:
        meaning = _meaning(one.char)
        if extra[meaning] and not any(
            _meaning(other) == meaning and _same_place(box, one.tight) for box, other in kept
        ):
            return False
    return True


def _same_place(box: Box, other: Box) -> bool:
    reach = 0.3 * max(box[3] - box[1], box[2] - box[0], 1.0)
    x, y = center(other)
    return holds((box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach), x, y)


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
