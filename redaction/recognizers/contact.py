"""Mail addresses, WeChat and QQ accounts, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.labels import caption

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}\s{0,2}(?:@|\(at\)|\[at\])\s{0,2}"
    r"[A-Za-z0-9\-]{1,63}(?:\n[A-Za-z0-9\-]{1,24})?(?:\s?\.\s?[A-Za-z0-9\-]{2,24}){1,4}",
    re.IGNORECASE,
)
_CHAT = re.compile(r"微信|[Qq]{2}|[Ww]e[Cc]hat|[Vv]信|群号")
_CHAT_ID = re.compile(
    r"(?:(?P<wx>微信|[Ww]e[Cc]hat|[Vv]信)(?:号码?|账号|帐号|[Ii][Dd])?|(?P<qq>[Qq]{2}|群)(?:群|昵称|主)?"
    r"(?:[Qq]{2})?(?:号码?)?)(?P<gap>[^0-9A-Za-z。;\n]{0,16}?)"
    r"(?P<id>(?<![0-9A-Za-z])(?![Qq]{2}[0-9])[A-Za-z][A-Za-z0-9_\-]{5,19}(?![0-9A-Za-z@_])"
    r"|[1-9][0-9]{4,11}(?![0-9A-Za-z.%])|[1-9](?:[\s]{0,2}[0-9]){4,11}(?![0-9A-Za-z.%]))"
)
_OFFICIAL_CHAT = re.compile(r"公众号|小程序|视频号|政务|官方")
_OFFICIAL_MAIL = re.compile(
    r"反馈|意见|报送|报名|回执|发送|发至|举报|监督|投诉|咨询|投稿|征集|局|办|中心|内网|公开|受理|专家|招标|采购|代理"
)
_APPLICANT_MAIL = re.compile(
    r"申请人|你|本人|信访人|举报人|投诉人|当事人|护照|身份证|证件|手机|授权代表|联系人.{0,12}(?:总监|经理|工程师)"
)
_GOVERNMENT_DOMAIN = re.compile(r"\.gov\b|gov\.|@gov", re.ASCII | re.IGNORECASE)
_KEEP_MAIL = Verdict(
    action=Action.KEEP,
    rule="email.office",
    reason="机关、单位对外电子邮箱应当公开（条例第二十条第二项）。",
)
_REDACT_MAIL = Verdict(
    action=Action.REDACT,
    rule="email.personal",
    reason="个人电子邮箱属于个人隐私，应当遮盖（条例第十五条）。",
)
_DECIDE_MAIL = Verdict(
    action=Action.MUST_DECIDE,
    rule="email.unclear",
    reason="不能确定邮箱属于单位还是个人，请人工决定（条例第十五条、第二十条第二项）。",
)
_REDACT_CHAT = Verdict(
    action=Action.REDACT,
    rule="chat.personal",
    reason="个人即时通信账号属于个人隐私，应当遮盖（条例第十五条）。",
)
_KEEP_CHAT = Verdict(
    action=Action.KEEP, rule="chat.official", reason="政务新媒体账号应当公开（条例第二十三条）。"
)

_AGENT = re.compile(r"代理机构|采购人|招标人|招标代理|采购代理|受理部门")
_MOBILE = re.compile(r"1[3-9][0-9][\s\-]?[0-9]{4}")


class ContactRecognizer:
    """Mail addresses, WeChat and QQ accounts."""

    name = "contact"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type EMAIL and WECHAT_QQ; every one carries its verdict."""
        if "@" in ctx.text or "at" in ctx.text:
            yield from self._mail(ctx)
        if _CHAT.search(ctx.text):
            yield from self._chats(ctx)

    def _make(
        self,
        start: int,
        end: int,
        pattern: str,
        score: float,
        verdict: Verdict,
        kind: FindingType,
    ) -> Candidate:
        return Candidate(
            span=TextSpan(start=start, end=end),
            type=kind,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            verdict=verdict,
        )

    def _mail(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for match in _EMAIL.finditer(ctx.text):
            yield self._make(
                match.start(),
                match.end(),
                "email",
                0.95,
                self._mail_verdict(ctx, match),
                FindingType.EMAIL,
            )

    def _mail_verdict(self, ctx: ScreeningContext, match: re.Match[str]) -> Verdict:
        if _GOVERNMENT_DOMAIN.search(match.group()):
            return _KEEP_MAIL
        line = ctx.line_at(match.start())
        before = ctx.text[line.start : match.start()][-60:]
        if line.index and len(before) < 20:
            above = ctx.line_text(ctx.lines[line.index - 1])[-60:]
        else:
            above = ""
        if _APPLICANT_MAIL.search(before) or _MOBILE.search(before):
            return _REDACT_MAIL
        if _OFFICIAL_MAIL.search(before):
            return _KEEP_MAIL
        if _AGENT.search(above):
            return _KEEP_MAIL
        if _APPLICANT_MAIL.search(above):
            return _REDACT_MAIL
        if _OFFICIAL_MAIL.search(above) or re.search(r"0[0-9]{2,3}-[0-9]{7}", before):
            return _KEEP_MAIL
        return _DECIDE_MAIL

    def _chats(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for match in _CHAT_ID.finditer(ctx.text):
            value, gap = match.group("id"), match.group("gap")
            if match.group("wx") and value[0].isdigit() and not value.isdigit():
                continue
            if match.group("wx") and len(value) < 6:
                continue
            before = match.group()[: match.start("id") - match.start()]
            if match.group("qq") == "群" and not re.search(r"号|[Qq]{2}", before):
                continue
            official = _OFFICIAL_CHAT.search(gap) or _OFFICIAL_CHAT.search(
                ctx.before(match.start(), 4)
            )
            yield self._make(
                match.start("id"),
                match.end("id"),
                "chat",
                0.9,
                _KEEP_CHAT if official else _REDACT_CHAT,
                FindingType.WECHAT_QQ,
            )
        yield from self._chat_columns(ctx)

    def _chat_columns(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        for match in re.finditer(r"(?<=\t)[A-Za-z0-9][A-Za-z0-9_\-]{4,19}(?=[\t\n]|$)", ctx.text):
            if re.search(r"微信|QQ", caption(ctx, match.start())):
                yield self._make(
                    match.start(),
                    match.end(),
                    "chat.column",
                    0.85,
                    _REDACT_CHAT,
                    FindingType.WECHAT_QQ,
                )
