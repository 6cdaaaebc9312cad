"""Pictures of PDF pages for the reviewer, made in the sandbox."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

import pypdfium2

from domain.errors import UnreadableFile
from pipelines.sandbox import Sandbox

MAX_PIXELS = 50_000_000
_POINTS_PER_INCH = 72


def render_page(sandbox: Sandbox, data: bytes, *, page_index: int, dpi: int = 110) -> bytes:
    """A PNG of one page of a PDF as displayed, without annotations and form fields.

    A page that would have more than ``MAX_PIXELS`` pixels comes at a lower resolution; divide the
    picture's width by the page's to know its scale.

    Raises:
        UnreadableFile: if there is no such page, or the file cannot be read (any of its kinds).
    """
    _, png = sandbox.call(
        "pipelines.page_images:render_job", data, {"page_index": page_index, "dpi": dpi}
    )
    return png


def page_count(sandbox: Sandbox, data: bytes) -> int:
    """How many pages the PDF has.

    Raises:
        UnreadableFile: if it cannot be read.
    """
    answer, _ = sandbox.call("pipelines.page_images:count_job", data, {})
    return int(answer["pages"])


def render_job(data: bytes, params: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Runs in the sandbox: the page's PNG and its size in pixels."""
    page_index, dpi = int(params["page_index"]), int(params["dpi"])
    document = _open(data)
    try:
        if not 0 <= page_index < len(document) or dpi <= 0:
            raise UnreadableFile
        page = document[page_index]
        width_pt, height_pt = page.get_size()
        scale = _scale(width_pt, height_pt, dpi)
        bitmap = page.render(scale=scale, draw_annots=False, may_draw_forms=False)
        picture = bitmap.to_pil().convert("RGB")
    except pypdfium2.PdfiumError:
        raise UnreadableFile from None
    finally:
        document.close()
    out = io.BytesIO()
    picture.save(out, "PNG")
    return {"width": picture.width, "height": picture.height}, out.getvalue()


def count_job(data: bytes, params: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Runs in the sandbox: the number of pages."""
    document = _open(data)
    try:
        return {"pages": len(document)}, b""
    finally:
        document.close()


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise UnreadableFile from None


def _scale(width_pt: float, height_pt: float, dpi: int) -> float:
    scale = dpi / _POINTS_PER_INCH
    pixels = width_pt * height_pt * scale * scale
    return scale * math.sqrt(MAX_PIXELS / pixels) * 0.999 if pixels > MAX_PIXELS else scale
