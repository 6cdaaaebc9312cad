"""Telephone numbers, and whose they are: an office's, a home's or a person's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from domain.findings import Action, FindingType
from domain.resources import data_path
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.labels import caption, labelled, preceding, without_siblings
from redaction.recognizers.numbers import Gap, Number

PHONE_LABEL = re.compile(
    r"电话号?码?|手机号?码?|座机|传真|热线|号码|联系方式|联系方法|来电|致电|拨打|内线|分机|专线|总机|短号"
    r"|移动电话|小灵通|联系\s?[:：]|[Tt][Ee][Ll]|[Ff][Aa][Xx]|电\s*话"
)
_PHONE_WORDS = re.compile(r"电话|手机|联系方式|号码")
_OTHER_LABEL = re.compile(
    r"编号|单号|文号|流水|批次|订单|合同号|发票|宗地|案号|序列|账号|帐号|账户|卡号|代码|条码|金额|总价"
    r"|注册号|执照|许可证|证号|档案号|期号|备案号|登记号|QQ|微信|邮编|凭证|票据|快递|运单|受理号|查询码"
)
_MOBILE_SHAPES = frozenset(
    {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (3, 3, 5), (5, 3, 3), (4, 3, 4)}
)
_AFTER_AMOUNT = re.compile(
    r"\s{0,2}(?:元|万|亿|吨|米|人|户|件|台|亩|公里|千克)|%|[.][0-9]|[A-Za-z]"
)
_HOTLINE = re.compile(
    r"(?<![0-9A-Za-z.,\-])(?:123[0-9]{2}|12119|12122|12110|12117|961[0-9]{2}|962[0-9]{2}"
    r"|963[0-9]{2}|965[0-9]{2}|966[0-9]{2}|967[0-9]{2}|968[0-9]{2}|95[0-9]{3})"
    r"(?![0-9A-Za-z%]|[.,][0-9]|\s?[元万亿吨米人户件台亩个公千只份家项])"
)
_HOTLINE_BEFORE = re.compile(
    r"(?:电话|热线|拨打|拨|举报|投诉|平台|报警|号码|咨询|☑|[0-9\-]{5,13}[、,]|或者?|和|通过|接到|接|开通)"
    r"[^0-9。;\n]{0,4}$"
)
_HOTLINE_AFTER = re.compile(
    r"^[\"”\s]{0,2}(?:[、,]|等)?(?:举报|投诉|热线|电话|服务|政务|平台|专线|转|受理|接)"
)
_LOCAL = re.compile(r"(?<![0-9A-Za-z.\-*])[2-8][0-9]{6,7}(?![0-9A-Za-z*]|\.[0-9])")
_INTERNAL = re.compile(
    r"(?:内线|分机号?|短号|内部电话|保密电话|机要电话|红机)[^0-9。;\n]{0,4}([0-9][0-9\-]{2,6}[0-9])(?![0-9])"
)
_PAREN_AREA = re.compile(
    r"(?<![0-9])\(\s?(0[0-9]{2,3})\s?\)\s{0,2}-?\s?([2-8][0-9]{2,3}[\s\-]?[0-9]{4})(?![0-9])"
)
_EXTENSION = re.compile(r"\s?(?:-|转|分机|ext\.?)\s?[0-9]{1,5}(?![0-9])")
_SERVICE = re.compile(
    r"(?<![0-9A-Za-z\-])[48]00[\- ]?[0-9]{3}[\- ]?[0-9]{4}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z\-])[48]00[\- ]?[0-9]{4}[\- ]?[0-9]{3}(?![0-9A-Za-z])"
)
_MASKED = re.compile(
    r"(?<![0-9A-Za-z*])(?:1[3-9][0-9]{0,6}[*×xX•●]{3,9}[0-9]{0,4}|0[0-9]{2,3}-[0-9]{0,4}[*]{2,8}[0-9]{0,4})(?![0-9A-Za-z*])"
)
_DOTTED = re.compile(
    r"(?<![0-9A-Za-z./·])1[3-9][0-9]([./·])[0-9]{4}\1[0-9]{4}(?![0-9A-Za-z/·]|\.[0-9])"
)
_MISREAD = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9]{0,10}[OoIlSBZ])[1Il][0-9OoIlSBZ]{10}(?![0-9A-Za-z])"
)
# Letters among the eleven that may be digits, with a label and without.
_MOST_MISREAD_LABELLED, _MOST_MISREAD = 6, 3
_MISREAD_DIGITS = str.maketrans("OoIlSBZ", "0011582")

# Whose number it is.
_TENDERER = re.compile(r"代理机构|采购人|招标人|采购单位|招标单位")
_HOME = re.compile(
    r"住宅|宅电|家庭电话|家中电话|家里电话|家属(?:联系)?电话|家属(?:\(|:)|监护人电话"
)
_SECRET_LINE = re.compile(r"保密电话|机要电话|机要专线|红机|密电")
_DUTY_MOBILE = re.compile(r"(?:值班|应急|值守|公务|24小时|报警|救援)(?:手机|移动电话)")
AGENT = re.compile(
    r"代理机构|采购人|招标人|招标代理|采购代理|受理部门|咨询电话|监督电话|举报电话|报名电话|服务电话|窗口电话"
)
_PRIVATE_PARTY = re.compile(
    r"申请人|信访人|举报人|投诉人|来电人|反映人|检举人|求助人|家属|监护人|受害人|伤者|患者"
)
_OFFICE_WORDS = re.compile(
    r"[局科股室办所队院站会校厂司]|中心|机构|单位|公司|窗口|大队|部门|值班|传真|热线|监督|咨询|受理|承办|经办"
)

_KEEP_OFFICE = Verdict(
    action=Action.KEEP,
    rule="phone.office",
    reason="机关、单位对外联系电话应当公开（条例第二十条第二项）。",
)
_KEEP_HOTLINE = Verdict(
    action=Action.KEEP,
    rule="phone.hotline",
    reason="公开的服务、举报热线应当公开（条例第二十条第二项）。",
)
_KEEP_MASKED = Verdict(
    action=Action.KEEP,
    rule="phone.masked",
    reason="号码已作遮盖，保留原样（个人信息保护法第六条）。",
)
_REDACT_MOBILE = Verdict(
    action=Action.REDACT,
    rule="phone.mobile",
    reason="个人手机号码属于个人隐私，应当遮盖（条例第十五条）。",
)
_REDACT_HOME = Verdict(
    action=Action.REDACT,
    rule="phone.home",
    reason="住宅电话属于个人隐私，应当遮盖（条例第十五条）。",
)
_REDACT_SECRET_LINE = Verdict(
    action=Action.REDACT,
    rule="phone.secret_line",
    reason="保密、机要专线号码属于内部工作信息，应当遮盖（条例第十六条）。",
)
_DECIDE_DUTY = Verdict(
    action=Action.MUST_DECIDE,
    rule="phone.duty_mobile",
    reason="以手机作为值班或者对外联系电话，是否公开请人工决定（条例第十五条、第二十条第二项）。",
)
_DECIDE_PARTY = Verdict(
    action=Action.MUST_DECIDE,
    rule="phone.party_landline",
    reason="固定电话与当事人同列，是否属于住宅电话请人工决定（条例第十五条）。",
)


@lru_cache(maxsize=1)
def area_codes() -> frozenset[str]:
    """Area codes of mainland landlines, with the leading 0."""
    rows = data_path("lexicons", "phone", "landline_phone_area_code.txt").read_text("utf-8")
    return frozenset(row.split()[0] for row in rows.splitlines() if row.strip())


def _is_landline(digits: str) -> bool:
    """Whether the digits are a known area code and a local number or a five-digit hotline."""
    for width in (3, 4):
        if digits[:width] in area_codes():
            local = digits[width:]
            if len(local) in (7, 8) and local[0] in "2345678":
                return True
            if len(local) == 5 and local.startswith(("12", "96", "95")):
                return True
    return False


class PhoneRecognizer:
    """Mobiles, landlines, hotlines and internal lines, in full or already masked."""

    name = "phones"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type PHONE; every one carries its verdict."""
        yield from self._mobiles(ctx)
        yield from self._landlines(ctx)
        yield from self._hotlines(ctx)
        yield from self._masked(ctx)

    def _make(
        self,
        start: int,
        end: int,
        pattern: str,
        score: float,
        verdict: Verdict,
        *,
        cues: tuple[str, ...] = (),
    ) -> Candidate:
        return Candidate(
            span=TextSpan(start=start, end=end),
            type=FindingType.PHONE,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            cues=cues,
            verdict=verdict,
        )

    # -- mobiles -------------------------------------------------------------------------------

    def _mobiles(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for run in ctx.numbers:
            for number in run.numbers(frozenset({11, 13, 15})):
                found = self._mobile(ctx, number)
                if found is not None:
                    yield found
        yield from self._dotted(ctx)
        for match in _MISREAD.finditer(ctx.text):
            if self._is_misread(ctx, match):
                verdict = self._mobile_verdict(ctx, match.start(), match.end())
                yield self._make(
                    match.start(), match.end(), "phone.misread", 0.75, verdict, cues=("misread",)
                )

    def _dotted(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        """Mobiles whose groups are parted by dots or strokes, which end a run of digits."""
        for match in _DOTTED.finditer(ctx.text):
            verdict = self._mobile_verdict(ctx, match.start(), match.end())
            yield self._make(match.start(), match.end(), "phone.dotted", 0.8, verdict)

    def _is_misread(self, ctx: ScreeningContext, match: re.Match[str]) -> bool:
        """Whether digits with letters that OCR mistakes for digits are a mobile number."""
        if match.group().translate(_MISREAD_DIGITS)[1] not in "3456789":
            return False
        letters = sum(char.isalpha() for char in match.group())
        if labelled(ctx, match.start(), PHONE_LABEL):
            return letters <= _MOST_MISREAD_LABELLED
        rounds = not re.search("[SBZ]", match.group())
        return rounds and letters <= _MOST_MISREAD and ctx.holds(_PHONE_WORDS)

    def _mobile(self, ctx: ScreeningContext, number: Number) -> Candidate | None:
        digits = number.digits
        prefix = len(digits) - 11
        if prefix and digits[:prefix] not in ("86", "0086"):
            return None
        if digits[prefix] != "1" or digits[prefix + 1] not in "3456789":
            return None
        has_label = labelled(ctx, number.span.start, PHONE_LABEL, filler=14)
        if not self._is_mobile_shape(number, prefix, has_label=has_label):
            return None
        if not self._stands_free(ctx, number.span, has_label=has_label):
            return None
        start = number.span.start
        if prefix and ctx.text[start - 1 : start] == "+":
            start -= 1
        verdict = self._mobile_verdict(ctx, start, number.span.end)
        return self._make(
            start,
            number.span.end,
            "phone.mobile",
            0.95 if has_label else 0.85,
            verdict,
            cues=("label",) if has_label else (),
        )

    def _is_mobile_shape(self, number: Number, prefix: int, *, has_label: bool) -> bool:
        groups = (
            number.groups[1:]
            if prefix and len(number.groups[0].digits) == prefix
            else number.groups
        )
        shape = tuple(len(group.digits) for group in groups)
        hard = [group for group in number.groups[1:] if group.gap is Gap.HARD]
        if not hard:
            return (
                has_label
                or shape in _MOBILE_SHAPES
                or max(shape) <= 2
                or number.widest_gap <= Gap.INVISIBLE
                or (shape[0] >= 3 and number.span.length < len(number.digits) + len(shape))
            )
        if len(hard) == 1 and (max(shape) <= 2 or (shape[0] >= 2 and shape[-1] >= 2)):
            return True
        return has_label and len(hard) <= 3

    def _stands_free(self, ctx: ScreeningContext, span: TextSpan, *, has_label: bool) -> bool:
        before = ctx.text[max(0, span.start - 2) : span.start]
        if re.search(r"[A-Za-z#*]$|[0-9][.]$|[￥¥$]\s?$", before):
            return False
        if _AFTER_AMOUNT.match(ctx.after(span.end, 4)) or ctx.text[span.end : span.end + 1] == "*":
            return False
        return has_label or not self._is_other_number(ctx, span.start)

    def _is_other_number(self, ctx: ScreeningContext, position: int) -> bool:
        before = without_siblings(preceding(ctx, position, 40))[-12:]
        close = before[max(before.rfind(mark) for mark in ",。;、\t") + 1 :]
        if _OTHER_LABEL.search(close) and not PHONE_LABEL.search(close.replace("号码", "")):
            return True
        heading = caption(ctx, position)
        return bool(heading and _OTHER_LABEL.search(heading) and not PHONE_LABEL.search(heading))

    def _mobile_verdict(self, ctx: ScreeningContext, start: int, end: int) -> Verdict:
        before = preceding(ctx, start, 12)
        if _DUTY_MOBILE.search(before) or _DUTY_MOBILE.search(caption(ctx, start)):
            return _DECIDE_DUTY
        line = ctx.line_at(start)
        if AGENT.search(self._clause_before(ctx, start, 40)) or _TENDERER.search(
            ctx.text[line.start : start]
        ):
            return _DECIDE_DUTY
        return _REDACT_MOBILE

    def _clause_before(self, ctx: ScreeningContext, position: int, count: int) -> str:
        """The words before ``position`` in its line, back to the last number."""
        before = preceding(ctx, position, count)
        last = re.search(r"[0-9]{5}[^0-9]*$", before)
        return before[last.start() + 5 :] if last else before

    # -- landlines -----------------------------------------------------------------------------

    def _landlines(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for run in ctx.numbers:
            for number in run.numbers(frozenset({8, 9, 10, 11, 12})):
                if self._is_landline(ctx, number):
                    yield self._landline(ctx, number.span.start, number.span.end)
        for match in _PAREN_AREA.finditer(ctx.text):
            if match.group(1) in area_codes():
                yield self._landline(ctx, match.start(), match.end())
        for match in _SERVICE.finditer(ctx.text):
            if not self._is_other_number(ctx, match.start()):
                yield self._make(match.start(), match.end(), "phone.service", 0.85, _KEEP_HOTLINE)
        if ctx.holds(PHONE_LABEL):
            yield from self._local(ctx)

    def _is_landline(self, ctx: ScreeningContext, number: Number) -> bool:
        if number.digits[0] != "0" or not _is_landline(number.digits):
            return False
        if any(group.gap is Gap.HARD for group in number.groups[1:]):
            breaks = sum(group.gap is Gap.HARD for group in number.groups[1:])
            if breaks > 1 or not labelled(ctx, number.span.start, PHONE_LABEL, filler=10):
                return False
        before = ctx.text[max(0, number.span.start - 2) : number.span.start]
        if re.search(r"[0-9A-Za-z][\-./]?$|[-/]$", before):
            return False
        if _AFTER_AMOUNT.match(ctx.after(number.span.end, 4)):
            return False
        if len(number.groups) > 1 and len(number.groups[0].digits) in (3, 4):
            return not self._is_other_number(ctx, number.span.start)
        return labelled(ctx, number.span.start, PHONE_LABEL, filler=14) or (
            number.widest_gap >= Gap.SOFT and ctx.holds(_PHONE_WORDS)
        )

    def _landline(self, ctx: ScreeningContext, start: int, end: int) -> Candidate:
        extension = _EXTENSION.match(ctx.text, end)
        if extension and not re.match(
            r"\s?-?\s?[0-9]{2,4}-", extension.group() + ctx.after(extension.end(), 1)
        ):
            end = extension.end()
        return self._make(
            start, end, "phone.landline", 0.9, self._landline_verdict(ctx, start, end)
        )

    def _landline_verdict(self, ctx: ScreeningContext, start: int, end: int) -> Verdict:
        before = self._clause_before(ctx, start, 30)
        after = re.match(r"\s?\([^()]{1,14}\)", ctx.flow.after(end, 18))
        owner = after.group() if after else ""
        if _SECRET_LINE.search(before) or _SECRET_LINE.search(owner):
            return _REDACT_SECRET_LINE
        if _HOME.search(before) or re.search(r"住宅|座机|宅|家\)|家里|家中", owner):
            return _REDACT_HOME
        if owner and _OFFICE_WORDS.search(owner):
            return _KEEP_OFFICE
        line = ctx.line_text(ctx.line_at(start))
        if _PRIVATE_PARTY.search(before + owner) and not _OFFICE_WORDS.search(before):
            return _DECIDE_PARTY if "联系" in line or "电话" in line else _REDACT_HOME
        return _KEEP_OFFICE

    def _local(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        """Seven or eight digits without an area code, where a label calls them a telephone."""
        for match in _LOCAL.finditer(ctx.text):
            if labelled(ctx, match.start(), PHONE_LABEL, filler=12) and not self._is_other_number(
                ctx, match.start()
            ):
                if _AFTER_AMOUNT.match(ctx.after(match.end(), 4)):
                    continue
                yield self._landline(ctx, match.start(), match.end())
        for match in _INTERNAL.finditer(ctx.text):
            before = ctx.text[max(0, match.start() - 4) : match.start(1)]
            verdict = _REDACT_SECRET_LINE if _SECRET_LINE.search(before) else _KEEP_OFFICE
            yield self._make(match.start(1), match.end(1), "phone.internal", 0.8, verdict)

    # -- hotlines and masked numbers -----------------------------------------------------------

    def _hotlines(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for match in _HOTLINE.finditer(ctx.text):
            before = ctx.flow.before(match.start(), 16)
            after = ctx.after(match.end(), 8)
            if _HOTLINE_BEFORE.search(before) or _HOTLINE_AFTER.match(after):
                yield self._make(match.start(), match.end(), "phone.hotline", 0.9, _KEEP_HOTLINE)

    def _masked(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        if not re.search(r"[*×•●]|[xX]{4}", ctx.text):
            return
        for match in _MASKED.finditer(ctx.text):
            length = match.end() - match.start()
            if not 10 <= length <= 14 or sum(c.isdigit() for c in match.group()) < 3:
                continue
            visible = sum(char.isdigit() for char in match.group())
            verdict = _KEEP_MASKED if visible <= 8 else _REDACT_MOBILE
            yield self._make(
                match.start(), match.end(), "phone.masked", 0.85, verdict, cues=("masked",)
            )
