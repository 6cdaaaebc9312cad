"""How often a PDF draws its form XObjects, counted before pdfium draws them.

A form of two kilobytes that draws another twice, and so on, or draws itself, keeps pdfium busy for
ever. Only what a form's content really draws counts: programs list forms in resources they share.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from pikepdf import Array, Dictionary, Name, Page, Pdf, PdfError, Stream

from domain.errors import TooLarge, UnreadableFile

MAX_DRAWN_FORMS = 100_000
MAX_DEPTH = 12
_DRAWN = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do(?![A-Za-z0-9])")


def refuse_endless_forms(pdf: Pdf) -> None:
    """Returns if every page draws a bounded number of forms.

    Raises:
        TooLarge: if a page draws more than ``MAX_DRAWN_FORMS``.
        UnreadableFile: if a form draws itself or nests deeper than ``MAX_DEPTH``.
    """
    weights: dict[Any, int] = {}
    for page in pdf.pages:
        if _weight_of(page, weights) > MAX_DRAWN_FORMS:
            raise TooLarge


def _weight_of(page: Page, weights: dict[Any, int]) -> int:
    contents = page.obj.get("/Contents")
    streams = contents if isinstance(contents, Array) else [contents]
    content = b"\n".join(_decoded(stream) for stream in streams if isinstance(stream, Stream))
    return _drawn(content, page.obj.get("/Resources"), weights, 0)


def _drawn(content: bytes, resources: Any, weights: dict[Any, int], depth: int) -> int:
    names = Counter(_DRAWN.findall(content))
    forms = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    if not names or not isinstance(forms, Dictionary):
        return 0
    if depth > MAX_DEPTH:
        raise UnreadableFile
    total = 0
    for name, times in names.items():
        form = forms.get("/" + name.decode("latin-1"))
        if isinstance(form, Stream) and form.get("/Subtype") == Name.Form:
            total += times * _form_weight(form, resources, weights, depth + 1)
    return total


def _form_weight(form: Stream, inherited: Any, weights: dict[Any, int], depth: int) -> int:
    known = weights.get(form.objgen)
    if known is None:
        own = form.get("/Resources", inherited)
        known = 1 + _drawn(_decoded(form), own, weights, depth)
        weights[form.objgen] = known
    return known


def _decoded(stream: Stream) -> bytes:
    try:
        return bytes(stream.read_bytes())
    except PdfError:
        return b""
