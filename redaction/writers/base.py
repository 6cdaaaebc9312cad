"""What every writer shares: the plan laid over the extracted text, piece by piece.

A writer builds a new file from what the extractor saw and called visible, with the marks taken
out. It never edits the original.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.documents import ExtractedText
from domain.errors import DigestMismatch
from domain.publication import Mark, RedactionPlan, WrittenCopy
from domain.spans import TextSpan, merged
from redaction.matching import fold

REDACTED = "▇▇▇"
"""What stands for removed text: the same width whatever was removed."""

GENERATOR = "gongkai"


class Writer(Protocol):
    """Makes the redacted copy of one format."""

    def __call__(self, data: bytes, extracted: ExtractedText, plan: RedactionPlan) -> WrittenCopy:
        """A new file without anything the plan marks.

        Raises:
            DigestMismatch: if the plan belongs to another text.
            CannotMask: if a mark cannot be removed safely.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of published text; with ``mark`` it is the replacement of removed text."""

    text: str
    mark: Mark | None = None


class MaskedText:
    """The extracted text as the plan lets it be seen.

    Stateful on purpose: however many nodes or cells a mark runs over, its replacement is handed
    out once, with the first of them, and the rest of the mark gives nothing.

    Raises:
        DigestMismatch: if the plan belongs to another text or reaches beyond its end.
    """

    def __init__(self, extracted: ExtractedText, plan: RedactionPlan) -> None:
        if plan.text_digest != extracted.digest:
            raise DigestMismatch
        if plan.marks and plan.marks[-1].span.end > len(extracted.text):
            raise DigestMismatch
        self._text = extracted.text
        self._marks = plan.marks
        self._ends = [mark.span.end for mark in plan.marks]
        self._given: set[int] = set()
        self.hidden = merged(extracted.hidden_spans)
        self._hidden_ends = [span.end for span in self.hidden]

    def mark_at(self, position: int) -> int | None:
        """Number of the mark that covers a code point, or None."""
        index = bisect_right(self._ends, position)
        if index < len(self._marks) and self._marks[index].span.start <= position:
            return index
        return None

    def is_hidden(self, span: TextSpan) -> bool:
        """Whether any code point of ``span`` belongs to a kind that is never published."""
        first = bisect_right(self._hidden_ends, span.start)
        return first < len(self.hidden) and self.hidden[first].start < span.end

    def pieces(self, span: TextSpan) -> tuple[Piece, ...]:
        """What may be shown of ``span``: kept text and replacements, in order; () for nothing."""
        out: list[Piece] = []
        at = span.start
        for index in range(bisect_right(self._ends, span.start), len(self._marks)):
            mark = self._marks[index]
            if mark.span.start >= span.end:
                break
            if mark.span.start > at:
                out.append(Piece(text=self._text[at : mark.span.start]))
            if index not in self._given:
                self._given.add(index)
                out.append(Piece(text=mark.replacement, mark=mark))
            at = max(at, mark.span.end)
        if at < span.end:
            out.append(Piece(text=self._text[at : span.end]))
        return tuple(piece for piece in out if piece.text)


def visible_spans(extracted: ExtractedText) -> Iterator[TextSpan]:
    """The stretches of the text that may be published once masked, in order."""
    at = 0
    for hidden in merged(extracted.hidden_spans):
        if hidden.start > at:
            yield TextSpan(start=at, end=hidden.start)
        at = hidden.end
    if at < len(extracted.text):
        yield TextSpan(start=at, end=len(extracted.text))


def published_text(extracted: ExtractedText, plan: RedactionPlan) -> str:
    """The visible text with every mark replaced: what search and summaries may use.

    Raises:
        DigestMismatch: if the plan belongs to another text.
    """
    masked = MaskedText(extracted, plan)
    shown = "".join(
        piece.text for span in visible_spans(extracted) for piece in masked.pieces(span)
    )
    # the line ends between the blocks of the annex are nobody's text
    return shown.rstrip("\n") if masked.hidden else shown


def unseen_marks(extracted: ExtractedText, plan: RedactionPlan) -> tuple[int, ...]:
    """Numbers of the marks that begin or end with visible characters that no anchor finds.

    White space and hyphens that the extractor wrote for markup need no anchor. What stands between
    anchored characters of one mark goes with them.
    """
    anchored = merged(run.span for run in extracted.anchors)
    known = merged((*anchored, *extracted.hidden_spans))
    ends = [span.end for span in known]
    return tuple(
        index
        for index, mark in enumerate(plan.marks)
        for gap in _gaps(mark.span, known, ends)
        if (gap.start == mark.span.start or gap.end == mark.span.end)
        and fold(gap.cut(extracted.text)).text
    )


def _gaps(span: TextSpan, known: Sequence[TextSpan], ends: Sequence[int]) -> Iterator[TextSpan]:
    at = span.start
    for index in range(bisect_right(ends, span.start), len(known)):
        if known[index].start >= span.end:
            break
        if known[index].start > at:
            yield TextSpan(start=at, end=known[index].start)
        at = max(at, known[index].end)
    if at < span.end:
        yield TextSpan(start=at, end=span.end)


def grounds_shown(plan: RedactionPlan) -> tuple[str, ...]:
    """The grounds of the plan, each once, in order of appearance."""
    regions = (region.ground for region in plan.regions if not region.keep)
    return tuple(dict.fromkeys(g for g in (*(m.ground for m in plan.marks), *regions) if g))


def legend(plan: RedactionPlan) -> str:
    """The sentence at the end of a copy that says why places are covered; "" without marks."""
    grounds = grounds_shown(plan)
    if not grounds:
        return ""
    named = any(mark.replacement != REDACTED for mark in plan.marks)
    places = f"{REDACTED}处及以“某”代称处" if named else f"{REDACTED}处"
    if len(grounds) == 1:
        return f"注：文中{places}依法不予公开：{grounds[0]}。"
    listed = "；".join(f"〔{number}〕{ground}" for number, ground in enumerate(grounds, start=1))
    return f"注：文中{places}依法不予公开：{listed}。"


def ground_number(plan: RedactionPlan, mark: Mark) -> str:
    """The number by which the legend names a mark's ground; "" while there is only one."""
    grounds = grounds_shown(plan)
    if len(grounds) < 2 or mark.ground not in grounds:
        return ""
    return f"〔{grounds.index(mark.ground) + 1}〕"
