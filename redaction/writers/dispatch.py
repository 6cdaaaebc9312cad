"""Which writer makes the copy of which format."""

from __future__ import annotations

from collections.abc import Mapping

from domain.documents import ExtractedText, MediaType
from domain.errors import UnsupportedFormat
from domain.publication import RedactionPlan, WrittenCopy
from redaction.writers import docx, html, pdf, text, xlsx
from redaction.writers.base import Writer

_BY_SOURCE: Mapping[MediaType, Writer] = {
    MediaType.DOCX: docx.write,
    MediaType.PDF: pdf.write,
    MediaType.TXT: html.write,
    MediaType.HTML: html.write,
    MediaType.XLSX: html.write,
}

# What a person may ask for instead, by what the source is.
_ON_DEMAND: Mapping[tuple[MediaType, MediaType], Writer] = {
    (MediaType.TXT, MediaType.TXT): text.write,
    (MediaType.HTML, MediaType.TXT): text.write,
    (MediaType.DOCX, MediaType.TXT): text.write,
    (MediaType.DOCX, MediaType.HTML): html.write,
    (MediaType.XLSX, MediaType.XLSX): xlsx.write,
}


def write(
    data: bytes,
    extracted: ExtractedText,
    plan: RedactionPlan,
    *,
    target: MediaType | None = None,
) -> WrittenCopy:
    """The redacted copy: docx as docx, pdf as pdf, everything else as html, or as ``target`` asks.

    Raises:
        DigestMismatch: if the plan belongs to another text.
        CannotMask: if a mark cannot be removed safely.
        UnsupportedFormat: if no writer makes ``target`` from this format.
    """
    chosen = _BY_SOURCE.get(extracted.media_type)
    usual = MediaType.HTML if chosen is html.write else extracted.media_type
    if target is not None and target is not usual:
        chosen = _ON_DEMAND.get((extracted.media_type, target))
    if chosen is None:
        raise UnsupportedFormat
    return chosen(data, extracted, plan)
