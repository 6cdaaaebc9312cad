"""What is to be removed from a text: from a decision, from suggestions, or from given strings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from domain.decisions import Decision
from domain.documents import ExtractedText, UnreadableRegion
from domain.errors import DigestMismatch, UndecidedFinding
from domain.findings import Action, Category, Finding, FindingType
from domain.publication import Mark, RedactionPlan, RegionMark
from domain.spans import Rect, TextSpan
from redaction.masking import REDACTED, marks
from redaction.matching import find, fold
from redaction.policy import Policy

STRINGS_VERSION = "strings"
# a list of strings says nothing of why: no ground is shown
STRINGS_GROUND = ""

_PERSONS = frozenset({FindingType.PERSON, FindingType.MINOR})
_PASSAGES = frozenset(
    {FindingType.SECRET_CONTENT, FindingType.WORK_SECRET, FindingType.TRADE_SECRET}
)
_REGION = re.compile(r"region:([0-9]{1,6})")
_CONFLICT_MESSAGE = "同一内容在一处选择保留、在另一处选择遮盖，遮盖将失去作用。请统一选择后再提交。"


def plan_from_decision(
    extracted: ExtractedText,
    findings: Sequence[Finding],
    decision: Decision,
    policy: Policy,
) -> RedactionPlan:
    """The plan that a reviewer's decision asks for, and nothing a person did not decide.

    Findings in what is never published (comments, deletions) need no verdict.
    A masked string is masked wherever else it stands unless a person kept that mention. A name may
    be kept in one role and masked in another; a number may not.

    Raises:
        DigestMismatch: if decision or findings belong to another text, or a verdict to no finding.
        UndecidedFinding: if a finding has no verdict or two; code ``conflict`` if the same number
            or passage is both kept and masked.
    """
    _check_digests(extracted, findings, decision.text_digest)
    verdicts = _verdicts(extracted, decision, findings)
    redacted = {id_ for id_, action in verdicts.items() if action is Action.REDACT}
    given = marks(extracted, findings, redacted, policy)
    kept = [f for f in findings if verdicts.get(f.id) is Action.KEEP]
    spread = _spread(extracted, given, kept)
    _refuse_conflicts(extracted, spread, kept)
    kept_regions = {f.id for f in kept}
    return RedactionPlan(
        text_digest=extracted.digest,
        marks=spread,
        policy_version=policy.version,
        regions=(
            *_unreadable(extracted, findings, kept_regions, policy),
            *(_covered(rect, policy) for rect in decision.regions),
        ),
    )


def suggested_plan(
    extracted: ExtractedText,
    findings: Sequence[Finding],
    policy: Policy,
    *,
    overruled: Mapping[str, Action] | None = None,
    regions: Sequence[RegionMark] = (),
) -> RedactionPlan:
    """The plan where nobody decided each finding: suggestions apply, must_decide is masked.

    ``overruled`` holds a person's choices by finding id, ``regions`` those on boxes. What cannot be
    read is covered unless one of ``regions`` lets it stand. A number masked anywhere is masked
    everywhere.

    Raises:
        DigestMismatch: if findings belong to another text.
    """
    _check_digests(extracted, findings, extracted.digest)
    chosen = {f.id: f.action for f in findings} | dict(overruled or {})
    redacted = {id_ for id_, action in chosen.items() if action is not Action.KEEP}
    given = marks(extracted, findings, redacted, policy)
    people = [
        f
        for f in findings
        if chosen[f.id] is Action.KEEP and (f.type in _PERSONS or f.id in (overruled or {}))
    ]
    covered = _unreadable(extracted, findings, (), policy)
    return RedactionPlan(
        text_digest=extracted.digest,
        marks=_spread(extracted, given, people),
        policy_version=policy.version,
        regions=(*(_settled(region, regions) for region in covered), *regions),
    )


def strings_plan(extracted: ExtractedText, strings: Sequence[str]) -> RedactionPlan:
    """The plan that removes exactly ``strings``, wherever they stand and in any disguise.

    What cannot be read is covered too: nobody can tell that the strings are not in it.
    """
    spans = find(extracted.text, strings)
    return RedactionPlan(
        text_digest=extracted.digest,
        marks=tuple(
            Mark(
                span=span,
                type=FindingType.WORK_SECRET,
                replacement=REDACTED,
                ground=STRINGS_GROUND,
            )
            for span in spans
        ),
        policy_version=STRINGS_VERSION,
        regions=tuple(
            RegionMark(ground=STRINGS_GROUND, rect=r.rect, part=r.part, node=r.node)
            for r in extracted.unreadable
        ),
    )


def _check_digests(extracted: ExtractedText, findings: Iterable[Finding], digest: str) -> None:
    if digest != extracted.digest or any(f.text_digest != digest for f in findings):
        raise DigestMismatch


def _verdicts(
    extracted: ExtractedText, decision: Decision, findings: Sequence[Finding]
) -> Mapping[str, Action]:
    out: dict[str, Action] = {}
    for verdict in decision.verdicts:
        if out.setdefault(verdict.finding_id, verdict.action) is not verdict.action:
            raise UndecidedFinding
    if set(out) - {finding.id for finding in findings}:
        # a verdict on something this text does not hold: the person saw another text
        raise DigestMismatch
    if any(f.id not in out for f in findings if not _is_hidden(f, extracted)):
        raise UndecidedFinding
    return out


def _is_hidden(finding: Finding, extracted: ExtractedText) -> bool:
    place = finding.location
    return isinstance(place, TextSpan) and any(
        span.contains(place) for span in extracted.hidden_spans
    )


def _spread(
    extracted: ExtractedText, given: Sequence[Mark], kept: Sequence[Finding]
) -> tuple[Mark, ...]:
    """The marks, and their strings wherever else they stand outside what is kept."""
    taken = [f.location for f in kept if isinstance(f.location, TextSpan)]
    taken += [*(mark.span for mark in given), *extracted.hidden_spans]
    out = list(given)
    done: set[str] = set()
    for mark in given:
        string = mark.span.cut(extracted.text)
        folded = fold(string).text
        if folded in done or not _is_unmistakable(folded, mark.type):
            continue
        done.add(folded)
        for span in find(extracted.text, (string,)):
            if not any(span.overlaps(other) for other in taken):
                taken.append(span)
                out.append(
                    Mark(
                        span=span,
                        type=mark.type,
                        replacement=mark.replacement,
                        ground=mark.ground,
                    )
                )
    return tuple(sorted(out, key=lambda m: m.span))


def _is_unmistakable(folded: str, kind: FindingType) -> bool:
    """Whether the string can hardly mean anything else where it stands again."""
    digits = sum(char.isdigit() for char in folded)
    if digits >= 5 and len(folded) >= 6:
        return True
    if kind in _PERSONS:
        return len(folded) >= 3
    if kind is FindingType.ADDRESS:
        return digits > 0 and len(folded) >= 6
    if kind is FindingType.EMAIL:
        return "@" in folded
    return kind in _PASSAGES and len(folded) >= 10


def _refuse_conflicts(
    extracted: ExtractedText, given: Sequence[Mark], kept: Sequence[Finding]
) -> None:
    masked = {
        fold(m.span.cut(extracted.text)).text: m.type for m in given if m.type not in _PERSONS
    }
    certain = [s for s, kind in masked.items() if _is_unmistakable(s, kind)]
    for finding in kept:
        if not isinstance(finding.location, TextSpan) or _is_hidden(finding, extracted):
            continue
        shown = fold(finding.location.cut(extracted.text)).text
        if any(string in shown for string in certain):
            raise UndecidedFinding(_CONFLICT_MESSAGE, code="conflict")


def _unreadable(
    extracted: ExtractedText,
    findings: Sequence[Finding],
    kept_ids: Collection[str],
    policy: Policy,
) -> tuple[RegionMark, ...]:
    """A mark for every unreadable region: kept only if the finding on it was."""
    by_number = {_region_number(f): f for f in findings if f.type is FindingType.UNREADABLE}
    out: list[RegionMark] = []
    for number, region in enumerate(extracted.unreadable):
        finding = by_number.get(number)
        keep = finding is not None and finding.id in kept_ids
        category = Category.PRIVATE if finding is None else finding.category
        out.append(_region(region, policy.ground(category), keep=keep))
    return tuple(out)


def _region_number(finding: Finding) -> int | None:
    """Which of the text's unreadable regions a finding is about."""
    found = _REGION.fullmatch(finding.evidence.pattern)
    return int(found[1]) if found else None


def _region(region: UnreadableRegion, ground: str, *, keep: bool) -> RegionMark:
    return RegionMark(
        ground=ground, rect=region.rect, part=region.part, node=region.node, keep=keep
    )


def _settled(region: RegionMark, chosen: Sequence[RegionMark]) -> RegionMark:
    keep = region.rect is not None and any(c.keep and c.rect == region.rect for c in chosen)
    return RegionMark(
        ground=region.ground, rect=region.rect, part=region.part, node=region.node, keep=keep
    )


def _covered(rect: Rect, policy: Policy) -> RegionMark:
    return RegionMark(ground=policy.ground(Category.PRIVATE), rect=rect)
