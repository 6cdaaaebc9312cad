"""Text operators of a content stream: each glyph is placed, judged, kept or left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, Protocol

from pikepdf import Array, String

from redaction.writers.pdf_fonts_build import GAP, Glyph
from redaction.writers.pdf_geometry import (
    Box,
    Matrix,
    area,
    meets,
    moved,
    multiply,
    overlap,
    rectangle,
)
from redaction.writers.pdf_reasons import NeedsRaster, PdfObject
from redaction.writers.pdf_render import ASCENT, DESCENT
from redaction.writers.pdf_vector_body import Body, Shown
from redaction.writers.pdf_vector_job import PageJob
from redaction.writers.pdf_vector_state import State, TextPosition

INVISIBLE: Final = 3
FIRST_CLIPPING: Final = 4

FULL_WIDTH: Final = 1000

_NUMBERS: Final = {"Tc": 1, "Tz": 1, "TL": 1, "Ts": 1, "Tw": 1, "Tr": 1, "Td": 2, "TD": 2, "Tm": 6}


class _Gap(Enum):
    """Where in a run of removed glyphs the text position stands."""

    NONE = 0
    AFTER_ONE_WIDE = 1
    SETTLED = 2


def _floats(operands: list[Any], count: int) -> list[float]:
    if len(operands) != count:
        raise NeedsRaster("odd_operator")
    try:
        return [float(n) for n in operands]
    except (TypeError, ValueError):
        raise NeedsRaster("odd_operator") from None


class Stream(Protocol):
    """The content stream whose text is written."""

    job: PageJob
    body: Body
    state: State

    @property
    def hidden(self) -> bool:
        """Whether a switched-off layer is open."""
        ...

    def resource(self, category: str, name: PdfObject) -> PdfObject:
        """A named resource, or None."""
        ...


class TextWriter:
    """The text side of a content stream; it writes into the same body."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._position = TextPosition()
        self._open = False
        self._gap = _Gap.NONE

    def operators(self) -> Mapping[str, Callable[[str, list[Any]], None]]:
        """The operators handled here."""
        handlers: dict[str, Callable[[str, list[Any]], None]] = {
            "BT": self._begin,
            "ET": self._end,
            "Tf": self._choose_font,
            "T*": self._next_line,
            "Tj": self._show,
            "TJ": self._show,
            "'": self._show_on_next_line,
            '"': self._show_on_next_line,
        }
        handlers |= dict.fromkeys(("Tc", "Tz", "TL", "Ts", "Tw", "Tr"), self._set)
        handlers |= dict.fromkeys(("Td", "TD", "Tm"), self._move)
        return handlers

    def finish(self) -> None:
        """Closes a text object the source left open."""
        if self._open:
            self._stream.body.add("ET")

    def _begin(self, operator: str, operands: list[Any]) -> None:
        if self._open:
            raise NeedsRaster("odd_operator")
        self._open = True
        self._position = TextPosition()
        self._stream.body.add("BT")

    def _end(self, operator: str, operands: list[Any]) -> None:
        if self._open:
            self._stream.body.add("ET")
        self._open = False

    def _choose_font(self, operator: str, operands: list[Any]) -> None:
        source = self._stream.resource("/Font", operands[0])
        if source is None:
            raise NeedsRaster("font_missing")
        state = self._stream.state
        state.font = self._stream.job.find_font(source)
        state.size = _floats(operands[1:], 1)[0]
        name = self._stream.body.font_name(state.font)
        self._stream.body.add(f"/{name} {state.size:.5f}".rstrip("0").rstrip(".") + " Tf")

    def _set(self, operator: str, operands: list[Any]) -> None:
        state = self._stream.state
        value = _floats(operands, _NUMBERS[operator])[0]
        if operator == "Tc":
            state.char_space = value
        elif operator == "Tz":
            state.stretch = value / 100
        elif operator == "TL":
            state.leading = value
        elif operator == "Ts":
            state.rise = value
        elif operator == "Tw":
            # written out as moves: it has no effect on the two-byte codes of the new fonts
            state.word_space = value
            return
        elif operator == "Tr":
            state.mode = int(value)
            if state.mode >= FIRST_CLIPPING:
                raise NeedsRaster("text_clip")
            if state.mode == INVISIBLE:
                return
        self._stream.body.add(operator, *operands)

    def _move(self, operator: str, operands: list[Any]) -> None:
        found = _floats(operands, _NUMBERS[operator])
        position = self._position
        if operator == "Tm":
            a, b, c, d, e, f = found
            position.text = position.line = (a, b, c, d, e, f)
        else:
            if operator == "TD":
                self._stream.state.leading = -found[1]
            position.text = position.line = multiply(moved(found[0], found[1]), position.line)
        self._stream.body.add(operator, *operands)

    def _next_line(self, operator: str, operands: list[Any]) -> None:
        position = self._position
        down = moved(0.0, -self._stream.state.leading)
        position.text = position.line = multiply(down, position.line)
        self._stream.body.add("T*")

    def _show_on_next_line(self, operator: str, operands: list[Any]) -> None:
        if operator == '"':
            if len(operands) != 3:
                raise NeedsRaster("odd_operator")
            self._set("Tw", operands[:1])
            self._set("Tc", operands[1:2])
            operands = operands[2:]
        self._next_line("T*", [])
        self._show("Tj", operands)

    def _show(self, operator: str, operands: list[Any]) -> None:
        state = self._stream.state
        if len(operands) != 1 or state.font is None or not self._open:
            raise NeedsRaster("odd_operator")
        shown = operands[0]
        parts: list[Glyph | float] = []
        self._gap = _Gap.NONE
        for item in shown if isinstance(shown, Array) else [shown]:
            if isinstance(item, String):
                for glyph in state.font.decode(bytes(item)):
                    self._place(glyph, parts)
            else:
                move = _floats([item], 1)[0]
                self._advance(-move / 1000 * state.size * state.stretch)
                parts.append(move)
        if not any(isinstance(part, Glyph) and part is not GAP for part in parts):
            parts = [part for part in parts if part is not GAP]
        if parts:
            self._stream.body.pieces.append(Shown(state.font, tuple(parts)))

    def _advance(self, distance: float) -> None:
        self._position.text = multiply(moved(distance, 0.0), self._position.text)

    def _place(self, glyph: Glyph, parts: list[Glyph | float]) -> None:
        """Judges one glyph; a move of its exact width stands for one left out."""
        state = self._stream.state
        word_space = state.word_space if glyph.code == b" " else 0.0
        width = glyph.width / 1000 * state.size
        if self._is_kept(glyph, width):
            self._gap = _Gap.NONE
            parts.append(glyph)
            if word_space and state.size:
                parts.append(-word_space * 1000 / state.size)
        elif state.size:
            self._mark_gap(glyph, parts)
            parts.append(-(glyph.width + (state.char_space + word_space) * 1000 / state.size))
        self._advance((width + state.char_space + word_space) * state.stretch)

    def _mark_gap(self, glyph: Glyph, parts: list[Glyph | float]) -> None:
        """Puts a blank where a removed run began, and where its second full-width character was.

        Two blanks are all a run ever gets, and only the width all Chinese characters share leads
        to the second: they do not tell how many characters there were.
        """
        state = self._stream.state
        if state.font is None or state.font.outlines is None:
            return
        if self._gap in (_Gap.NONE, _Gap.AFTER_ONE_WIDE):
            parts.append(GAP)
            # as one of the font's glyphs it is followed by the character spacing
            parts.append(state.char_space * 1000 / state.size)
        first_wide = self._gap is _Gap.NONE and glyph.width == FULL_WIDTH
        self._gap = _Gap.AFTER_ONE_WIDE if first_wide else _Gap.SETTLED

    def _is_kept(self, glyph: Glyph, width: float) -> bool:
        stream, state = self._stream, self._stream.state
        if state.size == 0 or state.mode == INVISIBLE or stream.hidden:
            return False
        matrix: Matrix = multiply(self._position.text, state.ctm)
        size = state.size
        box = rectangle(
            matrix,
            0,
            state.rise + DESCENT * size,
            width * state.stretch,
            state.rise + ASCENT * size,
        )
        job = stream.job
        if not meets(box, state.clip) or area(overlap(box, state.clip)) < 0.05 * area(box):
            return False
        if job.covers.hides(box, glyph.text):
            return False
        if glyph.blank:
            return True
        if not job.visible(box):
            return False
        self._count(glyph, box)
        return True

    def _count(self, glyph: Glyph, box: Box) -> None:
        job = self._stream.job
        job.kept_glyphs += 1
        job.unknown_glyphs += not glyph.text
