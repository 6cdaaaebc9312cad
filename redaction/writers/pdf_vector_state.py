"""The graphics state of a content stream, and the paths it builds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from redaction.writers.pdf_fonts import SourceFont
from redaction.writers.pdf_geometry import IDENTITY, Box, Matrix, point, union

FLAT_SEGMENTS = 8
"""More straight pieces than this in one figure may be an outlined character."""


@dataclass(slots=True)
class State:
    """What q saves and Q brings back, as far as it moves or hides anything."""

    ctm: Matrix
    clip: Box
    clip_is_box: bool = True
    font: SourceFont | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0
    line_width: float = 1.0

    def copy(self) -> State:
        """The state as q saves it."""
        return replace(self)


@dataclass(slots=True)
class Figure:
    """One subpath: its operators with numbers, its box as displayed, and how it is built."""

    steps: list[tuple[str, tuple[float, ...]]] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    curved: bool = False
    straight: int = 0

    @property
    def box(self) -> Box:
        """The box of its points as displayed."""
        xs = [p[0] for p in self.points]
        ys = [p[1] for p in self.points]
        return (min(xs), min(ys), max(xs), max(ys))

    @property
    def may_be_letter(self) -> bool:
        """Whether it could be the outline of a character: curved, or of many straight pieces."""
        return self.curved or self.straight > FLAT_SEGMENTS


@dataclass(slots=True)
class Path:
    """The path under construction."""

    figures: list[Figure] = field(default_factory=list)
    clip: str = ""

    def step(self, operator: str, numbers: tuple[float, ...], ctm: Matrix) -> None:
        """Adds a path operator (m l c v y h re) with its numbers in user space."""
        floats = [float(n) for n in numbers]
        if operator == "re":
            x, y, width, height = floats
            corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
            self.figures.append(Figure(steps=[("re", numbers)]))
        else:
            corners = list(zip(floats[::2], floats[1::2], strict=False))
            if operator == "m" or not self.figures:
                self.figures.append(Figure())
            figure = self.figures[-1]
            figure.steps.append((operator, numbers))
            figure.curved |= operator in "cvy"
            figure.straight += operator == "l"
        self.figures[-1].points += [point(ctm, *corner) for corner in corners]

    @property
    def box(self) -> Box | None:
        """The box of everything drawn so far as displayed."""
        boxes = [figure.box for figure in self.figures if figure.points]
        return union(boxes) if boxes else None

    @property
    def is_box(self) -> bool:
        """Whether it is one upright rectangle."""
        if len(self.figures) != 1 or self.figures[0].curved or not self.figures[0].points:
            return False
        left, top, right, bottom = self.figures[0].box
        near = 0.05
        return self.figures[0].straight <= 4 and all(
            min(abs(x - left), abs(x - right)) < near and min(abs(y - top), abs(y - bottom)) < near
            for x, y in self.figures[0].points
        )


@dataclass(slots=True)
class TextPosition:
    """The text matrix and the matrix of the line's start."""

    text: Matrix = IDENTITY
    line: Matrix = IDENTITY
