"""A small bureau for tests of the register: accounts, and an analysis by fixed, readable rules.

The analysis knows plain text only: "秘密★" on the first line stops, "内部事项" on it is a soft
signal, "看不清" leaves the text uncleared, "坏" at the start cannot be read, "密码" at the start is
encrypted, "程序错" at the start breaks the program. Every 18-digit number is to be redacted, every
"黄测试" must be decided.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bureau.accounts.models import Department, User
from bureau.accounts.roles import Role
from bureau.register import decisions, signing, staff
from bureau.register.files import Home
from bureau.register.index_numbers import bureau_profile
from bureau.register.intake import sweep
from bureau.register.models import Opinion, ReviewItem
from bureau.register.publishing import ReleaseMaker
from domain.analysis import Analysis
from domain.decisions import Decision, FindingVerdict
from domain.documents import ExtractedText, MediaType, NormalizedText
from domain.errors import EmptyFile, EncryptedFile, UnreadableFile
from domain.findings import Action, Category, Evidence, Finding, FindingType, finding_id
from domain.labels import Ground, Label, Suggestion
from domain.publication import LeakHit, LeakReport, Mark, RedactionPlan, WrittenCopy
from domain.secrecy import GateVerdict
from domain.spans import TextSpan

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
LATER = timedelta(seconds=60)
PASSWORD = "Ceshi-mima-2026"
ORG_CODE = "11430821MB0000000X"
PROACTIVE = Ground(article=20, reason="行政处罚决定", item=6)
EXEMPT = Ground(article=16, paragraph=2, reason="过程性信息")

PENALTY = (
    "行政处罚决定书\n慈利县测试花炮有限公司：\n"
    "法定代表人：黄测试。直接责任人身份证号430821190001010012。\n"
    "经查，34号成品库堆码高度5米，依法罚款人民币贰万元。\n"
)
MARKED = "秘密★5年\n慈利县应急管理局文件\nTOPSECRETBODY-甲乙丙\n"


def analyze(data: bytes, filename: str, override: bool) -> Analysis:
    """The analysis described above."""
    del filename
    text = data.decode("utf-8")
    if not text:
        raise EmptyFile
    if text.startswith("坏"):
        raise UnreadableFile
    if text.startswith("密码"):
        raise EncryptedFile
    if text.startswith("程序错"):
        raise KeyError(text)
    sha256 = hashlib.sha256(data).hexdigest()
    first = text.split("\n", 1)[0]
    if "秘密★" in first and not override:
        gate = GateVerdict(quarantined=True, rules=("banner_level",))
        return Analysis(sha256=sha256, media_type=MediaType.TXT, gate=gate)
    uncleared = "看不清" in text
    extracted = ExtractedText(text=text, media_type=MediaType.TXT, extractor_version="test")
    return Analysis(
        sha256=sha256,
        media_type=MediaType.TXT,
        gate=GateVerdict(
            uncleared=uncleared, uncleared_reasons=("page_without_text",) if uncleared else ()
        ),
        extracted=extracted,
        normalized=NormalizedText(
            text=text,
            origin=tuple(range(len(text))),
            digest=extracted.digest,
            normalizer_version="test",
        ),
        suggestion=_suggestion(text, first),
        findings=_findings(extracted),
    )


def _suggestion(text: str, first: str) -> Suggestion:
    return Suggestion(
        label=Label.PROACTIVE,
        probabilities={Label.PROACTIVE: 0.9, Label.ON_REQUEST: 0.05, Label.EXEMPT: 0.05},
        prediction_set=(Label.PROACTIVE,),
        grounds=(PROACTIVE,),
        secrecy_review="内部事项" in first,
        secrecy_reasons=("work_secret_mark",) if "内部事项" in first else (),
        document_kind="决定",
        title=first[:80],
        issuer="慈利县应急管理局",
        formed_on=date(2026, 4, 27),
        rules_version="test",
    )


def _findings(extracted: ExtractedText) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for pattern, kind, action in (
        ("[0-9]{18}", FindingType.ID_CARD, Action.REDACT),
        ("黄测试", FindingType.PERSON, Action.MUST_DECIDE),
    ):
        for match in re.finditer(pattern, extracted.text):
            span = TextSpan(start=match.start(), end=match.end())
            found.append(
                Finding(
                    id=finding_id(extracted.digest, kind, span),
                    text_digest=extracted.digest,
                    location=span,
                    type=kind,
                    category=Category.PRIVATE,
                    action=action,
                    score=1.0,
                    evidence=Evidence(recognizer="test", version="1", pattern="p", role="r"),
                )
            )
    return tuple(found)


def found_bureau() -> None:
    """The bureau's profile, so that index numbers can be given."""
    profile = bureau_profile()
    profile.name, profile.org_code = "慈利县应急管理局", ORG_CODE
    profile.save()


def person(username: str, *roles: Role, department: str | None = None) -> User:
    """An account; its roles are for the named department only, else for the bureau."""
    user = staff.create_user(
        username=username,
        display_name=username,
        password=PASSWORD,
        roles=() if department else roles,
        by="test",
        now=NOW,
    )
    if department:
        place, _ = Department.objects.get_or_create(name=department, defaults={"code": department})
        user.department = place
        user.save()
        for role in roles:
            staff.grant(user, role, by="test", now=NOW, department=place)
    return user


def drop(inbox: Path, name: str, text: str | bytes) -> Path:
    """A file in the inbox; ``name`` may hold a folder."""
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def signed(home: Home, text: str, **choices: Any) -> ReviewItem:
    """The item of ``text``, taken in, confirmed by one person and signed by another."""
    found_bureau()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    drop(home.inbox, f"{sha256[:8]}.txt", text)
    sweep(home, now=NOW, analyze=analyze)
    sweep(home, now=NOW + LATER, analyze=analyze)
    return sign_off(ReviewItem.objects.get(document__sha256=sha256), **choices)


def sign_off(item: ReviewItem, **choices: Any) -> ReviewItem:
    """The item, confirmed (every open finding redacted) by 审核甲 and signed by 保密员."""
    reviewer = User.objects.filter(username="审核甲").first() or person("审核甲", Role.REVIEWER)
    secrecy = User.objects.filter(username="保密员").first() or person("保密员", Role.SECRECY)
    values: dict[str, Any] = {
        "label": Label.PROACTIVE,
        "grounds": [PROACTIVE],
        "verdicts": [
            FindingVerdict(finding_id=f.finding_id, action=Action.REDACT)
            for f in item.findings.filter(action=Action.MUST_DECIDE)
        ],
    }
    decisions.confirm(item.pk, reviewer, version=item.version, now=NOW, **(values | choices))
    item.refresh_from_db()
    signing.sign(item.pk, secrecy, version=item.version, opinion=Opinion.AGREE, now=NOW)
    item.refresh_from_db()
    return item


@dataclass(frozen=True, slots=True)
class MadeRelease:
    """A copy as the recipes make it."""

    copy: WrittenCopy
    report: LeakReport
    published_text: str


def plan(extracted: ExtractedText, found: tuple[Finding, ...], decision: Decision) -> RedactionPlan:
    """Every finding with a verdict to redact, as a mark."""
    redact = {v.finding_id for v in decision.verdicts if v.action is Action.REDACT}
    return RedactionPlan(
        text_digest=extracted.digest,
        policy_version="test",
        marks=tuple(
            Mark(
                span=f.location,
                type=f.type,
                replacement="黄某某" if f.type is FindingType.PERSON else "▇▇▇",
                ground="个人隐私，条例第十五条",
            )
            for f in found
            if f.id in redact and isinstance(f.location, TextSpan)
        ),
    )


def copy(data: bytes, extracted: ExtractedText, plan: RedactionPlan) -> MadeRelease:
    """A text copy; "泄漏" in the document makes the check find something."""
    del data
    text = extracted.text
    for mark in reversed(plan.marks):
        text = text[: mark.span.start] + mark.replacement + text[mark.span.end :]
    body = text.encode()
    hits = (LeakHit(mark_index=0, reader="test", place="body"),) if "泄漏" in text else ()
    return MadeRelease(
        copy=WrittenCopy(data=body, media_type=MediaType.HTML, extension=".html", method="rebuild"),
        report=LeakReport(
            sha256=hashlib.sha256(body).hexdigest(), readers=("test",), strings=1, hits=hits
        ),
        published_text=text,
    )


def release_maker() -> ReleaseMaker:
    """The two recipes above."""
    return ReleaseMaker(plan=plan, copy=copy)
