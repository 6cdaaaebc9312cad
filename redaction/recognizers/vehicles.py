"""Number plates (GA 36): ordinary, new energy, police, trailer, learner and embassy plates."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.findings import Action, FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SEPARATOR = r"[·.\s\-]{0,2}"
_PLATE = re.compile(
    rf"(?<![A-Za-z0-9])[{_PROVINCE}]\s?[A-HJ-NP-Zo-z]{_SEPARATOR}"
    rf"(?:(?:[0-9A-HJ-NP-Z][·.\s\-]?){{4}}(?:[0-9A-HJ-NP-Z]{{1,2}}|[学警港澳挂领试超]))"
    r"(?![0-9A-Za-z])"
)
_MASKED = re.compile(
    rf"[{_PROVINCE}][A-Z][·.\-]?[0-9A-Z]{{0,3}}[*×]{{2,5}}[0-9A-Z]{{0,3}}(?![0-9A-Za-z*])"
)
_OFFICIAL = re.compile(
    r"公务|执法|应急(?:保障)?(?:用)?车|应急\)|消防车|公车|警车|指挥车|工作用车|本局车辆|单位车辆|公共汽车|保留车辆"
)
_PRIVATE = re.compile(r"私家|私车|自用|自家|个人|驾驶|车主|所有人|名下|驾车|占用|停放|乱停|违停")
_BY_LAW = re.compile(r"认领|招领|领取|无主|暂扣|扣留|扣押|报废|注销|强制")
_NOT_A_PLATE = re.compile(r"(?:DB|GB|AQ|安许|证字)")

_REDACT = Verdict(
    action=Action.REDACT,
    rule="plate.private",
    reason="车辆号牌可以识别车主，应当遮盖（条例第十五条）。",
)
_KEEP_OFFICIAL = Verdict(
    action=Action.KEEP,
    rule="plate.official",
    reason="公务用车号牌接受社会监督，保留（条例第二十条）。",
)
_KEEP_BY_LAW = Verdict(
    action=Action.KEEP,
    rule="plate.notice",
    reason="依法公告须载明车辆号牌，保留（条例第二十条第十五项）。",
)
_KEEP_MASKED = Verdict(
    action=Action.KEEP,
    rule="plate.masked",
    reason="号牌已作遮盖，保留原样（个人信息保护法第六条）。",
)


class VehicleRecognizer:
    """Number plates in full or already masked."""

    name = "vehicles"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type PLATE with their verdicts."""
        for match in _PLATE.finditer(ctx.text):
            body = re.sub(r"[^0-9A-Z学警港澳挂领试超]", "", match.group()[1:])
            if sum(char.isdigit() for char in body) < 2 or len(body) not in (6, 7):
                continue
            if "\n" in match.group() and " " in match.group():
                continue
            if _NOT_A_PLATE.match(body[1:]):
                continue
            yield self._make(match, "plate", 0.9, self._verdict(ctx, match.start(), match.end()))
        if "*" in ctx.text or "×" in ctx.text:
            for match in _MASKED.finditer(ctx.text):
                yield self._make(match, "plate.masked", 0.8, _KEEP_MASKED)

    def _make(
        self, match: re.Match[str], pattern: str, score: float, verdict: Verdict
    ) -> Candidate:
        return Candidate(
            span=TextSpan(start=match.start(), end=match.end()),
            type=FindingType.PLATE,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            verdict=verdict,
        )

    def _verdict(self, ctx: ScreeningContext, start: int, end: int) -> Verdict:
        before = ctx.flow.before(start, 48)
        after = ctx.flow.after(end, 20)
        own = re.match(r"\s?\([^()]{1,16}\)", after)
        if own is not None:
            after = own.group()
        if _PRIVATE.search(before[-8:]) or _PRIVATE.search(after):
            return _REDACT
        if _OFFICIAL.search(after) or _OFFICIAL.search(before):
            return _KEEP_OFFICIAL
        head = ctx.flow.text[:400]
        if _BY_LAW.search(head) and re.search(r"公告|通告|启事", head) and "车" in head:
            return _KEEP_BY_LAW
        return _REDACT
