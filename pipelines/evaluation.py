"""Scoring of suggestions and screening on annotated documents (`gongkai evaluate`).

Documents the installed model was trained on are scored by models refitted in folds that did not see
them; all others by the installed model. Input runs through the recipe as a .txt file would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from classifiers.label_model import LabelModel
from classifiers.training import FOLDS, Example, fit, folds_of
from domain.labels import LABEL_NAMES, Label
from pipelines.evaluation_labels import LabelCase, LabelScores, label_scores
from pipelines.evaluation_spans import SpanScores
from pipelines.intake import Instruments, Prepared, suggestion_for
from pipelines.training_set import (
    AnnotatedDocument,
    example_of,
    prepare_document,
    shipped_documents,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an evaluation measured.

    ``slices`` are label scores by file, by difficulty and by way of scoring; ``companions`` counts
    shipped training documents that helped the refitted models without being scored.
    """

    model_version: str
    by_folds: int
    by_installed: int
    quarantined: int
    companions: int
    labels: LabelScores
    slices: Mapping[str, LabelScores]
    spans: SpanScores
    cases: tuple[LabelCase, ...]


def evaluate_documents(
    documents: Sequence[AnnotatedDocument],
    instruments: Instruments,
    *,
    advance: Callable[[], None] = lambda: None,
) -> Report:
    """The scores of ``documents``; ``advance`` is called once for each.

    Raises:
        TooFewDocuments: if documents of the training set cannot be refitted in folds.
    """
    prepared: list[Prepared | None] = []
    spans = SpanScores()
    for document in documents:
        found = prepare_document(document, instruments)
        prepared.append(found)
        spans.add(
            document.text,
            document.spans,
            found.findings if found else (),
            quarantined=found is None,
        )
        advance()
    models, companions = _models_for(documents, prepared, instruments)
    cases = tuple(
        _case(document, found, models[i], instruments)
        for i, (document, found) in enumerate(zip(documents, prepared, strict=True))
    )
    return Report(
        model_version=instruments.model.version,
        by_folds=sum(c.by_folds for c in cases),
        by_installed=sum(not c.by_folds and c.suggestion is not None for c in cases),
        quarantined=sum(c.suggestion is None for c in cases),
        companions=companions,
        labels=label_scores(cases),
        slices=_slices(cases),
        spans=spans,
        cases=cases,
    )


def _models_for(
    documents: Sequence[AnnotatedDocument],
    prepared: Sequence[Prepared | None],
    instruments: Instruments,
) -> tuple[list[LabelModel | None], int]:
    """A refitted model for each document of the training set, None for the others."""
    known = instruments.model.training_digests
    own = {
        i: example_of(documents[i], found)
        for i, found in enumerate(prepared)
        if found is not None and documents[i].digest in known
    }
    models: list[LabelModel | None] = [None] * len(documents)
    if not own:
        return models, 0
    helpers = _companions(known, {e.digest for e in own.values()}, instruments)
    indices = [*own, *([None] * len(helpers))]
    examples = [*own.values(), *helpers]
    for held in folds_of(examples):
        inside = set(held.tolist())
        model = fit(
            [e for n, e in enumerate(examples) if n not in inside],
            version=f"{instruments.model.version}/folds",
        )
        for n in held:
            index = indices[n]
            if index is not None:
                models[index] = model
    return models, len(helpers)


def _companions(known: frozenset[str], given: set[str], instruments: Instruments) -> list[Example]:
    """Shipped training documents that were not given: refitting without them would be unfair."""
    missing = known - given
    if not missing:
        return []
    out = []
    for document in shipped_documents():
        if document.digest in missing:
            found = prepare_document(document, instruments)
            if found is not None:
                out.append(example_of(document, found))
    return out


def _case(
    document: AnnotatedDocument,
    found: Prepared | None,
    refitted: LabelModel | None,
    instruments: Instruments,
) -> LabelCase:
    used = instruments if refitted is None else replace(instruments, model=refitted)
    return LabelCase(
        id=document.id,
        file=document.file,
        label=document.label,
        basis=document.basis,
        difficulty=document.difficulty,
        pair=document.pair,
        suggestion=suggestion_for(found, used) if found is not None else None,
        by_folds=refitted is not None,
    )


def _slices(cases: Sequence[LabelCase]) -> dict[str, LabelScores]:
    groups: dict[str, list[LabelCase]] = {}
    for case in cases:
        groups.setdefault(f"文件 {case.file}", []).append(case)
        if case.difficulty:
            groups.setdefault(f"难度 {case.difficulty}", []).append(case)
        if case.suggestion is not None:
            way = "折外" if case.by_folds else "已装模型"
            groups.setdefault(f"方式 {way}", []).append(case)
    return {name: label_scores(groups[name]) for name in sorted(groups)}


def report_json(report: Report) -> dict[str, Any]:
    """The report as plain values; shares between 0 and 1, None where nothing was measured."""
    spans = report.spans
    return {
        "model_version": report.model_version,
        "scored_by_folds": report.by_folds,
        "scored_by_installed_model": report.by_installed,
        "quarantined": report.quarantined,
        "companions": report.companions,
        "labels": asdict(report.labels),
        "slices": {name: asdict(scores) for name, scores in report.slices.items()},
        "spans": {
            "recall": spans.recall(),
            "precision": spans.precision(),
            "kept_wrongly_masked": spans.wrongly_masked.total(),
            "kept": spans.to_keep.total(),
            "annotated": spans.annotated,
            "must_decide": spans.left_to_decide,
            "by_type": {
                kind: {
                    "to_mask": spans.to_mask[kind],
                    "found": spans.found[kind],
                    "recall": spans.recall(kind),
                    "precision": spans.precision(kind),
                    "kept": spans.to_keep[kind],
                    "kept_wrongly_masked": spans.wrongly_masked[kind],
                }
                for kind in spans.types
            },
        },
        "documents": [_case_json(case) for case in report.cases],
    }


def _case_json(case: LabelCase) -> dict[str, Any]:
    suggestion = case.suggestion
    return {
        "id": case.id,
        "label": case.label.value,
        "suggested": case.said.value if case.said else None,
        "probabilities": {k.value: round(v, 4) for k, v in suggestion.probabilities.items()}
        if suggestion
        else {},
        "quarantined": suggestion is None,
        "by_folds": case.by_folds,
        "ground_right": case.ground_right,
    }


def report_text(report: Report) -> str:
    """The report as a table for a terminal."""
    labels, spans = report.labels, report.spans
    way = (
        f"{report.by_folds} 份在模型 {report.model_version} 的训练集内，按 {FOLDS} 折重训、折外评测"
        f"（对照组同折）；{report.by_installed} 份由已装模型评测；{report.quarantined} 份被版头密级"
        "标志停放，计为不予公开"
    )
    if report.companions:
        way += f"；另有 {report.companions} 份随附训练文件只参加重训"
    coverage = "，".join(
        f"{LABEL_NAMES[Label(name)]} {_percent(share)}"
        for name, share in labels.set_coverage.items()
    )
    lines = [
        f"标签　{labels.documents} 份。{way}。",
        f"  准确率（待人工计错）        {_percent(labels.accuracy)}",
        f"  宏平均 F1（待人工计错）     {_number(labels.macro_f1)}",
        f"  待人工比例                  {_percent(labels.abstained)}",
        f"  其余准确率                  {_percent(labels.accuracy_of_rest)}",
        f"  不予公开召回                {_percent(labels.exempt_recall)}",
        f"  不予公开被建议主动公开      {labels.exempt_as_proactive} / {labels.exempt}",
        f"  不予公开条文正确            {_percent(labels.exempt_article_right)}",
        f"  主动公开条项正确            {_percent(labels.proactive_item_right)}",
        f"  校准误差 ECE                {_number(labels.calibration_error)}",
        f"  预测集覆盖                  {coverage or '—'}；平均大小 {_number(labels.set_size)}",
        f"  对照组全部正确              {_percent(labels.pairs_right)}（{labels.pairs} 组）",
        "",
        "分组　　　　　　　份数　准确率　宏F1　待人工　误公开",
    ]
    lines += [_slice_line(name, scores) for name, scores in report.slices.items()]
    lines += [
        "",
        f"遮盖　标注 {spans.annotated} 处，其中待定 {spans.left_to_decide} 处"
        f"（{_percent(spans.left_to_decide / spans.annotated if spans.annotated else None)}）；"
        f"召回 {_percent(spans.recall())}，按字精确率 {_percent(spans.precision())}；"
        f"应留误遮 {spans.wrongly_masked.total()} / {spans.to_keep.total()}。",
        f"{'类型':<14}{'应遮':>6}{'找到':>6}{'召回':>8}{'精确率':>8}{'应留':>6}{'误遮':>6}",
    ]
    lines += [
        f"{kind:<16}{spans.to_mask[kind]:>8}{spans.found[kind]:>8}"
        f"{_percent(spans.recall(kind)):>10}{_percent(spans.precision(kind)):>11}"
        f"{spans.to_keep[kind]:>8}{spans.wrongly_masked[kind]:>8}"
        for kind in spans.types
    ]
    return "\n".join(lines)


def _slice_line(name: str, scores: LabelScores) -> str:
    wide = sum(ord(c) > 0x2E80 for c in name)
    return (
        f"{name}{' ' * max(1, 18 - len(name) - wide)}{scores.documents:>4}"
        f"{_percent(scores.accuracy):>9}{_number(scores.macro_f1):>8}"
        f"{_percent(scores.abstained):>8}{scores.exempt_as_proactive:>6}"
    )


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"
