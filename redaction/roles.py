"""Keep, mask or must-decide: what becomes of each mention of a person, by the part he plays.

Blanket masking is as unlawful as blanket showing: names of those in office are public (条例 20(2)),
those of private persons are not (条例 15). What the mention itself tells goes before what the
same name's other places tell, and that before what the kind of the document suggests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.findings import Action, FindingType
from redaction import role_cues
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.role_cues import CASE_PAPERS, LISTS, OFFICE_PAPERS, PUBLISHED_RESULTS, RULES, Rule

_SOUGHT = re.compile("寻亲|(?:查找|寻找)[^。\n]{0,10}父母|认领")
_OFFICE_HEAD = re.compile(r"^[,，、]?\s{0,2}\(?(?:[^,，。;\n()]{0,10})?(?:局|厅|镇|乡|县|市|区)长")
# Which of several roles speaks first: those that demand secrecy, then offices, then firms.
_ORDER = (
    "already_masked", "public_figure", "informant", "student", "enterprise_contact", "former",
    "official", "enforcement", "handler", "expert", "lawyer", "deputy", "case_person",
    "applicant", "contact", "legal_rep", "id_table", "duty_holder", "principal", "member",
    "worker", "reader", "doctor", "teacher", "of_office", "behind_office", "badge", "assigned",
    "signature", "listed", "particulars", "reachable", "speaker",
)  # fmt: skip
_OFFICE_ROLES = frozenset({"official", "handler", "enforcement", "expert", "signature", "member"})
_OFFICE_PLACES = frozenset({"column", "form", "label", "bracket", "list", "speaker"})
_WEAK_ROLES = frozenset({"particulars", "reachable", "listed"})
_ID_BEHIND = re.compile(r"[^。;；\n]{0,14}(?:身份证|公民身份|[1-9][0-9]{16}[0-9Xx])")
_LAWYER = re.compile(r"\s?(?:律师|[,(][^,，。;；\n]{0,18}律师事务所)")
_LISTED_PLACES = frozenset({"column", "form"})
_FIRM_BEFORE = re.compile(r"(?:企业|公司|厂|店|矿|乙方)[^。;；\n]{0,14}$")
_FIRM_CELL = re.compile(r"(?:公司|厂|店|煤矿|合作社)\t")
_OFFICE_BEFORE = re.compile(r"[局委办股科室站所队][^。;；\n]{0,10}$")
_ASSESSMENT = re.compile("考察(?:材料|情况|报告)")
_PRIVATE_ROLES = frozenset(
    {"informant", "student", "case_person", "applicant", "worker", "particulars"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDecision:
    """What is to happen to one mention, by which rule, why (in Chinese), from which cues."""

    action: Action
    rule_id: str
    reason_zh: str
    cues: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The same as screening keeps it."""
        return Verdict(action=self.action, rule=self.rule_id, reason=self.reason_zh)


def decide(candidate: Candidate, ctx: ScreeningContext) -> RoleDecision:
    """The decision on one mention of a person (PERSON or MINOR); never raises for unknown kinds."""
    rule, cues = _rule(candidate, ctx)
    return RoleDecision(action=rule.action, rule_id=rule.id, reason_zh=rule.reason, cues=cues)


def _rule(candidate: Candidate, ctx: ScreeningContext) -> tuple[Rule, tuple[str, ...]]:
    kind = ctx.document_kind or "unknown"
    own = _roles(candidate, "role:")
    fixed = _by_nature(candidate, ctx, own, kind)
    if fixed:
        return fixed
    after = ctx.after(candidate.span.end, 24)
    elsewhere = _roles(candidate, "elsewhere:")
    if "particulars" in own and kind in CASE_PAPERS and _ID_BEHIND.match(after):
        own, elsewhere = ("particulars",), ()
    own = _corrected(candidate, ctx, own, after)
    # age, number and telephone say less than what the person is elsewhere in the paper
    strong = tuple(role for role in own if role not in _WEAK_ROLES)
    return (
        _by_role(strong, kind)
        or _by_role(_elsewhere_order(elsewhere), kind)
        or _by_role(own, kind)
        or _by_kind(candidate, kind)
    )


def _by_nature(
    candidate: Candidate, ctx: ScreeningContext, own: tuple[str, ...], kind: str
) -> tuple[Rule, tuple[str, ...]] | None:
    """What holds whatever else is said: masked names, minors, assessments, lists."""
    if "already_masked" in own:
        return RULES["already_masked"][0], ("already_masked",)
    if candidate.type is FindingType.MINOR:
        sought = kind in ("announcement", "public_list") and _SOUGHT.search(ctx.text[:200])
        return (role_cues.MINOR_SOUGHT if sought else role_cues.MINOR), ("minor",)
    if kind == "personnel" and _ASSESSMENT.search(ctx.text[:80]) and not _holds_office(own):
        return role_cues.ASSESSED, ("assessment",)
    if kind in LISTS and candidate.pattern in _LISTED_PLACES and not _names_principal(own):
        return role_cues.LISTED, ("list",)
    return None


def _corrected(
    candidate: Candidate, ctx: ScreeningContext, own: tuple[str, ...], after: str
) -> tuple[str, ...]:
    """The mention's roles, put right by the words around it."""
    if "legal_rep" in own and _OFFICE_HEAD.match(after):
        return ("official",)
    if _LAWYER.match(after):
        return ("lawyer",)
    if after.startswith("家属") and not own:
        return ("case_person",)
    if candidate.pattern == "column" and ctx.document_kind not in LISTS | PUBLISHED_RESULTS:
        row = ctx.text[ctx.line_at(candidate.span.start).start : candidate.span.start]
        if _FIRM_CELL.search(row):
            return ("enterprise_contact",)
    of_firm = {"contact", "handler"} | ({"expert"} if ctx.document_kind == "contract" else set())
    if of_firm.intersection(own) and ctx.document_kind not in LISTS:
        before = ctx.before(candidate.span.start, 24)
        if _FIRM_BEFORE.search(before) and not _OFFICE_BEFORE.search(before):
            return ("enterprise_contact",)
    return own


def _holds_office(roles: tuple[str, ...]) -> bool:
    return any(role in _OFFICE_ROLES for role in roles)


def _names_principal(roles: tuple[str, ...]) -> bool:
    """Whether the column is one of legal representatives, which a reviewer decides."""
    return any(role in ("legal_rep", "principal", "official", "handler") for role in roles)


def _roles(candidate: Candidate, prefix: str) -> tuple[str, ...]:
    given = {cue.removeprefix(prefix) for cue in candidate.cues if cue.startswith(prefix)}
    return tuple(role for role in _ORDER if role in given)


def _elsewhere_order(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Private parts first: who is a party in one place is not to be guessed by another."""
    return tuple(sorted(roles, key=lambda role: role not in _PRIVATE_ROLES))


def _by_role(roles: tuple[str, ...], kind: str) -> tuple[Rule, tuple[str, ...]] | None:
    for role in roles:
        for rule in RULES.get(role, ()):
            if not rule.kinds or kind in rule.kinds:
                return rule, (role,)
    return None


def _by_kind(candidate: Candidate, kind: str) -> tuple[Rule, tuple[str, ...]]:
    """No cue at all: lists are public by rule, case papers private, the rest needs a person."""
    cue = (f"kind:{kind}",)
    if kind in LISTS:
        return role_cues.LISTED, cue
    if kind in CASE_PAPERS or kind == "unknown":
        return role_cues.PRIVATE_DEFAULT, cue
    if kind in OFFICE_PAPERS and candidate.pattern in _OFFICE_PLACES:
        return role_cues.OFFICE_DEFAULT, cue
    if kind in ("guide", "duty_roster"):
        return role_cues.OFFICE_DEFAULT, cue
    return role_cues.UNKNOWN_ROLE, cue
