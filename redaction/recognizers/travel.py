"""Passports and permits for travel between the mainland, Hong Kong, Macao and Taiwan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.labels import labelled

_WORDS = re.compile(r"护照|通行证|回乡证|台胞证|旅行证|入出境|出入境|出境|入境|居留")
_LABELLED = re.compile(
    r"(?:护照|通行证|回乡证|台胞证|旅行证|居留许可|居留证|入出境许可证)(?:证件)?(?:号码?|编号)?[^0-9A-Za-z。;\n]{0,8}?"
    r"(?P<id>(?<![0-9A-Za-z])(?=(?:[A-Z0-9\s\-]*[0-9]){5})[A-Z0-9](?:[ \-\n]?[A-Z0-9]){5,9}"
    r"(?![0-9A-Za-z]))",
    re.IGNORECASE,
)
# The mainland's own forms: passport E/G/D/S/P, permits C/W, home-return permits H/M.
_FORM = re.compile(
    r"(?<![0-9A-Za-z])(?:[EGDSP][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[CW][0-9]{8}|[CW][A-Z][0-9]{7}"
    r"|[HM][0-9]{8}(?:[0-9]{2})?)(?![0-9A-Za-z])"
)
_PAPERS = re.compile(r"证件|身份证|护照|通行证")
_OTHER_LABEL = re.compile(r"编号|单号|型号|规格|批号|项目|合同|流水|设备|出厂|图号|学籍|证书|牌号")
_REDACT = Verdict(
    action=Action.REDACT,
    rule="passport.redact",
    reason="护照、通行证号码属于个人隐私，应当遮盖（条例第十五条）。",
)


class TravelDocumentRecognizer:
    """Numbers of passports and permits, by label or by form in a paper that speaks of travel."""

    name = "travel"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type PASSPORT, all to be redacted."""
        travels = _WORDS.search(ctx.text) is not None
        if travels:
            yield from self._labelled(ctx)
        elif _PAPERS.search(ctx.text) is None:
            return
        for match in _FORM.finditer(ctx.text):
            if _OTHER_LABEL.search(ctx.before(match.start(), 8)):
                continue
            if travels or labelled(ctx, match.start(), _PAPERS):
                yield self._make(match.start(), match.end(), "passport.form", 0.75)

    def _labelled(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        flow = ctx.flow
        for match in _LABELLED.finditer(flow.text):
            span = flow.unfold(match.start("id"), match.end("id"))
            yield self._make(span.start, span.end, "passport.labelled", 0.9)

    def _make(self, start: int, end: int, pattern: str, score: float) -> Candidate:
        return Candidate(
            span=TextSpan(start=start, end=end),
            type=FindingType.PASSPORT,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            verdict=_REDACT,
        )
