"""Everything a document holds that somebody must look at before it is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from domain.documents import ExtractedText, NormalizedText, Tokens
from domain.findings import Action, Category, Evidence, Finding, FindingType, finding_id
from domain.spans import Rect, TextSpan
from redaction import roles
from redaction.matching import fold
from redaction.policy import Policy
from redaction.recognizers.accounts import AccountRecognizer
from redaction.recognizers.addresses import AddressRecognizer
from redaction.recognizers.base import Candidate, Recognizer, ScreeningContext, Verdict
from redaction.recognizers.birth import BirthRecognizer
from redaction.recognizers.contact import ContactRecognizer
from redaction.recognizers.coordinates import CoordinateRecognizer
from redaction.recognizers.family import FamilyRecognizer
from redaction.recognizers.health import HealthRecognizer
from redaction.recognizers.identity import IdentityRecognizer
from redaction.recognizers.minor_particulars import MinorParticularsRecognizer
from redaction.recognizers.names import NameRecognizer
from redaction.recognizers.ner import NameModel
from redaction.recognizers.phones import PhoneRecognizer
from redaction.recognizers.secrecy import SecrecyMarkRecognizer
from redaction.recognizers.trade import TradeRecognizer
from redaction.recognizers.travel import TravelDocumentRecognizer
from redaction.recognizers.vehicles import VehicleRecognizer
from redaction.recognizers.work import WorkRecognizer

VERSION = "screening-1"

# Numbers, addresses and marks: what can be read without knowing who is meant.
_NUMBERS: tuple[Recognizer, ...] = (
    IdentityRecognizer(),
    PhoneRecognizer(),
    ContactRecognizer(),
    AccountRecognizer(),
    VehicleRecognizer(),
    TravelDocumentRecognizer(),
    BirthRecognizer(),
    CoordinateRecognizer(),
    AddressRecognizer(),
    SecrecyMarkRecognizer(),
)
# Looked for last: a clause is private only beside a person, a number or a mark.
_PASSAGES: tuple[Recognizer, ...] = (
    HealthRecognizer(),
    FamilyRecognizer(),
    MinorParticularsRecognizer(),
    TradeRecognizer(),
    WorkRecognizer(),
)

# One stretch of text can be only one of these.
_EXCLUSIVE = frozenset(
    {
        FindingType.ID_CARD,
        FindingType.PHONE,
        FindingType.BANK_CARD,
        FindingType.EMAIL,
        FindingType.PLATE,
        FindingType.PASSPORT,
        FindingType.WECHAT_QQ,
        FindingType.BIRTH_DATE,
        FindingType.USCC,
        FindingType.COORDINATES,
    }
)
_PERSONS = frozenset({FindingType.PERSON, FindingType.MINOR})
# Found again wherever the same characters stand.
_PROPAGATED = frozenset(
    {
        FindingType.ID_CARD,
        FindingType.PHONE,
        FindingType.BANK_CARD,
        FindingType.EMAIL,
        FindingType.PLATE,
        FindingType.PASSPORT,
        FindingType.WECHAT_QQ,
        FindingType.ADDRESS,
    }
)
_SHORTEST_PROPAGATED = 6
_STRICTNESS = {Action.KEEP: 0, Action.MUST_DECIDE: 1, Action.REDACT: 2}
_HIDDEN = Verdict(
    action=Action.REDACT,
    rule="annex",
    reason="位于批注、修订、隐藏文字或者文档属性中，不随公开文本发布。",
)
_UNREADABLE = Verdict(
    action=Action.MUST_DECIDE,
    rule="unreadable",
    reason="图片、印章或者无法读取的区域，须由人工查看后决定（条例第十七条）。",
)


def screen(
    extracted: ExtractedText,
    normalized: NormalizedText,
    tokens: Tokens,
    *,
    document_kind: str,
    policy: Policy,
    names: NameModel | None,
) -> tuple[Finding, ...]:
    """All findings in a fixed order: by place in the text, then the unreadable regions.

    Passages may hold names and numbers; numbers never overlap one another. Every finding says by
    which rule its action was chosen. ``names`` None = persons by rules alone.
    """
    ctx = ScreeningContext(
        extracted=extracted,
        normalized=normalized,
        tokens=tokens,
        document_kind=document_kind,
    )
    first = _settled(_run(ctx, (*_NUMBERS, NameRecognizer(names))))
    ctx.mentions = first
    found = _settled((*first, *_run(ctx, _PASSAGES)))
    decided = [_decided(ctx, candidate, policy) for candidate in found]
    decided = _alike(ctx, [*decided, *_propagated(ctx, decided)])
    located = [_finding(ctx, candidate) for candidate in _ordered(decided)]
    return (*_distinct(located), *_regions(extracted))


def _run(ctx: ScreeningContext, recognizers: Iterable[Recognizer]) -> list[Candidate]:
    return [candidate for recognizer in recognizers for candidate in recognizer.find(ctx)]


# -- overlaps ----------------------------------------------------------------------------------


def _settled(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Candidates without doubles: one reading for each number, one passage for each stretch."""
    numbers: list[Candidate] = []
    others: dict[FindingType, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.type in _EXCLUSIVE:
            numbers.append(candidate)
        else:
            others[candidate.type].append(candidate)
    settled = _exclusive(numbers)
    for kind, group in others.items():
        settled += group if kind in _PERSONS else _united(group)
    return tuple(_ordered(settled))


def _ordered(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda c: (c.span.start, -c.span.end, c.type.value, c.pattern))


def _exclusive(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The surest of candidates that overlap; of equally sure ones the longer."""
    chosen: list[Candidate] = []
    taken = bytearray(max((c.span.end for c in candidates), default=0))
    ranked = sorted(
        candidates, key=lambda c: (-c.score, -c.span.length, c.span.start, c.type.value)
    )
    for candidate in ranked:
        span = candidate.span
        if 1 not in taken[span.start : span.end]:
            _cover(taken, span)
            chosen.append(candidate)
    return chosen


def _united(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Overlapping candidates of one type and one verdict become one; the stricter verdict wins."""
    out: list[Candidate] = []
    for candidate in _ordered(candidates):
        if out and out[-1].span.overlaps(candidate.span):
            out[-1] = _joined(out[-1], candidate)
        else:
            out.append(candidate)
    return out


def _joined(left: Candidate, right: Candidate) -> Candidate:
    leading = max((left, right), key=lambda c: (_strictness(c.verdict), c.score, c is left))
    span = TextSpan(
        start=min(left.span.start, right.span.start), end=max(left.span.end, right.span.end)
    )
    return replace(leading, span=span)


def _strictness(verdict: Verdict | None) -> int:
    return _STRICTNESS[verdict.action] if verdict is not None else 1


# -- verdicts ----------------------------------------------------------------------------------


def _decided(ctx: ScreeningContext, candidate: Candidate, policy: Policy) -> Candidate:
    """The candidate with its final verdict: rule, then policy; unpublished text is always cut."""
    if ctx.is_hidden(candidate.span.start) or ctx.is_hidden(candidate.span.end - 1):
        return replace(candidate, verdict=_HIDDEN, cues=(*candidate.cues, "annex"))
    verdict = candidate.verdict
    if verdict is None and candidate.type in _PERSONS:
        decision = roles.decide(candidate, ctx)
        verdict = decision.verdict
    return replace(candidate, verdict=policy.verdict(candidate.type, ctx.document_kind, verdict))


def _alike(ctx: ScreeningContext, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The same number gets the same verdict at all its places: the strictest of them.

    A number masked in one line and shown in the next is not masked.
    """
    strictest: dict[tuple[FindingType, str], Verdict] = {}
    for candidate in candidates:
        key = _key(ctx, candidate)
        if key is None or candidate.verdict is None or "annex" in candidate.cues:
            continue
        known = strictest.get(key)
        if known is None or _strictness(candidate.verdict) > _strictness(known):
            strictest[key] = candidate.verdict
    return [
        replace(candidate, verdict=strictest[key])
        if (key := _key(ctx, candidate)) in strictest and "annex" not in candidate.cues
        else candidate
        for candidate in candidates
    ]


def _key(ctx: ScreeningContext, candidate: Candidate) -> tuple[FindingType, str] | None:
    if candidate.type not in _PROPAGATED or "masked" in candidate.cues:
        return None
    return candidate.type, fold(candidate.span.cut(ctx.text)).text


def _propagated(ctx: ScreeningContext, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Further places of what is to be removed, in any disguise, that no recogniser found."""
    covered: dict[FindingType, bytearray] = defaultdict(lambda: bytearray(len(ctx.text)))
    wanted: dict[str, Candidate] = {}
    for candidate in candidates:
        _cover(covered[candidate.type], candidate.span)
        removed = candidate.verdict is not None and candidate.verdict.action is not Action.KEEP
        key = _key(ctx, candidate)
        if removed and key is not None and len(key[1]) >= _SHORTEST_PROPAGATED:
            wanted.setdefault(key[1], candidate)
    for span, candidate in _places(ctx, wanted):
        places = covered[candidate.type]
        if 1 in places[span.start : span.end] or _continues(ctx.text, span):
            continue
        _cover(places, span)
        hidden = ctx.is_hidden(span.start)
        yield replace(
            candidate,
            span=span,
            pattern="propagated",
            cues=("annex",) if hidden else (),
            verdict=_HIDDEN if hidden else candidate.verdict,
        )


def _places(
    ctx: ScreeningContext, wanted: Mapping[str, Candidate]
) -> Iterator[tuple[TextSpan, Candidate]]:
    """Every place of a wanted string in the folded text; one pass however many are wanted."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for needle in wanted:
        lengths[needle[:_SHORTEST_PROPAGATED]].add(len(needle))
    longest_first = {head: sorted(found, reverse=True) for head, found in lengths.items()}
    text = ctx.compact.text if wanted else ""
    for start in range(len(text) - _SHORTEST_PROPAGATED + 1):
        for length in longest_first.get(text[start : start + _SHORTEST_PROPAGATED], ()):
            candidate = wanted.get(text[start : start + length])
            if candidate is not None:
                yield ctx.compact.unfold(start, start + length), candidate
                break


def _cover(places: bytearray, span: TextSpan) -> None:
    places[span.start : span.end] = b"\x01" * span.length


def _continues(text: str, span: TextSpan) -> bool:
    """Whether the stretch is a piece of a longer run of letters or digits."""
    before, first = text[span.start - 1 : span.start], text[span.start]
    last, after = text[span.end - 1], text[span.end : span.end + 1]
    return (_is_ascii_word(before) and _is_ascii_word(first)) or (
        _is_ascii_word(last) and _is_ascii_word(after)
    )


def _is_ascii_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


# -- findings ----------------------------------------------------------------------------------


def _finding(ctx: ScreeningContext, candidate: Candidate) -> Finding:
    span = ctx.normalized.to_extracted(candidate.span)
    digest = ctx.normalized.digest
    verdict = candidate.verdict or _UNREADABLE
    return Finding(
        id=finding_id(digest, candidate.type, span),
        text_digest=digest,
        location=span,
        type=candidate.type,
        category=candidate.interest,
        action=verdict.action,
        score=candidate.score,
        evidence=Evidence(
            recognizer=candidate.recognizer,
            version=candidate.version,
            pattern=candidate.pattern,
            checksum=candidate.checksum,
            cues=candidate.cues,
            role=verdict.rule,
            reason=verdict.reason,
        ),
    )


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with one id each; of two the stricter stays."""
    by_id: dict[str, Finding] = {}
    for finding in findings:
        known = by_id.get(finding.id)
        if known is None or _STRICTNESS[finding.action] > _STRICTNESS[known.action]:
            by_id[finding.id] = finding
    return tuple(by_id.values())


def _regions(extracted: ExtractedText) -> Iterator[Finding]:
    """One finding for each unreadable region, in the order of ``extracted.unreadable``.

    A picture of a format without pages gets an empty box on a "page" of its own number, so that
    ids stay distinct; ``evidence.pattern`` names the region's index.
    """
    digest = extracted.digest
    for index, region in enumerate(extracted.unreadable):
        rect = region.rect or Rect(page_index=index, x0=0.0, top=0.0, x1=0.0, bottom=0.0)
        yield Finding(
            id=f"{finding_id(digest, FindingType.UNREADABLE, rect)}-{index}",
            text_digest=digest,
            location=rect,
            type=FindingType.UNREADABLE,
            category=Category.PRIVATE,
            action=_UNREADABLE.action,
            score=1.0,
            evidence=Evidence(
                recognizer="screening",
                version=VERSION,
                pattern=f"region:{index}",
                cues=(region.reason,),
                role=_UNREADABLE.rule,
                reason=_UNREADABLE.reason,
            ),
        )
