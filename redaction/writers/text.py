"""Redacted copies as plain text."""

from __future__ import annotations

from domain.documents import ExtractedText, MediaType
from domain.publication import RedactionPlan, WrittenCopy
from redaction.writers.base import legend, published_text
from redaction.writers.html import left_out_notes


def write(data: bytes, extracted: ExtractedText, plan: RedactionPlan) -> WrittenCopy:
    """The visible text in UTF-8 with its own line ends, then the legend.

    Raises:
        DigestMismatch: if the plan belongs to another text.
    """
    text = published_text(extracted, plan)
    closing = legend(plan)
    if closing:
        separator = "" if text.endswith("\n") or not text else "\n"
        text = f"{text}{separator}{closing}\n"
    return WrittenCopy(
        data=text.encode("utf-8", "replace"),
        media_type=MediaType.TXT,
        extension=".txt",
        method="rebuild",
        notes=left_out_notes(extracted),
    )
