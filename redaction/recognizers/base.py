"""What a recogniser gets, what it gives, and the contract between recognisers and screening."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

from domain.documents import UNPUBLISHED_KINDS, Block, ExtractedText, NormalizedText, Tokens
from domain.findings import Action, Category, FindingType
from domain.spans import TextSpan
from redaction.matching import Folded, fold
from redaction.recognizers.flow import Flow, read_flow
from redaction.recognizers.numbers import NumberRun, number_runs

CATEGORY_OF: Mapping[FindingType, Category] = MappingProxyType(
    {
        **dict.fromkeys(FindingType, Category.PRIVATE),
        FindingType.SECRET_MARK: Category.STATE_SECRET,
        FindingType.SECRET_CONTENT: Category.STATE_SECRET,
        FindingType.TRADE_SECRET: Category.TRADE_SECRET,
        FindingType.WORK_SECRET: Category.WORK_SECRET,
        FindingType.COORDINATES: Category.WORK_SECRET,
    }
)

# What ends a sentence in a Chinese official paper; a line end does too (hard-wrapped lines are
# joined again by whoever needs whole sentences).
_SENTENCE_ENDS = frozenset("。！？；!?;\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to happen to one mention, by which rule, explained in Chinese without its text."""

    action: Action
    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One possible finding. ``span`` is a range of the NORMALISED text.

    ``pattern`` and ``cues`` are ids, never text of the document. ``checksum`` is True (passed),
    False (failed) or None (the kind has none). ``verdict`` is set where the recogniser knows what
    is to happen to the mention; None leaves it to ``redaction.roles`` (persons) or to the policy.
    """

    span: TextSpan
    type: FindingType
    score: float
    pattern: str
    recognizer: str
    version: str = "1"
    category: Category | None = None
    checksum: bool | None = None
    cues: tuple[str, ...] = ()
    verdict: Verdict | None = None

    @property
    def interest(self) -> Category:
        """Whose interest it touches: the given category or the usual one of its type."""
        return self.category or CATEGORY_OF[self.type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the normalised text without its line end; an empty one has ``start == end``."""

    index: int
    start: int
    end: int

    def contains(self, position: int) -> bool:
        """Whether the code point ``position`` (or the line's end) belongs to this line."""
        return self.start <= position <= self.end


def _with_tabs(normalized: NormalizedText, extracted: ExtractedText) -> str:
    """The normalised text with the tabs of the extracted text, which part the cells of a table.

    Folding made them spaces, one for one, so positions stay as they are.
    """
    text = normalized.text
    if "\t" not in extracted.text:
        return text
    source, origin = extracted.text, normalized.origin
    return "".join(
        "\t" if char == " " and source[origin[position]] == "\t" else char
        for position, char in enumerate(text)
    )


class ScreeningContext:
    """One document for all recognisers: built once, every view made when first asked for.

    ``text`` is the normalised text in which tabs still part the cells of table rows; positions are
    code points of it unless a name says otherwise.
    """

    def __init__(
        self,
        *,
        extracted: ExtractedText,
        normalized: NormalizedText,
        tokens: Tokens,
        document_kind: str = "",
    ) -> None:
        self.extracted = extracted
        self.normalized = normalized
        self.tokens = tokens
        self.document_kind = document_kind
        self.text = _with_tabs(normalized, extracted)
        self._held: dict[re.Pattern[str], bool] = {}
        # What earlier recognisers found; screening fills it before passages are looked for, since
        # a clause about an illness is private only beside a person.
        self.mentions: tuple[Candidate, ...] = ()

    def holds(self, pattern: re.Pattern[str]) -> bool:
        """Whether the text holds a match of ``pattern`` anywhere; searched once a document."""
        held = self._held.get(pattern)
        if held is None:
            held = self._held[pattern] = pattern.search(self.text) is not None
        return held

    # -- lines, cells, sentences ---------------------------------------------------------------

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the text in order, empty ones included."""
        out: list[Line] = []
        start = 0
        for index, piece in enumerate(self.text.split("\n")):
            out.append(Line(index=index, start=start, end=start + len(piece)))
            start += len(piece) + 1
        return tuple(out)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [line.start for line in self.lines]

    def line_at(self, position: int) -> Line:
        """The line that holds ``position``."""
        return self.lines[bisect_right(self._line_starts, position) - 1]

    def line_text(self, line: Line) -> str:
        """The line's text without its line end."""
        return self.text[line.start : line.end]

    def cells(self, line: Line) -> list[tuple[int, int]]:
        """Ranges of the tab-separated cells of a line (one range where it has no tab)."""
        out: list[tuple[int, int]] = []
        start = line.start
        for piece in self.line_text(line).split("\t"):
            out.append((start, start + len(piece)))
            start += len(piece) + 1
        return out

    def column_header(self, position: int) -> str:
        """The heading of the table column that holds ``position``, or "".

        Tables come as lines with tabs: the heading is the cell of the same column in the first of
        the lines above that follow one another with as many tabs.
        """
        line = self.line_at(position)
        if "\t" not in self.line_text(line):
            return ""
        ranges = self.cells(line)
        column = next(i for i, (start, end) in enumerate(ranges) if start <= position <= end)
        top = self._table_top(line.index)
        if top == line.index:
            return ""
        heads = self.cells(self.lines[top])
        if column >= len(heads):
            return ""
        start, end = heads[column]
        return self.text[start:end].strip()

    @cached_property
    def _table_tops(self) -> dict[int, int]:
        return {}

    def _table_top(self, index: int) -> int:
        known = self._table_tops.get(index)
        if known is not None:
            return known
        tabs = self.line_text(self.lines[index]).count("\t")
        top = index
        while top > 0 and self.line_text(self.lines[top - 1]).count("\t") == tabs:
            top -= 1
            if top in self._table_tops:
                top = self._table_tops[top]
                break
        self._table_tops[index] = top
        return top

    @cached_property
    def sentences(self) -> tuple[TextSpan, ...]:
        """Stretches between sentence ends (。！？； and line ends), the ending mark left out."""
        out: list[TextSpan] = []
        start = 0
        for position, char in enumerate(self.text):
            if char in _SENTENCE_ENDS:
                if position > start:
                    out.append(TextSpan(start=start, end=position))
                start = position + 1
        if start < len(self.text):
            out.append(TextSpan(start=start, end=len(self.text)))
        return tuple(out)

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def sentence_at(self, position: int) -> TextSpan | None:
        """The sentence that holds ``position``, or None where it is an ending mark."""
        index = bisect_right(self._sentence_starts, position) - 1
        if index < 0:
            return None
        found = self.sentences[index]
        return found if position < found.end else None

    def before(self, position: int, count: int) -> str:
        """Up to ``count`` code points before ``position``."""
        return self.text[max(0, position - count) : position]

    def after(self, position: int, count: int) -> str:
        """Up to ``count`` code points from ``position`` on."""
        return self.text[position : position + count]

    # -- views that see through disguises ------------------------------------------------------

    @cached_property
    def compact(self) -> Folded:
        """The text without white space, hyphens and zero-width characters, with the way back.

        ``compact.origin`` gives positions of the normalised text.
        """
        return fold(self.text)

    @cached_property
    def flow(self) -> Flow:
        """The text as it is read: wrapped lines joined, stray spaces gone, with the way back."""
        source = self.extracted.text
        wide = frozenset(
            position
            for position, origin in enumerate(self.normalized.origin)
            if source[origin] == "\u3000"
        )
        return read_flow(self.text, wide=wide)

    @cached_property
    def numbers(self) -> tuple[NumberRun, ...]:
        """Every stretch of seven or more digits, however written or broken."""
        return number_runs(self.text)

    # -- blocks --------------------------------------------------------------------------------

    def from_extracted(self, span: TextSpan) -> TextSpan | None:
        """The range of the normalised text that came from ``span`` of the extracted text."""
        origin = self.normalized.origin
        start = bisect_left(origin, span.start)
        end = bisect_left(origin, span.end)
        return TextSpan(start=start, end=end) if end > start else None

    @cached_property
    def hidden(self) -> tuple[tuple[TextSpan, Block], ...]:
        """Ranges that no published copy may hold (comments, deletions, hidden text) and blocks."""
        return tuple(self._hidden())

    def _hidden(self) -> Iterator[tuple[TextSpan, Block]]:
        for block in self.extracted.blocks:
            if block.kind in UNPUBLISHED_KINDS:
                span = self.from_extracted(block.span)
                if span is not None:
                    yield span, block

    def is_hidden(self, position: int) -> bool:
        """Whether ``position`` stands in the annex of unpublished text."""
        index = bisect_right(self._hidden_starts, position) - 1
        return index >= 0 and position < self.hidden[index][0].end

    @cached_property
    def _hidden_starts(self) -> list[int]:
        return [span.start for span, _ in self.hidden]


class Recognizer(Protocol):
    """Finds mentions of one kind in a document.

    ``name`` and ``version`` go into every finding's evidence. ``find`` reads the context only, in
    any order, and yields candidates in normalised positions; it may yield overlapping ones.
    """

    @property
    def name(self) -> str:
        """Stable id, e.g. "identity"."""
        ...

    @property
    def version(self) -> str:
        """Raised whenever the rules change."""
        ...

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of this kind in the document."""
        ...
