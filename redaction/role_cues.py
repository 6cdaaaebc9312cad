"""What the parts people play mean for publishing, as tables: by role and by kind of document."""

from __future__ import annotations

from dataclasses import dataclass

from domain.findings import Action

KEEP, REDACT, MUST_DECIDE = Action.KEEP, Action.REDACT, Action.MUST_DECIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What happens to one role: by default, and in kinds of documents that differ."""

    id: str
    action: Action
    reason: str
    kinds: frozenset[str] = frozenset()


# Decisions and lists whose publication the law itself demands (条例 20(5), 20(6), 20(13)).
PUBLISHED_RESULTS = frozenset(
    {"penalty_decision", "permit_result", "exposure", "inspection_result", "investigation_report"}
)
LISTS = frozenset({"public_list", "permit_result", "bid", "personnel", "exposure"})
# Papers of one person's case: whoever is in them without an office is a party or a witness.
CASE_PAPERS = frozenset(
    {
        "transcript", "case_file", "complaint", "application", "filing", "private_roster",
        "individual_decision", "accident_bulletin", "foi_reply", "accountability_form",
        "safety_assessment", "legal_opinion", "ledger", "contract", "report_up",
        "security_arrangement",
    }
)  # fmt: skip
# Papers in which unnamed roles are those of people in office, at work for the public or honoured.
OFFICE_PAPERS = frozenset(
    {
        "minutes", "notice", "plan", "guide", "news", "rules", "interpretation", "duty_roster",
        "emergency_plan", "circular", "budget", "announcement", "reply", "self_check", "opinion",
        "appraisal", "letter", "request_up", "consultation_letter", "annual_report",
        "draft_for_comment", "proposal_reply", "statistics", "bid", "bid_evaluation",
        "personnel",
    }
)  # fmt: skip
_FORMS = frozenset({"application", "filing", "safety_assessment"})
_OWN_CONTRACTS = frozenset(
    {"contract", "bid", "announcement", "notice", "plan", "guide", "circular"}
)

_UNIT_HEADS = frozenset(
    {
        "guide", "notice", "plan", "duty_roster", "emergency_plan", "self_check", "news",
        "circular", "public_list", "opinion",
    }
)  # fmt: skip
_OFFICE = "履行职务的人员，姓名属应公开内容（条例第二十条第二项），保留。"
_PRIVATE = "非履行职务的自然人，属个人隐私（条例第十五条），遮盖。"

PRIVATE_DEFAULT = Rule(id="no_cue_private", action=REDACT, reason=_PRIVATE)
_EVALUATOR = Rule(
    id="evaluator", action=MUST_DECIDE, kinds=frozenset({"bid_evaluation"}),
    reason="评标、磋商成员名单在结果公布前依法保密（招标投标法第三十七条），是否公开须由审核人决定。",
)  # fmt: skip

# In order: the first rule that fits decides. A rule without kinds fits every kind.
RULES: dict[str, tuple[Rule, ...]] = {
    "already_masked": (
        Rule(id="masked_before", action=KEEP, reason="原文已作隐名处理，保持不变。"),
    ),
    "public_figure": (
        Rule(id="public_figure", action=KEEP, reason="理论、思想、精神名称中的人名，保留。"),
    ),
    "informant": (
        Rule(
            id="informant", action=REDACT,
            reason="举报人、投诉人信息依法保密（安全生产法第七十三条、条例第十五条），遮盖。",
        ),
    ),
    "former": (
        Rule(id="former_official", action=REDACT, kinds=CASE_PAPERS, reason=_PRIVATE),
        Rule(id="former_official_named", action=KEEP, reason="以原任职务出现，保留。"),
    ),
    "case_person": (
        Rule(
            id="liable_person", action=MUST_DECIDE, kinds=frozenset({"exposure"}),
            reason="失信、曝光名单中的责任人员，是否公开须由审核人决定。",
        ),
        Rule(
            id="listed_person", action=KEEP, kinds=frozenset({"personnel"}),
            reason="人事任免事项中的人员，姓名随任免公布，保留。",
        ),
        Rule(
            id="case_person", action=REDACT,
            reason="当事人、伤亡人员、证人及其亲属，属个人隐私，遮盖。",
        ),
    ),
    "applicant": (
        Rule(
            id="listed_person", action=KEEP, kinds=LISTS | {"announcement"},
            reason="依规定须公示的名单，姓名保留，号码等另行遮盖。",
        ),
        Rule(
            id="applicant", action=REDACT,
            reason="申请人、信访人或合同相对方个人，属个人隐私，遮盖。",
        ),
    ),
    "id_table": (
        Rule(
            id="listed_person", action=KEEP, kinds=LISTS | {"announcement"},
            reason="依规定须公示的名单，姓名保留，号码等另行遮盖。",
        ),
        Rule(
            id="roster_with_numbers", action=REDACT,
            reason="名册列有身份证件号码，属个人信息名册，非公示名单，遮盖。",
        ),
    ),
    "official": (_EVALUATOR, Rule(id="official", action=KEEP, reason=_OFFICE)),
    "enforcement": (
        Rule(id="enforcement", action=KEEP, reason="执法、经办等履行职务人员，保留。"),
    ),
    "handler": (
        Rule(
            id="handler_of_form", action=MUST_DECIDE, kinds=_FORMS,
            reason="申请、备案材料中的经办人可能为企业一方，是否公开须由审核人决定。",
        ),
        Rule(id="handler", action=KEEP, reason="经办、审核、签批等履行职务人员，保留。"),
    ),
    "expert": (
        _EVALUATOR,
        Rule(id="expert", action=KEEP, reason="以专家、评审身份参加公务活动，保留。"),
    ),
    "lawyer": (Rule(id="lawyer", action=KEEP, reason="律师以执业身份出现，保留。"),),
    "deputy": (Rule(id="deputy", action=KEEP, reason="代表、委员履行职务，保留。"),),
    "reader": (Rule(id="deputy", action=KEEP, reason="代表、委员履行职务，保留。"),),
    "doctor": (Rule(id="professional", action=KEEP, reason="以执业身份出现，保留。"),),
    "teacher": (Rule(id="professional", action=KEEP, reason="以职务身份出现，保留。"),),
    "contact": (
        Rule(
            id="private_contact", action=REDACT, kinds=_FORMS,
            reason="企业或申请人一方的联系人，属个人信息，遮盖。",
        ),
        Rule(
            id="contact", action=KEEP,
            reason="办公联系人，便于公众联系（条例第二十条第二项），保留。",
        ),
    ),
    "legal_rep": (
        Rule(
            id="legal_rep_published", action=MUST_DECIDE, kinds=PUBLISHED_RESULTS | {"opinion"},
            reason="处罚、许可等结果中的法定代表人或负责人，是否公开须由审核人决定。",
        ),
        Rule(
            id="legal_rep_contract", action=KEEP, kinds=_OWN_CONTRACTS,
            reason="合同或公告主体的法定代表人、负责人，登记信息依法可查，保留。",
        ),
        Rule(
            id="legal_rep_case", action=REDACT,
            reason="申请、备案或案卷中的法定代表人、负责人，遮盖。",
        ),
    ),
    "principal": (
        Rule(
            id="principal_published", action=MUST_DECIDE, kinds=PUBLISHED_RESULTS,
            reason="处罚、事故调查等结果中的企业负责人，是否公开须由审核人决定。",
        ),
        Rule(
            id="principal_contract", action=KEEP, kinds=frozenset({"announcement", "bid"}),
            reason="公告、合同主体的负责人，保留。",
        ),
        Rule(
            id="unit_head", action=KEEP, kinds=_UNIT_HEADS,
            reason="单位、机构负责人，履行职务，保留。",
        ),
        Rule(id="principal", action=REDACT, reason="企业人员，非行政机关履行职务人员，遮盖。"),
    ),
    "enterprise_contact": (
        Rule(
            id="enterprise_staff", action=REDACT,
            reason="企业经办人员、联系人，属个人信息，遮盖。",
        ),
    ),
    "worker": (
        Rule(id="worker", action=REDACT, reason="普通职工，与公开事项无关，遮盖。"),
    ),
    "student": (
        Rule(id="student", action=REDACT, reason="学生信息属个人隐私，遮盖。"),
    ),
    "behind_office": (
        Rule(id="no_cue_private", action=REDACT, kinds=CASE_PAPERS, reason=_PRIVATE),
        Rule(id="of_office", action=KEEP, reason=_OFFICE),
    ),
    "listed": (
        Rule(
            id="listed_person", action=KEEP, kinds=LISTS,
            reason="依规定须公示的名单，姓名保留，号码等另行遮盖。",
        ),
        Rule(
            id="office_paper_list", action=KEEP, kinds=OFFICE_PAPERS,
            reason="机关公文名单中的工作人员，保留。",
        ),
        Rule(id="no_cue_private", action=REDACT, reason=_PRIVATE),
    ),
    "badge": (
        Rule(
            id="certified_worker", action=REDACT, kinds=_FORMS,
            reason="申请、备案材料中的持证人员，属企业人员，遮盖。",
        ),
        Rule(id="enforcement", action=KEEP, reason="持执法证件履行职务的人员，保留。"),
    ),
    "particulars": (
        Rule(
            id="listed_person", action=KEEP, kinds=LISTS | {"announcement", "appraisal"},
            reason="依规定须公示的名单，姓名保留，号码等另行遮盖。",
        ),
        Rule(
            id="identified_person", action=REDACT,
            reason="与性别、年龄、身份号码等一并列出的自然人，属个人隐私，遮盖。",
        ),
    ),
    "reachable": (
        Rule(
            id="contact", action=KEEP, kinds=OFFICE_PAPERS | LISTS,
            reason="公布电话的办公或值班联系人，保留。",
        ),
        Rule(id="private_contact", action=REDACT, reason="留有电话的个人，属个人信息，遮盖。"),
    ),
    "member": (
        Rule(
            id="household_member", action=REDACT,
            kinds=frozenset({"private_roster", "application"}),
            reason="家庭成员，属个人隐私，遮盖。",
        ),
        _EVALUATOR,
        Rule(id="official", action=KEEP, reason=_OFFICE),
    ),
    "duty_holder": (
        Rule(
            id="legal_rep_published", action=MUST_DECIDE, kinds=PUBLISHED_RESULTS,
            reason="处罚、许可等结果中的责任人，是否公开须由审核人决定。",
        ),
        Rule(id="official", action=KEEP, reason=_OFFICE),
    ),
    "assigned": (
        Rule(
            id="case_person", action=REDACT,
            kinds=frozenset({"transcript", "private_roster", "safety_assessment"}),
            reason="案卷或个案材料中的人员，遮盖。",
        ),
        Rule(id="assigned", action=KEEP, reason="受指派、任免履行职务的人员，保留。"),
    ),
    "of_office": (Rule(id="of_office", action=KEEP, reason=_OFFICE),),
    "signature": (Rule(id="signature", action=KEEP, reason="公文署名、签批人员，保留。"),),
    "speaker": (
        Rule(
            id="addressee", action=REDACT,
            kinds=frozenset({"foi_reply", "individual_decision", "complaint", "transcript"}),
            reason="答复对象个人，属个人隐私，遮盖。",
        ),
        Rule(
            id="speaker", action=KEEP, kinds=OFFICE_PAPERS | {"case_file"},
            reason="会议发言人员，履行职务，保留。",
        ),
        PRIVATE_DEFAULT,
    ),
}  # fmt: skip

MINOR = Rule(
    id="minor", action=REDACT, reason="未成年人信息一律遮盖（未成年人保护法、条例第十五条）。"
)
MINOR_SOUGHT = Rule(
    id="minor_sought", action=MUST_DECIDE,
    reason="寻亲公告中的未成年人姓名，是否公开须由审核人决定。",
)  # fmt: skip
LISTED = Rule(
    id="listed_person", action=KEEP, reason="依规定须公示的名单，姓名保留，号码等另行遮盖。"
)
ASSESSED = Rule(
    id="assessed_person", action=REDACT, reason="干部考察材料中的人员信息属内部人事信息，遮盖。"
)
OFFICE_DEFAULT = Rule(
    id="office_paper_list", action=KEEP, reason="机关公文名单中的工作人员，保留。"
)
UNKNOWN_ROLE = Rule(
    id="no_cue", action=MUST_DECIDE, reason="姓名身份不明，是否公开须由审核人决定。"
)
