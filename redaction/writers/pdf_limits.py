"""How much drawing a page asks for, told before anything draws it.

A two-kilobyte file can ask for a billion forms: pdfium dies of it, so the forms are counted first.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import pikepdf

from domain.errors import CannotMask
from redaction.writers.pdf_reasons import PdfObject

MAX_DEPTH: Final = 12
MAX_EXPANDED_BYTES: Final = 256 << 20

_DO = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do(?![^\s/<>\[\](){}%])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


def require_modest(contents: bytes, resources: PdfObject) -> None:
    """Returns if a page with all its forms written out is of a size an honest page may have.

    Raises:
        CannotMask: if forms nest too deep, draw themselves, or multiply beyond all measure.
    """
    _Weights().of(contents, resources, 0)


class _Weights:
    """Sizes of forms with everything they draw; each form is looked into once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], int] = {}

    def of(self, contents: bytes, resources: PdfObject, depth: int) -> int:
        """Bytes of a stream and of all it draws."""
        if depth > MAX_DEPTH:
            raise CannotMask
        total = len(contents)
        listed = resources.get("/XObject") if resources is not None else None
        for name, times in Counter(_DO.findall(contents)).items():
            form = _named(listed, name)
            if form is not None:
                total += times * self._of_form(form, resources, depth + 1)
        if total > MAX_EXPANDED_BYTES:
            raise CannotMask
        return total

    def _of_form(self, form: PdfObject, resources: PdfObject, depth: int) -> int:
        if form.objgen not in self._known:
            try:
                contents = form.read_bytes()
            except pikepdf.PdfError:
                return 0
            weight = self.of(contents, form.get("/Resources", resources), depth)
            self._known[form.objgen] = weight
        return self._known[form.objgen]


def _named(listed: PdfObject, name: bytes) -> PdfObject:
    plain = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), name).decode("latin-1")
    try:
        form = listed.get(f"/{plain}") if listed is not None else None
    except (ValueError, UnicodeError):
        return None
    if isinstance(form, pikepdf.Stream) and form.get("/Subtype") == pikepdf.Name.Form:
        return form
    return None
