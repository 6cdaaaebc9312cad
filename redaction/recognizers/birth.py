"""Dates on which a person was born."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.identity import is_plausible
from redaction.recognizers.labels import caption
from redaction.recognizers.numbers import number_runs

_YEAR = r"(?:1[89]|20)\s?[0-9]\s?[0-9]"
_CHINESE_YEAR = r"[一二][九〇零○OoO0][〇零○OoO0一二三四五六七八九]{2}"
_DATE = (
    rf"(?:{_YEAR}|{_CHINESE_YEAR})\s?(?:年\s?(?:[0-9]\s?[0-9]?|[一二三四五六七八九十]{{1,2}}|[正冬腊])\s?月"
    r"(?:\s?(?:[0-9]\s?[0-9]?|[一二三四五六七八九十廿初]{1,3})\s?[日号])?"
    r"|\s?[.\-/]\s?[0-9]\s?[0-9]?(?:\s?[.\-/]\s?[0-9]\s?[0-9]?)?)"
)
_BORN_AFTER = re.compile(
    rf"(?P<date>{_DATE})\s?(?:\([^()]{{0,8}}\))?\s?(?:左右|前后)?(?:出\s?生|生(?=[,，。.;；、)）\s\"”]|$|于|人))"
)
_BORN_BEFORE = re.compile(
    rf"(?:出\s?生\s?(?:日期|年月日?|时间|日)?|生\s?于|生\s?日|诞生于|生辰)[^0-9一二\n。;,，、]{{0,4}}(?P<date>{_DATE})"
)
_COMPACT = re.compile(
    r"(?:出\s?生\s?(?:日期|年月日?|时间)?|生日)[^0-9\n。;]{0,4}(?P<date>(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-3][0-9])?)(?![0-9])"
)
_DOTTED = re.compile(
    r"(?<![0-9.])(?:1\s?9|2\s?0)\s?[0-9]\s?[0-9]\s?[.\-/年]\s?[0-9]\s?[0-9]?(?:\s?[.\-/月]\s?[0-9]\s?[0-9]?\s?日?)?"
)
_NOT_A_PERSON = re.compile(r"公司|企业|机构|工厂|设备")
_FOUNDLING = re.compile(r"弃婴|弃儿|捡拾|寻亲|福利院")

_REDACT = Verdict(
    action=Action.REDACT,
    rule="birth.redact",
    reason="出生日期属于个人隐私，应当遮盖（条例第十五条）。",
)
_KEEP_FOUNDLING = Verdict(
    action=Action.KEEP,
    rule="birth.foundling",
    reason="寻亲公告依法须载明儿童基本情况，保留（条例第二十条第十五项）。",
)


class BirthRecognizer:
    """Dates that a paper calls somebody's birth, and dates that an identity number repeats."""

    name = "birth"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type BIRTH_DATE."""
        text = ctx.text
        verdict = self._verdict(ctx)
        yield from self._repeated(ctx, verdict)
        if "生" not in text:
            return
        for pattern in (_BORN_AFTER, _BORN_BEFORE, _COMPACT):
            for match in pattern.finditer(text):
                if not _NOT_A_PERSON.search(ctx.before(match.start(), 4)):
                    yield self._make(match.start("date"), match.end("date"), "birth", 0.9, verdict)
        yield from self._columns(ctx, verdict)

    def _make(
        self, start: int, end: int, pattern: str, score: float, verdict: Verdict
    ) -> Candidate:
        return Candidate(
            span=TextSpan(start=start, end=end),
            type=FindingType.BIRTH_DATE,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            verdict=verdict,
        )

    def _verdict(self, ctx: ScreeningContext) -> Verdict:
        head = ctx.text[:600]
        return _KEEP_FOUNDLING if _FOUNDLING.search(head) and "公告" in head else _REDACT

    def _columns(self, ctx: ScreeningContext, verdict: Verdict) -> Iterator[Candidate]:
        if "出生" not in ctx.text or "\t" not in ctx.text:
            return
        for match in re.finditer(r"(?<=\t)(?:19|20)[0-9]{2}[^\t\n]{0,10}(?=[\t\n]|$)", ctx.text):
            if re.search(r"出生|生日", caption(ctx, match.start())):
                yield self._make(match.start(), match.end(), "birth.column", 0.9, verdict)

    def _repeated(self, ctx: ScreeningContext, verdict: Verdict) -> Iterator[Candidate]:
        """Dates beside an identity number whose birth date they repeat."""
        holders = {
            ctx.line_at(number.span.start).index
            for run in ctx.numbers
            for number in run.numbers(frozenset({17, 18}))
        }
        for line in (ctx.lines[index] for index in sorted(holders)):
            reach = ctx.text[line.start : min(line.end + 8, len(ctx.text))]
            dates = list(_DOTTED.finditer(ctx.line_text(line)))
            if not dates:
                continue
            births = {
                number.digits[6:14]
                for run in number_runs(reach)
                for number in run.numbers(frozenset({17, 18}))
                if is_plausible(number.digits)
                and not re.search(r"编号|号[:(]?$", reach[: number.span.start][-8:])
            }
            for match in dates:
                digits = [part.replace(" ", "") for part in re.split(r"[.\-/年月]", match.group())]
                wanted = digits[0] + "".join(part.strip("日 ").zfill(2) for part in digits[1:])
                if len(wanted) >= 6 and any(birth.startswith(wanted) for birth in births):
                    yield self._make(
                        line.start + match.start(),
                        line.start + match.end(),
                        "birth.repeated",
                        0.85,
                        verdict,
                    )
