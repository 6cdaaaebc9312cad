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
from redaction.role_cues import CASE_PAPERS, LISTS, OFFICE_PAPERS, RULES, Rule

_SOUGHT = re.compile("寻亲|(?:查找|寻找)[^。\n]{0,10}父母|认领")
_OFFICE_HEAD = re.compile(r"^[,，、]?\s{0,2}\(?(?:[^,，。;\n()]{0,10})?(?:局|厅|镇|乡|县|市|区)长")
# Which of several roles speaks first: those that demand secrecy, then offices, then firms.
_ORDER = (
    "already_masked", "informant", "student", "official", "enforcement", "handler", "expert",
    "lawyer", "deputy", "case_person", "applicant", "contact", "enterprise_contact", "legal_rep",
    "principal", "worker", "reader", "doctor", "teacher", "of_office", "signature", "speaker",
)  # fmt: skip
_PRIVATE_ROLES = frozenset({"informant", "student", "case_person", "applicant", "worker"})


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
    elsewhere = _roles(candidate, "elsewhere:")
    if "already_masked" in own:
        return RULES["already_masked"][0], ("already_masked",)
    if candidate.type is FindingType.MINOR:
        sought = kind in ("announcement", "public_list") and _SOUGHT.search(ctx.text[:200])
        return (role_cues.MINOR_SOUGHT if sought else role_cues.MINOR), ("minor",)
    after = ctx.after(candidate.span.end, 16)
    if "legal_rep" in own and _OFFICE_HEAD.match(after):
        return RULES["official"][0], ("legal_rep", "head_of_office")
    found = _by_role(own, kind)
    if found:
        return found
    if kind in LISTS and (candidate.pattern in ("column", "bio", "form") or "particulars" in own):
        return role_cues.LISTED, ("list",)
    found = _by_role(_elsewhere_order(elsewhere), kind)
    if found:
        return found
    return _by_kind(candidate, kind)


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
    if kind in OFFICE_PAPERS and candidate.pattern in ("column", "form", "label", "bracket"):
        return role_cues.OFFICE_DEFAULT, cue
    return role_cues.UNKNOWN_ROLE, cue
