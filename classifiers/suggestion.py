"""The recipe of a suggestion: declared mark, rules and model to label, grounds and doubts.

Hard rows of the decision table win; the model speaks where they are silent; what disagrees is shown
and never resolved. The machine never suggests publication while a secrecy signal stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifiers.document_kind import kind_names
from classifiers.elements import Elements, body_of
from classifiers.features import Observation, observe
from classifiers.label_model import LABELS, LabelModel
from classifiers.signals import signal_names
from classifiers.statutes import decision_table, ground, grounds_of
from domain.documents import ExtractedText, NormalizedText, Tokens
from domain.findings import Action, Category, Finding, FindingType
from domain.labels import LABEL_NAMES, Conflict, Ground, Label, Suggestion
from domain.spans import TextSpan

_EVIDENCE_KEPT = 6
_CUES_KEPT = 8
_SURE = 0.8
# signals that open the 保密审查, each with its reason; the second set is void for a teaching text
_SECRECY_ALWAYS: Mapping[str, str] = {
    "internal_heading": "首部标有“内部事项”“内部资料”等字样，可能属工作秘密（保密法第六十四条）。",
    "declassified": "文件原标密级、注明已解密或者作废，须核对解密手续（保密法实施条例）。",
}
_SECRECY_UNLESS_TEACHING: Mapping[str, str] = {
    "cites_marked": "引用或者转发标有密级的文件，可能属派生国家秘密（保密法第十八条）。",
    "marked_attachment": "附件名称带有密级字样。",
    "marked_body": "正文中有独立成行的密级标注。",
    "secret_handling": "标题涉及涉密载体或者机要事项。",
}
_SECRECY_FINDING = "文中发现疑似密级标志或者涉密内容。"
_TEACHING_CUE = "文中提及“国家秘密”等用语，但不在版头位置，仅作提示，不是密级标志。"
_SECRET_TYPES = frozenset({FindingType.SECRET_MARK, FindingType.SECRET_CONTENT})
# what an exempt label rests on where no row of the table fits, strongest interest first
_EXEMPT_FALLBACK: tuple[tuple[str, str], ...] = (
    ("guard_detail", "public_safety"),
    ("network_weakness", "public_safety"),
    ("keep_informant", "informant"),
    ("trade_mark", "trade_secret"),
    ("third_party_refuses", "trade_secret"),
    ("minors", "minors"),
    ("health_family", "privacy"),
    ("case_terms", "case_file"),
    ("approval_fields", "internal_affairs"),
    ("staff_matters", "internal_affairs"),
)


def suggest(
    extracted: ExtractedText,
    normalized: NormalizedText,
    tokens: Tokens,
    findings: Sequence[Finding],
    *,
    elements: Elements,
    model: LabelModel,
    bureau: str | None = None,
) -> Suggestion:
    """What the machine proposes for one document, with evidence in spans of the extracted text.

    ``label`` is None where the likeliest label stays under the model's threshold, or where
    publication would be suggested beside a secrecy signal. ``bureau`` is this bureau's name.
    """
    seen = observe(extracted, normalized, tokens, findings, elements, within=body_of(extracted))
    probabilities = model.predict(
        seen.terms,
        seen.marks,
        declared=seen.declared.label if seen.declared else None,
        hard=seen.hard.label if seen.hard else None,
    )
    reasons, secrecy_spans = _secrecy(seen, findings)
    label = _label(probabilities, model.threshold, secret=bool(reasons))
    return Suggestion(
        label=label,
        probabilities=probabilities,
        prediction_set=model.prediction_set(probabilities),
        grounds=_grounds(seen, label, findings, elements),
        declared=seen.declared,
        conflicts=_conflicts(seen, label, probabilities, findings, elements, model, bureau),
        secrecy_review=bool(reasons),
        secrecy_reasons=reasons,
        secrecy_evidence=secrecy_spans,
        document_kind=elements.kind,
        title=elements.title,
        title_span=elements.title_span,
        doc_no=elements.doc_no,
        issuer=elements.issuer,
        formed_on=elements.formed_on,
        cues=_cues(seen, label, probabilities, elements, model, secret=bool(reasons)),
        model_version=model.version,
        rules_version=decision_table().version,
    )


def _label(probabilities: Mapping[Label, float], threshold: float, *, secret: bool) -> Label | None:
    best = max(LABELS, key=lambda label: probabilities[label])
    if probabilities[best] < threshold:
        return None
    if secret and best is Label.PROACTIVE:
        return None
    return best


def _secrecy(
    seen: Observation, findings: Sequence[Finding]
) -> tuple[tuple[str, ...], tuple[TextSpan, ...]]:
    """Reasons for a 保密审查 with their places."""
    reasons: list[str] = []
    spans: list[TextSpan] = []
    teaching = "secrecy_teaching" in seen.signals
    for name, reason in {**_SECRECY_ALWAYS, **_SECRECY_UNLESS_TEACHING}.items():
        if name in seen.signals and not (teaching and name in _SECRECY_UNLESS_TEACHING):
            reasons.append(reason)
            spans.extend(seen.signals[name])
    marked = [
        f.location
        for f in findings
        if f.type in _SECRET_TYPES
        and f.action is not Action.KEEP
        and isinstance(f.location, TextSpan)
    ]
    if marked:
        reasons.append(_SECRECY_FINDING)
        spans.extend(marked)
    return tuple(reasons), tuple(sorted(set(spans)))[:_EVIDENCE_KEPT]


def _grounds(
    seen: Observation, label: Label | None, findings: Sequence[Finding], elements: Elements
) -> tuple[Ground, ...]:
    if label is None:
        return ()
    found = list(grounds_of(seen.rows, label, seen.signals))
    title = (elements.title_span,) if elements.title_span else ()
    if not found and label is Label.EXEMPT:
        found.append(_exempt_fallback(seen))
    elif not found:
        ground_id = "public_interest" if label is Label.PROACTIVE else "general"
        found.append(ground(ground_id, rule_id="r00-model", evidence=title))
    masked = _private_spans(findings)
    if label is Label.ON_REQUEST and masked and all(g.article != 37 for g in found):
        found.append(ground("separable", rule_id="r00-separable", evidence=masked))
    return tuple(found)


def _exempt_fallback(seen: Observation) -> Ground:
    for name, ground_id in _EXEMPT_FALLBACK:
        if name in seen.signals:
            return ground(ground_id, rule_id="r00-model", evidence=seen.signals[name])
    return ground("deliberation", rule_id="r00-model")


def _private_spans(findings: Sequence[Finding]) -> tuple[TextSpan, ...]:
    return tuple(
        f.location
        for f in findings
        if f.category in (Category.PRIVATE, Category.TRADE_SECRET)
        and f.action is Action.REDACT
        and isinstance(f.location, TextSpan)
    )


def _conflicts(
    seen: Observation,
    label: Label | None,
    probabilities: Mapping[Label, float],
    findings: Sequence[Finding],
    elements: Elements,
    model: LabelModel,
    bureau: str | None,
) -> tuple[Conflict, ...]:
    out: list[Conflict] = []
    declared = seen.declared
    best = max(LABELS, key=lambda one: probabilities[one])
    if declared is not None and declared.label is not best:
        out.append(
            Conflict(
                code="declared_differs",
                message=f"拟稿标注“{LABEL_NAMES[declared.label]}”，"
                f"内容更像“{LABEL_NAMES[best]}”，请核对后确定。",
                evidence=(declared.span,),
            )
        )
    carried = _private_spans(findings)
    public = label is Label.PROACTIVE or (
        declared is not None and declared.label is Label.PROACTIVE
    )
    if public and carried:
        out.append(
            Conflict(
                code="private_in_proactive",
                message=f"拟主动公开的文件夹带{len(carried)}处应遮盖的个人信息或者商业秘密，"
                "须遮盖后公开。",
                evidence=carried[:_EVIDENCE_KEPT],
            )
        )
    if seen.hard is not None:
        alone = model.predict(seen.terms, seen.marks)
        likely = max(LABELS, key=lambda one: alone[one])
        if likely is not seen.hard.label and alone[likely] >= _SURE:
            out.append(
                Conflict(
                    code="rule_and_model_differ",
                    message=f"规则指向“{LABEL_NAMES[seen.hard.label]}”，"
                    f"相近文件多为“{LABEL_NAMES[likely]}”，请核对。",
                )
            )
    if _made_by_other(elements.issuer, bureau):
        out.append(
            Conflict(
                code="made_by_other",
                message="制作机关似非本机关：由制作机关负责公开（条例第十条），请核对。",
                evidence=(elements.issuer_span,) if elements.issuer_span else (),
            )
        )
    return tuple(out)


def _made_by_other(issuer: str | None, bureau: str | None) -> bool:
    if not issuer or not bureau:
        return False
    return bureau not in issuer and issuer not in bureau


def _cues(
    seen: Observation,
    label: Label | None,
    probabilities: Mapping[Label, float],
    elements: Elements,
    model: LabelModel,
    *,
    secret: bool,
) -> tuple[str, ...]:
    """What carried the label, as a person would say it."""
    best = label or max(LABELS, key=lambda one: probabilities[one])
    cues = [f"文种：{kind_names().get(elements.kind, elements.kind)}"]
    if label is None:
        cues.append("涉密疑点未排除，不建议公开" if secret else "把握不足，待人工判断")
    if not secret and "secrecy_words" in seen.signals:
        cues.append(_TEACHING_CUE)
    names = signal_names()
    for row in seen.rows:
        if row.label is best:
            cues.extend(names[s] for s in sorted(row.every | row.any) if s in seen.signals)
    for share in model.contributions(seen.terms, seen.marks, best, most=_CUES_KEPT):
        if "=" not in share.name:
            cues.append(f"用语：{share.name.removeprefix('题:').replace('_', '')}")
    return tuple(dict.fromkeys(cues))[:_CUES_KEPT]
