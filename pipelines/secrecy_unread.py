"""What the secrecy gate could not read although a mark may stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from domain.documents import ExtractedText, UnreadableRegion

# fewer visible characters than a title and a date: what there is to read is in the pictures
LITTLE_TEXT: Final = 50
PAGE_SHARE: Final = 0.5
HEAD_SHARE: Final = 1 / 3
HEAD_PICTURE_PT: Final = (60.0, 12.0)
GARBLED_SHARE: Final = 0.05

_EMBEDDED: Final = frozenset(
    {"attachment", "embedded_file", "embedded_object", "embedded_document", "ole_object"}
)
_WHOLE_PAGE: Final = frozenset({"page_without_text", "no_tounicode", "scan_with_text_layer"})
_PICTURES: Final = frozenset({"picture", "vector_picture", "head_picture", "outlines"})


def unread(extracted: ExtractedText) -> Iterator[str]:
    """Codes of what the gate could not read although a mark may stand in it."""
    regions = extracted.unreadable
    if any(region.reason in _EMBEDDED for region in regions):
        yield "embedded"
    if any(_covers_page(extracted, region) for region in regions):
        yield "page_without_text"
    pictures = [region for region in regions if region.reason in _PICTURES]
    if any(_is_in_head(extracted, region) for region in pictures):
        yield "head_in_picture"
    shown = _shown_characters(extracted)
    if pictures and len(shown) < LITTLE_TEXT:
        yield "little_text"
    junk = sum(1 for c in shown if c == "\ufffd" or "\ue000" <= c <= "\uf8ff")
    if junk > GARBLED_SHARE * len(shown):
        yield "garbled_text"


def _shown_characters(extracted: ExtractedText) -> str:
    hidden = extracted.hidden_spans
    end = min((span.start for span in hidden), default=len(extracted.text))
    return "".join(extracted.text[:end].split())


def _covers_page(extracted: ExtractedText, region: UnreadableRegion) -> bool:
    if region.reason in _WHOLE_PAGE:
        return True
    rect = region.rect
    if rect is None or rect.page_index >= len(extracted.pages):
        return False
    page = extracted.pages[rect.page_index]
    area = (rect.x1 - rect.x0) * (rect.bottom - rect.top)
    return area >= PAGE_SHARE * page.width_pt * page.height_pt


def _is_in_head(extracted: ExtractedText, region: UnreadableRegion) -> bool:
    """Whether a picture may hold a 版头: at the top of the first page, or before any text."""
    if region.reason == "head_picture":
        return True
    rect = region.rect
    if rect is None or rect.page_index or not extracted.pages:
        return False
    width, height = HEAD_PICTURE_PT
    return (
        rect.top < extracted.pages[0].height_pt * HEAD_SHARE
        and rect.x1 - rect.x0 >= width
        and rect.bottom - rect.top >= height
    )
