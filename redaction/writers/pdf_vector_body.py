"""A rewritten content stream before its fonts are renumbered, and how it becomes bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf

from redaction.writers.pdf_fonts import SourceFont
from redaction.writers.pdf_fonts_build import BuiltFont, Glyph
from redaction.writers.pdf_geometry import IDENTITY, Matrix
from redaction.writers.pdf_reasons import PdfObject

FontFinder = Callable[[SourceFont], BuiltFont]


def number(value: float | Decimal) -> bytes:
    """The shortest plain notation of a number, exact to a hundred-thousandth."""
    if isinstance(value, float):
        value = Decimal(repr(round(value, 5)))
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return (text if text not in ("", "-0") else "0").encode("ascii")


@dataclass(frozen=True, slots=True)
class Shown:
    """One text-showing operator: kept glyphs and, between them, moves in 1/1000 em."""

    font: SourceFont
    parts: tuple[Glyph | float, ...]

    def to_bytes(self, codes: BuiltFont) -> bytes:
        """The TJ operator in the new font's codes."""
        out: list[bytes] = []
        run = b""
        move = 0.0
        for part in self.parts:
            if isinstance(part, Glyph):
                if move:
                    out += self._flushed(run, move)
                    run, move = b"", 0.0
                run += codes.codes[part]
            else:
                move += part
        out += self._flushed(run, move)
        return b"[" + b" ".join(out) + b"] TJ"

    @staticmethod
    def _flushed(run: bytes, move: float) -> Iterator[bytes]:
        if run:
            yield b"<" + run.hex().upper().encode("ascii") + b">"
        if round(move, 5):
            yield number(move)


@dataclass(slots=True)
class Body:
    """The operators of one content stream with everything they name.

    Resources are named by us, in order of first use: a source's names could carry something.
    """

    pieces: list[bytes | Shown] = field(default_factory=list)
    fonts: dict[int, tuple[str, SourceFont]] = field(default_factory=dict)
    drawn: list[tuple[str, Form | PdfObject]] = field(default_factory=list)
    states: dict[str, PdfObject] = field(default_factory=dict)
    spaces: dict[str, PdfObject] = field(default_factory=dict)

    def add(self, operator: str, *operands: float | Decimal) -> None:
        """Appends an operator with numeric operands."""
        self.pieces.append(b" ".join((*map(number, operands), operator.encode("ascii"))))

    def font_name(self, font: SourceFont) -> str:
        """Our name of a font in this stream."""
        if id(font) not in self.fonts:
            self.fonts[id(font)] = (f"F{len(self.fonts) + 1}", font)
        return self.fonts[id(font)][0]

    def draw(self, thing: Form | PdfObject) -> None:
        """Appends the drawing of a form or an image."""
        name = f"X{len(self.drawn) + 1}"
        self.drawn.append((name, thing))
        self.pieces.append(f"/{name} Do".encode("ascii"))

    def shown(self) -> Iterator[Shown]:
        """Every text-showing operator, those of forms included."""
        for piece in self.pieces:
            if isinstance(piece, Shown):
                yield piece
        for _, thing in self.drawn:
            if isinstance(thing, Form):
                yield from thing.body.shown()

    def to_bytes(self, find: FontFinder) -> bytes:
        """The stream in the codes of the new fonts."""
        return b"\n".join(
            piece if isinstance(piece, bytes) else piece.to_bytes(find(piece.font))
            for piece in self.pieces
        )

    def resources(self, pdf: Pdf, find: FontFinder, known: dict[Any, PdfObject]) -> PdfObject:
        """The resource dictionary in ``pdf``; ``known`` keeps forms that were written already."""
        listed: dict[str, dict[str, Any]] = {
            "Font": {name: find(font).reference for name, font in self.fonts.values()},
            "XObject": {
                name: thing.written(pdf, find, known) if isinstance(thing, Form) else thing
                for name, thing in self.drawn
            },
            "ExtGState": self.states,
            "ColorSpace": self.spaces,
        }
        return Dictionary({f"/{k}": _named(v) for k, v in listed.items() if v})


def _named(entries: dict[str, Any]) -> PdfObject:
    return Dictionary({f"/{name}": value for name, value in entries.items()})


@dataclass(slots=True)
class Form:
    """A form as one use of it draws it: a private copy, since another use may show other text."""

    body: Body
    box: Sequence[float]
    matrix: Matrix = IDENTITY
    group: PdfObject = None

    def written(self, pdf: Pdf, find: FontFinder, known: dict[Any, PdfObject]) -> PdfObject:
        """The form in ``pdf``; copies that turned out the same are written once."""
        resources = self.body.resources(pdf, find, known)
        data = self.body.to_bytes(find)
        key = (data, resources.unparse(), tuple(self.box), self.matrix, repr(self.group))
        if key not in known:
            form = pdf.make_stream(data)
            form.Type, form.Subtype = Name.XObject, Name.Form
            form.BBox = Array(list(self.box))
            form.Matrix = Array(list(self.matrix))
            form.Resources = resources
            if self.group is not None:
                form.Group = self.group
            known[key] = form
        return known[key]
