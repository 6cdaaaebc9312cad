"""Numbers that stand for a person: identity cards (also inside longer numbers), and 信用代码."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from domain.findings import Action, FindingType
from domain.resources import data_path
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.labels import caption, labelled, preceding
from redaction.recognizers.numbers import Number

# GB 11643-1999: weights of the first 17 digits and the check character of each remainder.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCE_CODES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 "
    "71 81 82 83"
)
_PROVINCES = frozenset(_PROVINCE_CODES.split())
_FIRST_YEAR, _LAST_YEAR = 1880, 2035

# GB 32100-2015: alphabet and weights of the 18-character unified social credit code.
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

ID_LABEL = re.compile(
    r"身份证件?(?:号码?|编号)?|公民身份号码?|身份号码?|证件号码?|证件编?号|证号"
    r"|残疾人?证号?|驾驶?证号?|学籍号|社保(?:卡|账)?号?|医保(?:卡|证)?号?|社会保障号码?"
)
_OTHER_LABEL = re.compile(
    r"信用代码|机构代码|注册号|执照|许可证|编号|单号|文号|流水|批次|订单|合同|发票|宗地|不动产|案号"
    r"|序列|车架|账号|帐号|卡号|代码|条码|金额|总价|计划|项目|执法证|期号|备案号|登记号|监管号|采购"
)
_ID_WORDS = re.compile(r"身份证|证件号|公民身份|身份号")
_USCC = re.compile(
    r"(?<![0-9A-Za-z])[1-9A-GNYa-gny][1-59](?:[ \-\n]?[0-9]){6}(?:[ \-\n]?[0-9A-Za-z]){10}"
    r"(?![0-9A-Za-z])"
)
_USCC_LABEL = re.compile(r"信用代码|机构代码|税务登记号|纳税人识别号")
_MASKED = re.compile(
    r"(?<![0-9A-Za-z*])([0-9]{1,17})([*×Xx●•■]{4,16})([0-9]{0,11}[Xx]?)(?![0-9A-Za-z*])"
)
_OCR = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9]*[OoIlSsBZz|])[0-9OoIlSsBZz|]{17}[0-9OoIlSsBZz|Xx](?![0-9A-Za-z])"
)
# Groups parted by dots or strokes, which end a run of digits.
_DOTTED = re.compile(
    r"(?<![0-9A-Za-z./·])[1-9][0-9]{5}([./·])[0-9]{8}\1[0-9]{3}[0-9Xx](?![0-9A-Za-z/·]|\.[0-9])"
)
_OCR_DIGITS = str.maketrans("OoIlSsBZz|", "0011558221")
_KEEP_MASKED = Verdict(
    action=Action.KEEP,
    rule="id.masked",
    reason="证件号码已作遮盖，保留原样（个人信息保护法第六条）。",
)
_REDACT = Verdict(
    action=Action.REDACT,
    rule="id.redact",
    reason="公民身份号码属于个人隐私，公开前应当删除（条例第十五条）。",
)
_REDACT_HALF = Verdict(
    action=Action.REDACT,
    rule="id.half_masked",
    reason="证件号码遮盖位数过少，可由校验位反推，应当全部删除（条例第十五条）。",
)
_KEEP_USCC = Verdict(
    action=Action.KEEP,
    rule="uscc.keep",
    reason="统一社会信用代码属于应当公示的登记信息，保留（条例第二十条）。",
)


@lru_cache(maxsize=1)
def known_areas() -> frozenset[str]:
    """Six-digit codes of today's county-level divisions (abolished ones are missing)."""
    rows = data_path("lexicons", "admin_divisions", "areas.csv").read_text(encoding="utf-8")
    return frozenset(row.split(",", 1)[0] for row in rows.splitlines()[1:])


def check_character(first17: str) -> str:
    """The check character of the first 17 digits of an identity number (GB 11643)."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def _is_date(digits: str) -> bool:
    year = int(digits[:4])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return False
    try:
        date(year, int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


def is_plausible(number: str) -> bool:
    """Whether province and birth date of an 18- or 15-digit number can be true."""
    if number[:2] not in _PROVINCES:
        return False
    return _is_date(number[6:14] if len(number) != 15 else "19" + number[6:12])


def is_uscc(code: str) -> bool:
    """Whether an 18-character code passes the check of GB 32100."""
    code = code.upper()
    if len(code) != 18 or any(char not in _USCC_ALPHABET for char in code):
        return False
    total = sum(
        _USCC_ALPHABET.index(char) * weight
        for char, weight in zip(code[:17], _USCC_WEIGHTS, strict=True)
    )
    return _USCC_ALPHABET[(31 - total % 31) % 31] == code[17]


class IdentityRecognizer:
    """Identity numbers in any disguise, already masked ones, and social credit codes (kept)."""

    name = "identity"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type ID_CARD (redact, or keep where masked) and USCC (keep)."""
        yield from self._numbers(ctx)
        yield from self._truncated(ctx)
        yield from self._misread(ctx)
        yield from self._dotted(ctx)
        yield from self._masked(ctx)
        yield from self._credit_codes(ctx)

    def _make(
        self,
        span: TextSpan,
        pattern: str,
        score: float,
        *,
        checksum: bool | None,
        cues: tuple[str, ...] = (),
        verdict: Verdict = _REDACT,
        kind: FindingType = FindingType.ID_CARD,
    ) -> Candidate:
        return Candidate(
            span=span,
            type=kind,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            checksum=checksum,
            cues=cues,
            verdict=verdict,
        )

    def _numbers(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for run in ctx.numbers:
            for number in run.numbers(frozenset({15, 17, 18, 20})):
                found = self._whole(ctx, number)
                if found is not None:
                    yield found

    def _whole(self, ctx: ScreeningContext, number: Number) -> Candidate | None:
        if len(number.digits) == 17:
            return self._with_letter(ctx, number)
        if len(number.digits) == 20:
            return self._embedded(ctx, number)
        return self._judge(ctx, number.span, number.digits, single=len(number.groups) == 1)

    def _with_letter(self, ctx: ScreeningContext, number: Number) -> Candidate | None:
        """17 digits and an X, which may stand after a gap and be followed by two more digits."""
        tail = re.match(
            r"[\s\u200b-\u200f\-]{0,8}([xX×✕])((?:[0-9]{2})?)(?![0-9A-Za-z])",
            ctx.after(number.span.end, 14),
        )
        if tail is None:
            return None
        span = TextSpan(start=number.span.start, end=number.span.end + tail.end())
        return self._judge(ctx, span, number.digits + "X", single=len(number.groups) == 1)

    def _embedded(self, ctx: ScreeningContext, number: Number) -> Candidate | None:
        """A 残疾证号: an identity number, type and grade (GB/T 26341)."""
        digits = number.digits
        sound = is_plausible(digits) and check_character(digits[:17]) == digits[17]
        if not sound and not (
            is_plausible(digits) and labelled(ctx, number.span.start, re.compile("残疾"))
        ):
            return None
        return self._make(number.span, "id.embedded", 0.95, checksum=sound)

    def _judge(
        self, ctx: ScreeningContext, span: TextSpan, number: str, *, single: bool
    ) -> Candidate | None:
        start = self._prefixed(ctx, span.start)
        span = TextSpan(start=start, end=span.end)
        if self._touches_letters(ctx, span):
            return None
        has_label = labelled(ctx, span.start, ID_LABEL)
        cues = ("label",) if has_label else ()
        if not is_plausible(number):
            if has_label and single and len(number) == 18 and not self._other(ctx, span):
                return self._make(span, "id.labelled", 0.7, checksum=False, cues=cues)
            return None
        if len(number) == 15:
            if has_label or (single and number[:6] in known_areas() and not self._other(ctx, span)):
                return self._make(
                    span, "id.15", 0.85 if has_label else 0.6, checksum=None, cues=cues
                )
            return None
        sound = check_character(number[:17]) == number[17]
        return self._eighteen(ctx, span, number, sound=sound, has_label=has_label, single=single)

    def _eighteen(
        self,
        ctx: ScreeningContext,
        span: TextSpan,
        number: str,
        *,
        sound: bool,
        has_label: bool,
        single: bool,
    ) -> Candidate | None:
        cues = ("label",) if has_label else ()
        if has_label:
            return self._make(span, "id.18", 0.99 if sound else 0.85, checksum=sound, cues=cues)
        if self._other(ctx, span) and not (sound and int(number[6:10]) < 2010):
            return None
        if sound:
            return self._make(span, "id.18", 0.97, checksum=True)
        if number[:6] in known_areas() and (single or ctx.holds(_ID_WORDS)):
            return self._make(span, "id.18.unsound", 0.6, checksum=False)
        if self._in_person_table(ctx, span):
            return self._make(span, "id.18.unsound", 0.6, checksum=False, cues=("table",))
        return None

    def _in_person_table(self, ctx: ScreeningContext, span: TextSpan) -> bool:
        return ctx.holds(_ID_WORDS) and not self._other(ctx, span)

    def _prefixed(self, ctx: ScreeningContext, start: int) -> int:
        """Where a single letter (学籍号 G, J; 操作证 T) stands before the number, its position."""
        if (
            start
            and ctx.text[start - 1] in "GJLTgjlt"
            and not ctx.text[max(0, start - 2) : start - 1].isalnum()
        ):
            return start - 1
        if (
            start
            and ctx.text[start - 1] in "GJLT"
            and "\u4e00" <= ctx.text[start - 2 : start - 1] <= "\u9fff"
        ):
            return start - 1
        return start

    def _touches_letters(self, ctx: ScreeningContext, span: TextSpan) -> bool:
        before = ctx.text[span.start - 1 : span.start]
        after = ctx.text[span.end : span.end + 1]
        return (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())

    def _other(self, ctx: ScreeningContext, span: TextSpan) -> bool:
        """Whether the number is called something that is no person's number."""
        before = preceding(ctx, span.start, 14)
        close = before[max(before.rfind(mark) for mark in "，,。；;、 \t") + 1 :] or before[-8:]
        heading = caption(ctx, span.start)
        return bool(_OTHER_LABEL.search(close) or (heading and _OTHER_LABEL.search(heading)))

    def _truncated(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        """Fourteen digits of a number cut off after the birth date, in a paper that lists such."""
        if not ctx.holds(_ID_WORDS):
            return
        for run in ctx.numbers:
            for number in run.numbers(frozenset({14, 16})):
                digits = number.digits
                if (
                    digits[:6] in known_areas()
                    and _is_date(digits[6:14])
                    and len(number.groups) == 1
                    and not self._other(ctx, number.span)
                    and not self._touches_letters(ctx, number.span)
                ):
                    yield self._make(number.span, "id.cut", 0.6, checksum=None, cues=("document",))

    def _misread(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for match in _OCR.finditer(ctx.text):
            span = TextSpan(start=match.start(), end=match.end())
            number = match.group()[:17].translate(_OCR_DIGITS) + match.group()[
                17
            ].upper().translate(_OCR_DIGITS)
            if sum(char.isdigit() for char in match.group()) < 13 or not is_plausible(number):
                continue
            sound = check_character(number[:17]) == number[17]
            if labelled(ctx, span.start, ID_LABEL) or sound:
                yield self._make(span, "id.misread", 0.8, checksum=sound, cues=("misread",))

    def _dotted(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for match in _DOTTED.finditer(ctx.text):
            number = re.sub(r"[./·]", "", match.group()).upper()
            span = TextSpan(start=match.start(), end=match.end())
            if is_plausible(number) and not self._other(ctx, span):
                sound = check_character(number[:17]) == number[17]
                yield self._make(span, "id.dotted", 0.9 if sound else 0.7, checksum=sound)

    def _masked(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        if "*" not in ctx.text and "×" not in ctx.text and "XXXX" not in ctx.text.upper():
            return
        for match in _MASKED.finditer(ctx.text):
            head, _, tail = match.groups()
            length = match.end() - match.start()
            span = TextSpan(start=match.start(), end=match.end())
            is_id = labelled(ctx, span.start, ID_LABEL) or (
                15 <= length <= 20 and head[:2] in _PROVINCES and len(head) >= 2
            )
            if not is_id or _OTHER_LABEL.search(preceding(ctx, span.start, 8)):
                continue
            half = len(head) + len(tail) >= 14
            yield self._make(
                span,
                "id.masked",
                0.9,
                checksum=None,
                cues=("masked",),
                verdict=_REDACT_HALF if half else _KEEP_MASKED,
            )

    def _credit_codes(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for match in _USCC.finditer(ctx.text):
            span = TextSpan(start=match.start(), end=match.end())
            code = re.sub(r"[ \-\n]", "", match.group())
            sound = is_uscc(code)
            has_label = labelled(ctx, span.start, _USCC_LABEL)
            if has_label or (sound and not code.isdigit() and "\n" not in match.group()):
                yield self._make(
                    span,
                    "uscc",
                    0.95 if sound else 0.8,
                    checksum=sound,
                    cues=("label",) if has_label else (),
                    verdict=_KEEP_USCC,
                    kind=FindingType.USCC,
                )
