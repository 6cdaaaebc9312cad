"""What every table test of a recogniser shares: a text with its wanted piece in brackets."""

from __future__ import annotations

from domain.documents import ExtractedText, MediaType, Tokens
from domain.findings import Action, FindingType
from pipelines.normalization import normalize
from redaction.recognizers.base import Candidate, Recognizer, ScreeningContext

OPEN, CLOSE = "⟦", "⟧"


def context(text: str, *, kind: str = "") -> ScreeningContext:
    """The screening context of a plain text."""
    return ScreeningContext(
        extracted=ExtractedText(text=text, media_type=MediaType.TXT),
        normalized=normalize(text),
        tokens=Tokens(words=(), starts=(), tokenizer_version="none"),
        document_kind=kind,
    )


def wanted(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its brackets and the ranges they held."""
    text, ranges, start = "", [], 0
    for char in marked:
        if char == OPEN:
            start = len(text)
        elif char == CLOSE:
            ranges.append((start, len(text)))
        else:
            text += char
    return text, ranges


def found(
    recognizer: Recognizer,
    text: str,
    kind: FindingType,
    *,
    document_kind: str = "",
    action: Action | None = None,
    mentions: tuple[Candidate, ...] = (),
) -> list[tuple[int, int]]:
    """Ranges of the extracted text that the recogniser finds of this kind (and action)."""
    ctx = context(text, kind=document_kind)
    ctx.mentions = mentions
    spans = [
        ctx.normalized.to_extracted(candidate.span)
        for candidate in recognizer.find(ctx)
        if candidate.type is kind
        and (action is None or (candidate.verdict and candidate.verdict.action is action))
    ]
    return sorted((span.start, span.end) for span in spans)
