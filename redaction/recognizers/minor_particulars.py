"""Sex, age and school beside a child's name: what tells the child apart without the name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.findings import Action, FindingType
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.passages import candidates

_ADULT_AGE = 18
_PARTICULARS = re.compile(
    r"(?:(?:男|女|化名)[,，]\s?(?:[\u4e00-\u9fff]{1,5}族[,，]\s?)?)"
    r"(?:(?P<age>[0-9]{1,2}|[一二三四五六七八九十]{1,2})周?岁|(?P<year>20[0-9]{2})年(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?(?:出?生))"
    r"(?:[,，][^,，;；。\n]{0,16}?(?:小学|中学|中心校|学校|幼儿园|托育园|班|年级|休学)[^,，;；。\n]{0,10})?"
)
_CHINESE_AGE = {char: value for value, char in enumerate("一二三四五六七八九十", start=1)}
_PAPER_YEAR = re.compile(r"(20[0-9]{2})\s?年")
_REDACT = Verdict(
    action=Action.REDACT,
    rule="minor.particulars",
    reason="未成年人的年龄、学校等可识别信息应当遮盖（条例第十五条，个人信息保护法第二十八条）。",
)


class MinorParticularsRecognizer:
    """Particulars of persons under eighteen."""

    name = "minor_particulars"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type MINOR over sex, age and school, all to be redacted."""
        text = ctx.flow.text
        if "岁" not in text and "生" not in text:
            return
        latest = max((int(year) for year in _PAPER_YEAR.findall(text)), default=0)
        ranges = [
            match.span() for match in _PARTICULARS.finditer(text) if self._is_minor(match, latest)
        ]
        yield from candidates(
            ctx,
            ranges,
            kind=FindingType.MINOR,
            score=0.75,
            pattern="minor.particulars",
            recognizer=self.name,
            version=self.version,
            verdict=_REDACT,
        )

    def _is_minor(self, match: re.Match[str], latest: int) -> bool:
        age, year = match.group("age"), match.group("year")
        if age is not None:
            years = int(age) if age.isdigit() else sum(_CHINESE_AGE[char] for char in age)
            return years < _ADULT_AGE
        return bool(latest) and 0 <= latest - int(year) < _ADULT_AGE
