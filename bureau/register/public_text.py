"""Titles and summaries as the public may read them: masked like the copy, and proven so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.documents import ExtractedText
from domain.errors import LeakFound
from domain.findings import Action, Finding, FindingType
from domain.publication import RedactionPlan
from domain.spans import TextSpan
from redaction.matching import find, fold

SUMMARY_CHARS = 100
_BLANK = "▇▇▇"
_SOMEBODY = "某某"
_TITLE_LINES = 30
_SHORTEST = 2
_SHORTEST_HIDDEN = 4


def plan_secrets(
    extracted: ExtractedText, plan: RedactionPlan, published_text: str
) -> dict[str, str]:
    """Every string that the plan removes, with what stands in its place; hidden lines with a blank.

    A hidden line (comment, metadata) that the copy also shows in the open is no secret. Never store
    or log the result.
    """
    removed = {mark.span.cut(extracted.text): mark.replacement for mark in plan.marks}
    shown = fold(published_text).text
    for span in extracted.hidden_spans:
        for line in span.cut(extracted.text).splitlines():
            folded = fold(line).text
            if len(folded) >= _SHORTEST_HIDDEN and folded not in shown:
                removed.setdefault(line, _BLANK)
    return _telling(removed)


def finding_secrets(
    extracted: ExtractedText, findings: Sequence[Finding], kept: frozenset[str]
) -> dict[str, str]:
    """Every string found that no person decided to keep; for titles listed without their file.

    ``kept`` are ids of findings with a verdict to keep. A machine's keep counts as kept.
    """
    removed: dict[str, str] = {}
    for finding in findings:
        if not isinstance(finding.location, TextSpan):
            continue
        if finding.id in kept or finding.action is Action.KEEP:
            continue
        blank = _SOMEBODY if finding.type is FindingType.PERSON else _BLANK
        removed[finding.location.cut(extracted.text)] = blank
    return _telling(removed)


def _telling(removed: Mapping[str, str]) -> dict[str, str]:
    # a single character or mere punctuation stands everywhere and tells nothing
    return {
        s: r
        for s, r in removed.items()
        if len(folded := fold(s).text) >= _SHORTEST and any(c.isalnum() for c in folded)
    }


def masked(text: str, secrets: Mapping[str, str]) -> str:
    """``text`` with every removed string replaced, in whatever disguise it stands there."""
    for secret in sorted(secrets, key=len, reverse=True):
        for span in reversed(find(text, [secret])):
            text = text[: span.start] + secrets[secret] + text[span.end :]
    return text


def require_clean(texts: Sequence[str], secrets: Mapping[str, str]) -> None:
    """Passes if none of ``texts`` holds a removed string.

    Raises:
        LeakFound: otherwise.
    """
    if find("\n".join(texts), list(secrets)):
        raise LeakFound()


def summary_of(published_text: str, title: str) -> str:
    """内容概述: the beginning of the published copy's body, at most SUMMARY_CHARS characters."""
    lines = [" ".join(line.split()) for line in published_text.splitlines()]
    lines = [line for line in lines if line]
    wanted = fold(title).text
    body = lines
    for number in range(min(_TITLE_LINES, len(lines))):
        # a title may run over several lines
        for height in (1, 2, 3, 4):
            if wanted and fold("".join(lines[number : number + height])).text == wanted:
                body = lines[number + height :]
                break
        if body is not lines:
            break
    while len(body) > 1 and body[0].endswith(("：", ":")):
        body = body[1:]
    text = " ".join(body)
    return text if len(text) <= SUMMARY_CHARS else text[: SUMMARY_CHARS - 1] + "…"
