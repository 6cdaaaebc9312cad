"""Geographic coordinates of a place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.findings import FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext

_DEGREES = (
    r"[0-9]{1,3}(?:\.[0-9]+)?\s?[°º度]\s?(?:[0-9]{1,2}(?:\.[0-9]+)?\s?['′’分]\s?)?"
    r"(?:[0-9]{1,2}(?:\.[0-9]+)?\s?(?:[\"″”秒]|''|′′)\s?)?"
)
_DMS = re.compile(
    rf"(?:东经|北纬|[EN])?\s?{_DEGREES}[ENen]?[,、;\s]{{0,3}}(?:东经|北纬|[EN])?\s?{_DEGREES}[ENen]?"
)
_DECIMAL = re.compile(
    r"(?:东经|[EＥ])?\s?1?[0-9]{2}\.[0-9]{3,8}\s?°?\s?[EＥ]?[,、;\s]{1,3}(?:北纬|[NＮ])?\s?[0-9]{2}\.[0-9]{3,8}\s?°?\s?[NＮ]?"
)
_CUE = re.compile(r"东经|北纬|经度|纬度|坐标|[0-9]\s?[EN]\b|°", re.ASCII)


class CoordinateRecognizer:
    """Pairs of longitude and latitude; the policy decides by kind of document."""

    name = "coordinates"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type COORDINATES without a verdict."""
        if _CUE.search(ctx.text) is None:
            return
        for name, pattern in (("coordinates.dms", _DMS), ("coordinates.decimal", _DECIMAL)):
            for match in pattern.finditer(ctx.text):
                piece = match.group().strip()
                if "°" in piece or "度" in piece:
                    if not re.search(r"[0-9]\s?['′’分]", piece) and "." not in piece:
                        continue
                elif not re.search(r"[EN东北]", piece) and not _CUE.search(
                    ctx.before(match.start(), 20)
                ):
                    continue
                start = match.start() + len(match.group()) - len(match.group().lstrip())
                yield Candidate(
                    span=TextSpan(start=start, end=start + len(piece)),
                    type=FindingType.COORDINATES,
                    score=0.8,
                    pattern=name,
                    recognizer=self.name,
                    version=self.version,
                )
