"""Sentences weighed for what they tell: shared by the recognisers of passages."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.findings import FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict

_PERSONAL = frozenset({FindingType.PERSON, FindingType.MINOR, FindingType.ID_CARD})
# Numbering and a short label before what a sentence says.
_OPENING = re.compile(
    r"\s*(?:(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2}|\(?[一二三四五六七八九十0-9]{1,2}\))\s?[、.．)]?\s?)?"
    r"(?:[\u4e00-\u9fff/]{2,12}[:：]\s?)?"
)
# A person named at most this far into a clause stands at its start ("3.", "驾驶员").
_REACH_OF_TITLE = 6
_EDGES = " \t\n、,，:：·-—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A family of words that mean the same for a decision; ``weight`` counts once a sentence."""

    name: str
    weight: int
    words: re.Pattern[str]


def cue(name: str, weight: int, words: str) -> Cue:
    """A cue from a pattern over flow text."""
    return Cue(name=name, weight=weight, words=re.compile(words))


def weigh(text: str, cues: Iterable[Cue]) -> tuple[int, tuple[str, ...]]:
    """The sum of the weights of the cues that ``text`` holds, and their names."""
    held = [c for c in cues if c.words.search(text)]
    return sum(c.weight for c in held), tuple(c.name for c in held)


class Persons:
    """Where persons stand in the flow text, for asking who is near."""

    def __init__(self, ctx: ScreeningContext) -> None:
        flow = ctx.flow
        self._ends = {
            flow.position(m.span.start): flow.position(m.span.end)
            for m in ctx.mentions
            if m.type in _PERSONAL
        }
        self._starts = sorted(self._ends)

    def beyond(self, start: int, end: int) -> int:
        """Where a range begins once a person named at its very start is left out.

        A name is decided by its part, not by what is told of the person behind it.
        """
        index = bisect_left(self._starts, start)
        if index < len(self._starts) and self._starts[index] - start <= _REACH_OF_TITLE:
            stop = self._ends[self._starts[index]]
            if stop < end:
                return stop
        return start

    def between(self, start: int, end: int) -> bool:
        """Whether a person is named in a range of the flow text."""
        index = bisect_left(self._starts, start)
        return index < len(self._starts) and self._starts[index] < end


def paragraph_start(text: str, position: int) -> int:
    """Where the paragraph or table row of a flow position begins."""
    return text.rfind("\n", 0, position) + 1


def paragraph_end(text: str, position: int) -> int:
    """Where the paragraph or table row of a flow position ends."""
    found = text.find("\n", position)
    return len(text) if found < 0 else found


def beyond_opening(text: str, start: int, end: int) -> int:
    """Where a sentence begins after its numbering and label."""
    match = _OPENING.match(text, start, end)
    begin = match.end() if match else start
    return begin if begin < end else start


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The range without white space and separators at its edges, or None where none is left."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return (start, end) if end > start else None


def joined(text: str, ranges: Iterable[tuple[int, int]], *, gap: str) -> list[tuple[int, int]]:
    """Ranges with those made one between which at most two characters of ``gap`` stand."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out:
            between = text[out[-1][1] : start]
            if start <= out[-1][1] or (len(between) <= 2 and all(char in gap for char in between)):
                out[-1] = (out[-1][0], max(end, out[-1][1]))
                continue
        out.append((start, end))
    return out


def candidates(
    ctx: ScreeningContext,
    ranges: Iterable[tuple[int, int]],
    *,
    kind: FindingType,
    score: float,
    pattern: str,
    recognizer: str,
    version: str,
    verdict: Verdict,
) -> Iterator[Candidate]:
    """Candidates of one kind for ranges of the flow text, edges trimmed."""
    for start, end in ranges:
        edge = trimmed(ctx.flow.text, start, end)
        if edge is None:
            continue
        span: TextSpan = ctx.flow.unfold(*edge)
        yield Candidate(
            span=span,
            type=kind,
            score=score,
            pattern=pattern,
            recognizer=recognizer,
            version=version,
            verdict=verdict,
        )
