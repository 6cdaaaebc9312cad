"""Places on a PDF page: from the page's own coordinates to those of the page as displayed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Matrix = tuple[float, float, float, float, float, float]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points; origin at the top left of the page as displayed."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that applies ``first`` and ``then`` in this order (PDF row vectors)."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def moved(x: float, y: float) -> Matrix:
    """The matrix that moves by ``x`` and ``y``."""
    return (1.0, 0.0, 0.0, 1.0, x, y)


def inverse(matrix: Matrix) -> Matrix:
    """The matrix that undoes ``matrix``.

    Raises:
        ZeroDivisionError: if it flattens the plane.
    """
    a, b, c, d, e, f = matrix
    det = a * d - b * c
    return (
        d / det,
        -b / det,
        -c / det,
        a / det,
        (c * f - d * e) / det,
        (b * e - a * f) / det,
    )


def point(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Where ``matrix`` puts a point."""
    return (
        x * matrix[0] + y * matrix[2] + matrix[4],
        x * matrix[1] + y * matrix[3] + matrix[5],
    )


def bounds(points: Iterable[tuple[float, float]]) -> Box:
    """The smallest box around ``points`` (at least one)."""
    listed = list(points)
    xs = [p[0] for p in listed]
    ys = [p[1] for p in listed]
    return (min(xs), min(ys), max(xs), max(ys))


def rectangle(matrix: Matrix, x0: float, y0: float, x1: float, y1: float) -> Box:
    """The smallest box around a rectangle as ``matrix`` puts it."""
    return bounds(point(matrix, x, y) for x in (x0, x1) for y in (y0, y1))


def area(box: Box) -> float:
    """Square points covered; 0 for a box inside out."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def overlap(one: Box, other: Box) -> Box:
    """The common part of two boxes; inside out (area 0) if they share nothing."""
    return (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )


def meets(one: Box, other: Box) -> bool:
    """Whether two boxes share an area; boxes without width or height count as thin lines."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def inside(inner: Box, outer: Box, slack: float = 0.0) -> bool:
    """Whether ``inner`` lies in ``outer`` but for ``slack`` points."""
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )


def holds(box: Box, x: float, y: float) -> bool:
    """Whether the point lies in the box."""
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def center(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all ``boxes`` (at least one)."""
    listed = list(boxes)
    return (
        min(b[0] for b in listed),
        min(b[1] for b in listed),
        max(b[2] for b in listed),
        max(b[3] for b in listed),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """One page's crop box in its own coordinates and its turn (0, 90, 180 or 270, clockwise)."""

    page_index: int
    left: float
    bottom: float
    right: float
    top: float
    turn: int = 0

    @property
    def width_pt(self) -> float:
        """Width as displayed."""
        upright = self.turn in (0, 180)
        return self.right - self.left if upright else self.top - self.bottom

    @property
    def height_pt(self) -> float:
        """Height as displayed."""
        upright = self.turn in (0, 180)
        return self.top - self.bottom if upright else self.right - self.left

    @property
    def display(self) -> Box:
        """The whole page as displayed."""
        return (0.0, 0.0, self.width_pt, self.height_pt)

    @property
    def to_display(self) -> Matrix:
        """From the page's own coordinates to display coordinates (y runs down)."""
        if self.turn == 90:
            return (0.0, 1.0, 1.0, 0.0, -self.bottom, -self.left)
        if self.turn == 180:
            return (-1.0, 0.0, 0.0, 1.0, self.right, -self.bottom)
        if self.turn == 270:
            return (0.0, -1.0, -1.0, 0.0, self.top, self.right)
        return (1.0, 0.0, 0.0, -1.0, -self.left, self.top)

    @property
    def from_upright(self) -> Matrix:
        """From display coordinates with y running up (origin bottom left) to the page's own."""
        return multiply((1.0, 0.0, 0.0, -1.0, 0.0, self.height_pt), inverse(self.to_display))
