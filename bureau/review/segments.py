"""The text cut at the edges of its findings, so that a browser never slices by our offsets.

JavaScript counts UTF-16 units and our spans count code points: the browser gets ready-cut pieces
and sends selections back as a span with the quoted text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.documents import BlockKind, ExtractedText
from domain.findings import Finding
from domain.spans import TextSpan

ANNEX_NAMES = {
    BlockKind.DELETION: "修订删除",
    BlockKind.COMMENT: "批注",
    BlockKind.HIDDEN: "隐藏文字",
    BlockKind.METADATA: "文件属性",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of text under the same findings; ``ids`` go from the outermost to the innermost."""

    start: int
    end: int
    text: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One line of the text; ``annex`` names its kind if no published copy may hold it."""

    segments: tuple[Segment, ...]
    annex: str = ""


def paragraphs(extracted: ExtractedText, findings: Sequence[Finding]) -> tuple[Paragraph, ...]:
    """The whole text as lines of segments; joined they give the text again."""
    text = extracted.text
    spans = [(f.location, f.id) for f in findings if isinstance(f.location, TextSpan)]
    spans.sort(key=lambda pair: (pair[0].start, -pair[0].end))
    edges = sorted(
        {0, len(text)}
        | {s.start for s, _ in spans}
        | {min(s.end, len(text)) for s, _ in spans}
        | {i + 1 for i, c in enumerate(text) if c == "\n"}
    )
    annexes = [(b.span, ANNEX_NAMES[b.kind]) for b in extracted.blocks if b.kind in ANNEX_NAMES]
    out: list[Paragraph] = []
    line: list[Segment] = []
    open_spans: list[tuple[TextSpan, str]] = []
    upcoming = iter([*spans, None])
    following = next(upcoming)
    for start, end in pairwise(edges):
        while following is not None and following[0].start <= start:
            open_spans.append(following)
            following = next(upcoming)
        open_spans = [pair for pair in open_spans if pair[0].end > start]
        line.append(
            Segment(start=start, end=end, text=text[start:end], ids=tuple(i for _, i in open_spans))
        )
        if text[end - 1] == "\n":
            out.append(_paragraph(line, annexes))
            line = []
    if line:
        out.append(_paragraph(line, annexes))
    return tuple(out)


def _paragraph(line: list[Segment], annexes: list[tuple[TextSpan, str]]) -> Paragraph:
    start = line[0].start
    annex = next((name for span, name in annexes if span.start <= start < span.end), "")
    return Paragraph(segments=tuple(line), annex=annex)
