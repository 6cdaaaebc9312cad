"""Rewrites the content streams of one page: what is marked or unseen is not carried over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name

from domain.errors import CannotMask
from redaction.writers.pdf_geometry import (
    Box,
    Matrix,
    area,
    inside,
    meets,
    multiply,
    overlap,
    rectangle,
)
from redaction.writers.pdf_reasons import NeedsRaster, PdfObject
from redaction.writers.pdf_vector_body import Body, Form, number
from redaction.writers.pdf_vector_job import PageJob
from redaction.writers.pdf_vector_resources import (
    copied_group,
    copied_picture,
    copied_space,
    copied_state,
)
from redaction.writers.pdf_vector_state import Figure, Path, State
from redaction.writers.pdf_vector_text import TextWriter

MAX_DEPTH: Final = 12
# a picture below this many square points cannot hold a readable character
SMALL_PICTURE: Final = 60.0
WIDE_LINE: Final = 3.0
# an underline ends where its text ends: its ends may show this much beside the box and go as well
UNDERLINE_SLACK: Final = 0.6

# operators that carry over unchanged, with the number of their numeric operands
_PLAIN: Final = {
    "w": 1,
    "J": 1,
    "j": 1,
    "M": 1,
    "i": 1,
    "g": 1,
    "G": 1,
    "rg": 3,
    "RG": 3,
    "k": 4,
    "K": 4,
}
_STEPS: Final = {"m": 2, "l": 2, "c": 6, "v": 4, "y": 4, "h": 0, "re": 4}
_FILLS: Final = frozenset({"f", "F", "f*", "B", "B*", "b", "b*"})
_STROKES: Final = frozenset({"S", "s", "B", "B*", "b", "b*"})
_DEVICE: Final = frozenset({"/DeviceGray", "/DeviceRGB", "/DeviceCMYK"})
_INTENTS: Final = frozenset(
    {"/AbsoluteColorimetric", "/RelativeColorimetric", "/Saturation", "/Perceptual"}
)


def numbers(operands: Sequence[PdfObject], count: int | None = None) -> tuple[Any, ...]:
    """The operands if they are ``count`` numbers and nothing else.

    Raises:
        NeedsRaster: for anything else: operands no reader looks at could carry words.
    """
    found = tuple(operands)
    if (count is not None and len(found) != count) or not all(
        isinstance(n, int | float | Decimal) for n in found
    ):
        raise NeedsRaster("odd_operator")
    return found


class StreamWriter:
    """Interprets one content stream and writes its visible, unmarked rest.

    Raises:
        NeedsRaster: if anything in it cannot be carried over safely.
    """

    def __init__(self, job: PageJob, resources: PdfObject, state: State, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise CannotMask
        self.job = job
        self.body = Body()
        self.state = state
        self._resources = resources
        self._depth = depth
        self._saved: list[State] = []
        self._path = Path()
        self._hidden: list[bool] = []
        self._names: dict[tuple[str, str], str] = {}
        self.text = TextWriter(self)
        self._handlers = self._operators()
        self._default_spaces()

    def _operators(self) -> Mapping[str, Callable[[str, list[Any]], None]]:
        handlers: dict[str, Callable[[str, list[Any]], None]] = {
            "q": self._save,
            "Q": self._restore,
            "cm": self._transform,
            "d": self._dash,
            "ri": self._intent,
            "gs": self._set_state,
            "Do": self._draw,
            "sh": self._shading,
            **self.text.operators(),
        }
        handlers |= dict.fromkeys(_PLAIN, self._copy)
        handlers |= dict.fromkeys(_STEPS, self._step)
        handlers |= dict.fromkeys((*_FILLS, *_STROKES, "n"), self._paint)
        handlers |= dict.fromkeys(("W", "W*"), self._clip)
        handlers |= dict.fromkeys(("cs", "CS"), self._choose_space)
        handlers |= dict.fromkeys(("sc", "SC", "scn", "SCN"), self._choose_colour)
        handlers |= dict.fromkeys(("BMC", "BDC"), self._begin_marked)
        handlers |= dict.fromkeys(("EMC",), self._end_marked)
        handlers |= dict.fromkeys(("MP", "DP", "BX", "EX"), self._ignore)
        return handlers

    @property
    def hidden(self) -> bool:
        """Whether a switched-off layer is open."""
        return any(self._hidden)

    def run(self, container: PdfObject) -> Body:
        """The rewritten stream of a page or a form."""
        try:
            instructions = pikepdf.parse_content_stream(container)
        except (pikepdf.PdfError, TypeError, ValueError):
            raise NeedsRaster("damaged_content") from None
        self.job.budget.spend(len(instructions))
        for instruction in instructions:
            if isinstance(instruction, pikepdf.ContentStreamInlineImage):
                if not self.hidden:
                    raise NeedsRaster("inline_image")
                continue
            operator = str(instruction.operator)
            handler = self._handlers.get(operator)
            if handler is None:
                raise NeedsRaster("odd_operator")
            handler(operator, list(instruction.operands))
        self.text.finish()
        for _ in self._saved:
            self.body.add("Q")
        return self.body

    def resource(self, category: str, name: PdfObject) -> PdfObject:
        """A named resource, or None."""
        listed = self._resources.get(category) if self._resources is not None else None
        return listed.get(str(name)) if listed is not None else None

    def _default_spaces(self) -> None:
        for name in ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK"):
            space = self.resource("/ColorSpace", name)
            if space is not None:
                self.body.spaces[name[1:]] = copied_space(self.job.target, space)[0]

    def _ignore(self, operator: str, operands: list[Any]) -> None:
        return

    # --- state -------------------------------------------------------------------------------

    def _save(self, operator: str, operands: list[Any]) -> None:
        self._saved.append(self.state.copy())
        self.body.add("q")

    def _restore(self, operator: str, operands: list[Any]) -> None:
        # one Q too many would close what we opened around the page
        if self._saved:
            self.state = self._saved.pop()
            self.body.add("Q")

    def _transform(self, operator: str, operands: list[Any]) -> None:
        matrix = numbers(operands, 6)
        a, b, c, d, e, f = map(float, matrix)
        self.state.ctm = multiply((a, b, c, d, e, f), self.state.ctm)
        self.body.add("cm", *matrix)

    def _copy(self, operator: str, operands: list[Any]) -> None:
        if operator == "w":
            self.state.line_width = float(numbers(operands, 1)[0])
        self.body.add(operator, *numbers(operands, _PLAIN[operator]))

    def _dash(self, operator: str, operands: list[Any]) -> None:
        if len(operands) != 2 or not isinstance(operands[0], Array):
            raise NeedsRaster("odd_operator")
        listed = b" ".join(number(n) for n in numbers(list(operands[0])))
        phase = number(numbers(operands[1:], 1)[0])
        self.body.pieces.append(b"[" + listed + b"] " + phase + b" d")

    def _intent(self, operator: str, operands: list[Any]) -> None:
        if len(operands) == 1 and str(operands[0]) in _INTENTS:
            self.body.pieces.append(f"{operands[0]} ri".encode("ascii"))

    def _set_state(self, operator: str, operands: list[Any]) -> None:
        source = self.resource("/ExtGState", operands[0])
        if source is None:
            return
        if "/LW" in source:
            self.state.line_width = float(source.LW)
        name = self._named("G", str(operands[0]), len(self.body.states))
        if name not in self.body.states:
            self.body.states[name] = copied_state(source)
        self.body.pieces.append(f"/{name} gs".encode("ascii"))

    def _named(self, prefix: str, source_name: str, count: int) -> str:
        return self._names.setdefault((prefix, source_name), f"{prefix}{count + 1}")

    # --- colour ------------------------------------------------------------------------------

    def _choose_space(self, operator: str, operands: list[Any]) -> None:
        asked = str(operands[0])
        if asked == "/Pattern":
            raise NeedsRaster("pattern")
        source = self.resource("/ColorSpace", operands[0])
        if source is None:
            if asked not in _DEVICE:
                raise NeedsRaster("odd_resource")
            self.body.pieces.append(f"{asked} {operator}".encode("ascii"))
            return
        name = self._named("C", asked, len(self.body.spaces))
        if name not in self.body.spaces:
            self.body.spaces[name] = copied_space(self.job.target, source)[0]
        self.body.pieces.append(f"/{name} {operator}".encode("ascii"))

    def _choose_colour(self, operator: str, operands: list[Any]) -> None:
        if operands and isinstance(operands[-1], Name):
            raise NeedsRaster("pattern")
        self.body.add(operator, *numbers(operands))

    def _shading(self, operator: str, operands: list[Any]) -> None:
        if not self.hidden:
            raise NeedsRaster("shading")

    # --- marked content ----------------------------------------------------------------------

    def _begin_marked(self, operator: str, operands: list[Any]) -> None:
        hidden = False
        if operator == "BDC" and len(operands) == 2 and str(operands[0]) == "/OC":
            group = operands[1]
            if isinstance(group, Name):
                group = self.resource("/Properties", group)
            hidden = self.job.layers.is_off(group)
        self._hidden.append(hidden)

    def _end_marked(self, operator: str, operands: list[Any]) -> None:
        if self._hidden:
            self._hidden.pop()

    # --- paths -------------------------------------------------------------------------------

    def _step(self, operator: str, operands: list[Any]) -> None:
        found = numbers(operands, _STEPS[operator])
        self._path.step(operator, found, self.state.ctm)

    def _clip(self, operator: str, operands: list[Any]) -> None:
        self._path.clip = operator

    def _paint(self, operator: str, operands: list[Any]) -> None:
        path, self._path = self._path, Path()
        painted = "n" if self.hidden else operator
        if path.clip:
            self._paint_and_clip(painted, path)
            return
        if painted == "n" or not path.figures:
            return
        scale = max(abs(n) for n in self.state.ctm[:4])
        margin = self.state.line_width * scale if painted in _STROKES else 0.0
        kept = [f for f in path.figures if self._is_shown(f, margin)]
        if not kept:
            return
        self._overpaint(kept, painted, margin)
        self._emit(kept, painted)

    def _paint_and_clip(self, painted: str, path: Path) -> None:
        """A clipping path is kept whole: a missing figure would show what it hid."""
        box = path.box
        if box is not None:
            self._refuse_letters(path.figures)
            if painted != "n":
                self._overpaint(path.figures, painted, 0.0)
            self.state.clip = overlap(self.state.clip, box)
            self.state.clip_is_box = self.state.clip_is_box and path.is_box
        self._emit(path.figures, f"{path.clip} {painted}")

    def _emit(self, figures: Sequence[Figure], operator: str) -> None:
        for figure in figures:
            for step, operands in figure.steps:
                self.body.add(step, *operands)
        self.body.pieces.append(operator.encode("ascii"))

    def _is_shown(self, figure: Figure, margin: float) -> bool:
        if not figure.points:
            return True
        left, top, right, bottom = figure.box
        grown = (left - margin, top - margin, right + margin, bottom + margin)
        if not meets(grown, self.job.frame.display):
            return False
        self._refuse_letters([figure])
        # what lies wholly under a black box (an underline) would tell the exact width
        slack = UNDERLINE_SLACK if margin < WIDE_LINE else 0.0
        return not any(inside(figure.box, drawn, slack) for drawn in self.job.covers.drawn)

    def _refuse_letters(self, figures: Sequence[Figure]) -> None:
        for figure in figures:
            if not figure.may_be_letter or not figure.points:
                continue
            if any(meets(figure.box, run) for run in self.job.covers.exact):
                raise NeedsRaster("outline_under_mark")

    def _overpaint(self, figures: Sequence[Figure], painted: str, margin: float) -> None:
        """A picture that something is painted over would be carried over with what is hidden."""
        if painted not in _FILLS and margin < WIDE_LINE:
            return
        for figure in figures:
            if figure.points:
                self._refuse_hidden_pictures(figure.box)

    def _refuse_hidden_pictures(self, box: Box) -> None:
        shown = overlap(box, self.state.clip)
        if any(area(overlap(shown, picture)) > 0.5 for picture in self.job.pictures):
            raise NeedsRaster("picture_painted_over")

    # --- forms and pictures ------------------------------------------------------------------

    def _draw(self, operator: str, operands: list[Any]) -> None:
        thing = self.resource("/XObject", operands[0])
        if thing is None or self.hidden:
            return
        if thing.get("/OC") is not None and self.job.layers.is_off(thing.OC):
            return
        if thing.get("/Subtype") == Name.Form:
            self._draw_form(thing)
        elif thing.get("/Subtype") == Name.Image:
            self._draw_picture(thing)
        else:
            raise NeedsRaster("odd_resource")

    def _draw_form(self, form: PdfObject) -> None:
        a, b, c, d, e, f = map(float, numbers(list(form.get("/Matrix", (1, 0, 0, 1, 0, 0))), 6))
        matrix: Matrix = (a, b, c, d, e, f)
        box = [float(n) for n in numbers(list(form.BBox), 4)]
        state = self.state.copy()
        state.ctm = multiply(matrix, state.ctm)
        state.clip = overlap(state.clip, rectangle(state.ctm, *box))
        if area(state.clip) == 0:
            return
        resources = form.get("/Resources", self._resources)
        inner = StreamWriter(self.job, resources, state, self._depth + 1)
        group = copied_group(self.job.target, form.get("/Group"))
        self.body.draw(Form(inner.run(form), box, matrix, group))

    def _draw_picture(self, picture: PdfObject) -> None:
        box = rectangle(self.state.ctm, 0, 0, 1, 1)
        shown = overlap(box, self.state.clip)
        if area(shown) == 0 and area(box) > 0:
            return
        if any(meets(box, run) for run in self.job.covers.exact):
            raise NeedsRaster("image_under_mark")
        if not self.state.clip_is_box or not inside(box, shown, slack=1.5):
            raise NeedsRaster("picture_partly_hidden")
        small = area(box) < SMALL_PICTURE
        if not small and not self.job.covers.is_kept_region(box):
            raise NeedsRaster("image_undecided")
        self._refuse_hidden_pictures(box)
        self.job.pictures.append(box)
        self.body.draw(copied_picture(self.job.target, picture))


def rewritten(job: PageJob, page: PdfObject, resources: PdfObject) -> Body:
    """The page's content without what is marked or unseen.

    Raises:
        NeedsRaster: if the page must go out as pixels.
        CannotMask: if it asks for more work than any honest page.
    """
    state = State(ctm=job.frame.to_display, clip=job.frame.display)
    return StreamWriter(job, resources or Dictionary(), state, 0).run(page)
