"""Bank cards and accounts, and whether they belong to the treasury or to somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from domain.findings import Action, FindingType
from domain.resources import data_path
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.labels import caption, preceding
from redaction.recognizers.numbers import DigitGroup, Gap, Number, NumberRun

_LABEL = re.compile(
    r"账号|帐号|账户|帐户|卡号|银行卡|储蓄卡|信用卡|存折|一卡通|尾号|开户行|开户银行|工资卡|社保卡|个人卡"
)
_OTHER_LABEL = re.compile(
    r"电话|手机|传真|身份证|证件号|信用代码|税号|行号|编号|单号|文号|流水|批次|订单|合同号|发票|宗地|案号|邮编|登记号|许可证|QQ|微信"
)
_REACH = 44
_SHORTEST, _LONGEST = 8, 32
_EMBOSSED = frozenset({(4, 4, 4, 4), (4, 4, 4, 4, 3), (6, 4, 4, 5), (6, 13)})
_PUBLIC_HOLDER = re.compile(
    r"户名[^,。;\n]{0,3}?[^,。;\n:]{2,20}(?:财政|非税|国库|局|政府|委员会|管理中心|交易中心|法院|税务|专户)"
)
_PUBLIC_PURPOSE = re.compile(
    r"非税|国库|财政专户|财政局|财政性|罚款|罚没|缴款|缴纳|缴入|缴至|代收|保证金|押金|诉讼费|竞买"
)
_PRIVATE_PURPOSE = re.compile(
    r"转入乙方|支付(?:给|至)|补偿款|补助|赔偿|打入|发放|劳务费|工资|奖励|本人|个人|收款人|乙方|受让人|存入|退还|退回|供方|公账"
)
_MASKED = re.compile(r"(?<![0-9A-Za-z*])[0-9]{2,10}[*×●]{4,14}[0-9]{2,6}(?![0-9A-Za-z*])")

_REDACT = Verdict(
    action=Action.REDACT,
    rule="account.private",
    reason="个人和企业的银行账号不宜公开，应当遮盖（条例第十五条）。",
)
_KEEP = Verdict(
    action=Action.KEEP,
    rule="account.public",
    reason="财政、罚款缴纳和保证金账户供公众缴款使用，应当公开（条例第二十条）。",
)
_KEEP_MASKED = Verdict(
    action=Action.KEEP,
    rule="account.masked",
    reason="账号已作遮盖，保留原样（个人信息保护法第六条）。",
)


@lru_cache(maxsize=1)
def card_prefixes() -> frozenset[tuple[str, int]]:
    """(prefix, card length) of the bank cards issued in China."""
    rows = data_path("lexicons", "bank_bin", "bank_bin.tsv").read_text(encoding="utf-8")
    fields = (row.split("\t") for row in rows.splitlines()[1:])
    return frozenset((row[3], int(row[4])) for row in fields if len(row) >= 5)


@lru_cache(maxsize=1)
def _prefix_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(prefix) for prefix, _ in card_prefixes()}))


def has_card_prefix(digits: str) -> bool:
    """Whether an issuer's prefix for cards of this length begins the number."""
    return any((digits[:width], len(digits)) in card_prefixes() for width in _prefix_lengths())


def passes_luhn(digits: str) -> bool:
    """Whether the number's last digit is its Luhn check digit (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


class AccountRecognizer:
    """Bank cards (issuer prefix, Luhn) and any account number that a label calls one."""

    name = "accounts"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type BANK_CARD: the treasury's kept, everybody else's redacted."""
        has_labels = _LABEL.search(ctx.text) is not None
        for run in ctx.numbers:
            yield from self._cards(ctx, run, has_labels=has_labels)
            if has_labels:
                yield from self._labelled(ctx, run)
        if has_labels and ("*" in ctx.text or "×" in ctx.text):
            yield from self._masked(ctx)

    def _make(
        self,
        ctx: ScreeningContext,
        span: TextSpan,
        pattern: str,
        score: float,
        *,
        checksum: bool | None,
        cues: tuple[str, ...] = (),
    ) -> Candidate:
        return Candidate(
            span=span,
            type=FindingType.BANK_CARD,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            checksum=checksum,
            cues=cues,
            verdict=self._verdict(ctx, span),
        )

    def _cards(
        self, ctx: ScreeningContext, run: NumberRun, *, has_labels: bool
    ) -> Iterator[Candidate]:
        for number in run.numbers(frozenset(range(15, 20))):
            if self._touches(ctx, number.span):
                continue
            sound = passes_luhn(number.digits)
            # written as cards are embossed, a UnionPay number needs no further proof
            embossed = number.digits.startswith("62") and number.shape in _EMBOSSED
            known = has_card_prefix(number.digits)
            if not embossed and not (known and (sound or has_labels)):
                continue
            if not self._is_card_shape(number):
                continue
            if self._label_before(ctx, number.span.start, _OTHER_LABEL, 10):
                continue
            yield self._make(
                ctx,
                number.span,
                "card",
                0.95 if sound else 0.7,
                checksum=sound,
                cues=("document",) if has_labels else (),
            )

    def _is_card_shape(self, number: Number) -> bool:
        """One group, groups of at least two digits broken in a line, or digit by digit."""
        hard = sum(group.gap is Gap.HARD for group in number.groups[1:])
        if hard > 1:
            return False
        shape = number.shape
        return (
            len(shape) == 1 or max(shape) == 1 or shape[0] >= 3 or len(shape) == len(number.digits)
        )

    def _touches(self, ctx: ScreeningContext, span: TextSpan) -> bool:
        before, after = ctx.text[span.start - 1 : span.start], ctx.text[span.end : span.end + 1]
        return bool(re.match(r"[A-Za-z#*.]", before) or re.match(r"[A-Za-z*]", after))

    def _label_before(
        self, ctx: ScreeningContext, position: int, label: re.Pattern[str], reach: int
    ) -> bool:
        before = preceding(ctx, position, reach)
        close = re.split(r"[0-9。;]", before)[-1]
        return label.search(close) is not None

    def _labelled(self, ctx: ScreeningContext, run: NumberRun) -> Iterator[Candidate]:
        """The longest reading from a group that a label or a column heading calls an account."""
        groups = run.groups
        index = 0
        while index < len(groups):
            end = self._account_end(groups, index)
            digits = "".join(group.digits for group in groups[index:end])
            span = TextSpan(start=groups[index].span.start, end=groups[end - 1].span.end)
            if _SHORTEST <= len(digits) <= _LONGEST and self._is_called_account(ctx, span.start):
                if not self._touches(ctx, span):
                    yield self._make(
                        ctx,
                        span,
                        "account.labelled",
                        0.85,
                        checksum=passes_luhn(digits) if 16 <= len(digits) <= 19 else None,
                        cues=("label",),
                    )
                index = end
            else:
                index += 1

    def _account_end(self, groups: tuple[DigitGroup, ...], index: int) -> int:
        """Where an account that begins with group ``index`` ends: at a tab or line end at last."""
        end, digits = index + 1, len(groups[index].digits)
        while end < len(groups) and groups[end].gap < Gap.HARD and not groups[end].chinese:
            digits += len(groups[end].digits)
            end += 1
            if digits > _LONGEST:
                break
        return end

    def _is_called_account(self, ctx: ScreeningContext, position: int) -> bool:
        heading = caption(ctx, position)
        if heading:
            if _LABEL.search(heading):
                return True
            if _OTHER_LABEL.search(heading):
                return False
        before = preceding(ctx, position, _REACH)
        close = re.split(r"[0-9。;\t]", before)[-1]
        labels = list(_LABEL.finditer(close))
        if not labels:
            return before.endswith("\t") and bool(_LABEL.search(before[-8:]))
        return not _OTHER_LABEL.search(close[labels[-1].end() :])

    def _masked(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for match in _MASKED.finditer(ctx.text):
            if self._is_called_account(ctx, match.start()):
                yield Candidate(
                    span=TextSpan(start=match.start(), end=match.end()),
                    type=FindingType.BANK_CARD,
                    score=0.8,
                    pattern="account.masked",
                    recognizer=self.name,
                    version=self.version,
                    cues=("masked",),
                    verdict=_KEEP_MASKED,
                )

    def _verdict(self, ctx: ScreeningContext, span: TextSpan) -> Verdict:
        before = ctx.flow.before(span.start, 110).rpartition("\n")[2]
        # what follows a closing bracket or a full stop says nothing about the account
        after = re.split(r"[)。;\n]", ctx.flow.after(span.end, 24))[0]
        near = before[max(before.rfind("。"), before.rfind(";")) + 1 :]
        if _PUBLIC_HOLDER.search(near):
            return _KEEP
        if _PRIVATE_PURPOSE.search(near):
            return _REDACT
        if _PUBLIC_PURPOSE.search(near) or re.search(r"罚款|罚没|缴(?:纳|款)", after):
            return _KEEP
        return _REDACT
