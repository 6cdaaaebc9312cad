"""Runs of marked characters on one line, and the black boxes drawn over them.

A box is rounded out to a constant step as far as the page is blank beside it, so that its width
tells as little as the page allows. In running text there is no room: its neighbours stand where
they stood, and the width of what was removed shows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from redaction.writers.pdf_geometry import Box, center, holds, overlap, union
from redaction.writers.pdf_render import POINTS_PER_INCH, Character, Look

WIDTH_STEP_EM: Final = 2.0
"""Boxes are as long as a multiple of this where there is room."""

LEAST_EXTRA_EM: Final = 1.0
JOINING_GAP_EM: Final = 0.6
NEAR_PT: Final = 0.6
_BLANK: Final = 12

Grid = Mapping[tuple[int, int], Sequence[Character]]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a mark on one line: its exact box and its ground.

    ``upright`` False: the line runs down or up the page as displayed.
    """

    box: Box
    ground: str
    upright: bool = True

    @property
    def em(self) -> float:
        """The size of its characters in points, by the height of the line."""
        across = (1, 3) if self.upright else (0, 2)
        return max(self.box[across[1]] - self.box[across[0]], 1.0)


def grid_of(seen: Iterable[Character]) -> Grid:
    """The characters by the whole point in which the middle of their ink lies."""
    grid: dict[tuple[int, int], list[Character]] = defaultdict(list)
    for one in seen:
        x, y = center(one.tight)
        grid[int(x), int(y)].append(one)
    return grid


def full_places(marked: Iterable[tuple[Box, str]], seen: Grid) -> Iterator[Box]:
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


def runs_of(places: Iterable[Box], ground: str, kept: Sequence[tuple[Box, str]]) -> Iterator[Run]:
    """The characters of one mark, joined as far as they stand side by side on one line."""
    current: Run | None = None
    single = True
    for place in places:
        joined = None
        if current is not None:
            # one character does not tell which way its line runs
            ways = (True, False) if single else (current.upright,)
            joined = next((way for way in ways if _joins(current.box, place, kept, way)), None)
        if current is not None and joined is not None:
            current = Run(union([current.box, place]), ground, joined)
            single = False
            continue
        if current is not None:
            yield current
        current, single = Run(place, ground), True
    if current is not None:
        yield current


def _turned(box: Box) -> Box:
    return (box[1], box[0], box[3], box[2])


def _joins(line: Box, box: Box, kept: Iterable[tuple[Box, str]], upright: bool) -> bool:
    """Whether ``box`` follows on the same line with nothing kept in between."""
    both = union([line, box])
    if any(holds(both, *center(other)) for other, _ in kept):
        return False
    if not upright:
        line, box = _turned(line), _turned(box)
    height = min(line[3] - line[1], box[3] - box[1])
    em = max(line[3] - line[1], box[3] - box[1], 1.0)
    shared = min(line[3], box[3]) - max(line[1], box[1])
    gap = max(line[0], box[0]) - min(line[2], box[2])
    return shared >= 0.5 * height and gap <= JOINING_GAP_EM * em


def rounded_out(run: Run, look: Look, page: Box) -> tuple[Box, bool]:
    """The box to draw, and whether it had to stay shorter than its step."""
    if not run.upright:
        across = Run(_turned(run.box), run.ground)
        box, cramped = rounded_out(across, Look(look.pixels.T, look.dpi), _turned(page))
        return _turned(box), cramped
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
