"""Marks of a state secret, and what a marked or citing paper says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.passages import candidates

_LEVEL = r"(?:绝\s*密|机\s*密|秘\s*密)"
_MARK = re.compile(
    rf"{_LEVEL}\s*[★☆✩*]\s*(?:(?:[0-9]\s*)+\s*(?:年|个?月|日)|长\s*期|启\s*用\s*前|公\s*布\s*前|解\s*密\s*前)?"
    r"(?:\s*[(（][0-9.\-年月日~—至]{4,40}[)）])?"
)
_BARE = re.compile(rf"^\s*(?P<mark>{_LEVEL})\s*$", re.MULTILINE)
_HEAD_LINES = 12
_QUOTED_BEFORE = re.compile(
    r"[“\"「『《‘'][^”\"」』》\n]{0,6}$|(?:例如|比如|如|如下|标注|标为|写成|形式为|格式为|组成)[:：,，]?\s?[“\"]?$"
)
_QUOTED_AFTER = re.compile(r"^[”\"」』’']")
_LIFTED = re.compile(r"原密级|原标|原定密级|解密|解除|作废|划线|划横线|划去|撤销密级")
_CITED = re.compile(
    rf"[\u4e00-\u9fff]{{2,14}}(?:密|机)?[发电字办]?〔[0-9]{{4}}〕(?:密|机)?[0-9]+号\s*[(（,，]?\s?{_LEVEL}级?[件)）]?"
)
_REDACT = Verdict(
    action=Action.REDACT,
    rule="secret.mark",
    reason="密级标志，所在文件涉及国家秘密，不得公开（条例第十四条，保密法第二十二条）。",
)
_KEEP_QUOTED = Verdict(
    action=Action.KEEP,
    rule="secret.mark_quoted",
    reason="作为示例引用的密级标志，不是本文件的密级（保密法第二十二条）。",
)
_KEEP_LIFTED = Verdict(
    action=Action.KEEP,
    rule="secret.mark_lifted",
    reason="密级已解除或者划线作废的标志，请核对解密依据（保密法第二十三条）。",
)
_CITATION = Verdict(
    action=Action.REDACT,
    rule="secret.cited",
    reason="引用涉密文件的标题、文号或者密级，应当送保密审查（保密法第十八条、第三十五条）。",
)


class SecrecyMarkRecognizer:
    """Marks with a level and a star, bare levels in the head, citations of marked papers."""

    name = "secrecy"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type SECRET_MARK, and SECRET_CONTENT for a citation."""
        text = ctx.text
        if "密" not in text:
            return
        yield from self._marks(ctx)
        flow = ctx.flow
        yield from candidates(
            ctx,
            [match.span() for match in _CITED.finditer(flow.text)],
            kind=FindingType.SECRET_CONTENT,
            score=0.7,
            pattern="secret.cited",
            recognizer=self.name,
            version=self.version,
            verdict=_CITATION,
        )

    def _marks(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        text = ctx.text
        for match in _MARK.finditer(text):
            if "*" in match.group() and "年" not in match.group() and "期" not in match.group():
                continue
            yield self._mark(ctx, match.start(), match.end(), "secret.mark", 0.95)
        head_end = ctx.lines[min(_HEAD_LINES, len(ctx.lines)) - 1].end
        for match in _BARE.finditer(text, 0, head_end):
            if not re.match(r"\s*[★☆✩*]", text[match.end("mark") :]):
                yield self._mark(ctx, match.start("mark"), match.end("mark"), "secret.bare", 0.85)

    def _mark(
        self, ctx: ScreeningContext, start: int, end: int, pattern: str, score: float
    ) -> Candidate:
        while end > start and ctx.text[end - 1].isspace():
            end -= 1
        return Candidate(
            span=TextSpan(start=start, end=end),
            type=FindingType.SECRET_MARK,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            verdict=self._verdict(ctx, start, end),
        )

    def _verdict(self, ctx: ScreeningContext, start: int, end: int) -> Verdict:
        before, after = ctx.before(start, 24), ctx.after(end, 24)
        if _QUOTED_BEFORE.search(before) or _QUOTED_AFTER.match(after.lstrip()):
            return _KEEP_QUOTED
        if _LIFTED.search(before) or _LIFTED.search("".join(after.split())):
            return _KEEP_LIFTED
        return _REDACT


def has_live_mark(ctx: ScreeningContext) -> bool:
    """Whether the paper carries a mark of its own that nobody lifted."""
    return any(
        mention.type is FindingType.SECRET_MARK
        and mention.verdict is not None
        and mention.verdict.action is Action.REDACT
        for mention in ctx.mentions
    )
