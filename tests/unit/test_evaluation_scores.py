"""How an evaluation counts: labels, grounds, and spans by the half rule."""

from __future__ import annotations

import pytest

from classifiers.statutes import ground
from domain.findings import Action, Category, Evidence, Finding, FindingType
from domain.labels import Label, Suggestion
from domain.spans import TextSpan
from pipelines.evaluation_labels import LabelCase, grounds_in, label_scores
from pipelines.evaluation_spans import AnnotatedSpan, SpanScores

TEXT = "当事人黄某某的手机是13900000001，局长方某签发。"


def note(start: int, end: int, action: Action, kind: str = "PERSON") -> AnnotatedSpan:
    return AnnotatedSpan(span=TextSpan(start=start, end=end), type=kind, action=action)


def found(start: int, end: int, action: Action, kind: FindingType = FindingType.PERSON) -> Finding:
    return Finding(
        id=f"{start}",
        text_digest="0",
        location=TextSpan(start=start, end=end),
        type=kind,
        category=Category.PRIVATE,
        action=action,
        score=1.0,
        evidence=Evidence(recognizer="t", version="1", pattern="p"),
    )


@pytest.mark.parametrize(
    ("findings", "hit", "undecided"),
    [
        ([found(3, 6, Action.REDACT)], 1, 0),
        ([found(4, 6, Action.REDACT)], 1, 0),
        ([found(5, 6, Action.REDACT)], 0, 0),
        ([found(3, 6, Action.KEEP)], 0, 0),
        ([found(3, 6, Action.MUST_DECIDE)], 1, 1),
        ([found(3, 4, Action.MUST_DECIDE), found(4, 5, Action.REDACT)], 1, 0),
        ([found(0, 20, Action.REDACT, FindingType.WORK_SECRET)], 1, 0),
        ([], 0, 0),
    ],
)
def test_a_span_to_mask_is_found_when_half_of_it_is_covered(
    findings: list[Finding], hit: int, undecided: int
) -> None:
    scores = SpanScores()
    scores.add(TEXT, [note(3, 6, Action.REDACT)], findings, quarantined=False)
    assert scores.found["PERSON"] == hit
    assert scores.left_to_decide == undecided


@pytest.mark.parametrize(
    ("action", "wrong", "undecided"),
    [(Action.REDACT, 1, 0), (Action.MUST_DECIDE, 0, 1), (Action.KEEP, 0, 0)],
)
def test_a_span_to_keep_is_wronged_only_by_masking_it(
    action: Action, wrong: int, undecided: int
) -> None:
    scores = SpanScores()
    scores.add(TEXT, [note(25, 27, Action.KEEP)], [found(25, 27, action)], quarantined=False)
    assert scores.wrongly_masked["PERSON"] == wrong
    assert scores.left_to_decide == undecided


def test_a_name_kept_inside_a_passage_to_mask_goes_with_it() -> None:
    scores = SpanScores()
    notes = [note(0, 20, Action.REDACT, "WORK_SECRET"), note(3, 6, Action.KEEP)]
    whole = [found(0, 20, Action.REDACT, FindingType.WORK_SECRET)]
    scores.add(TEXT, notes, whole, quarantined=False)
    assert scores.wrongly_masked["PERSON"] == 0
    assert scores.precision() == 1.0


def test_precision_counts_characters_and_leaves_white_space_out() -> None:
    text = "黄 某某在场"
    scores = SpanScores()
    scores.add(text, [note(0, 4, Action.REDACT)], [found(0, 6, Action.REDACT)], quarantined=False)
    assert scores.masked_chars["PERSON"] == 5
    assert scores.rightly_masked_chars["PERSON"] == 3


def test_a_quarantined_document_earns_its_mark_and_nothing_else() -> None:
    scores = SpanScores()
    notes = [
        note(0, 2, Action.REDACT, "SECRET_MARK"),
        note(3, 6, Action.REDACT),
        note(25, 27, Action.KEEP),
    ]
    scores.add(TEXT, notes, (), quarantined=True)
    assert scores.recall("SECRET_MARK") == 1.0
    assert scores.recall("PERSON") == 0.0
    assert scores.wrongly_masked.total() == 0
    assert scores.recall() == 0.5


@pytest.mark.parametrize(
    ("basis", "grounds"),
    [
        ("第二十条第(六)项", {(20, 6)}),
        ("第二十条第(十五)项(安全生产法第八十六条)", {(20, 15)}),
        ("第十九条、第二十条第(十一)项", {(19, None), (20, 11)}),
        ("第二十条第(二)项、第(十五)项", {(20, 2), (20, 15)}),
        ("第十六条第二款 行政执法案卷", {(16, None)}),
        ("第十四条 危及公共安全；第十六条第一款 内部事务信息", {(14, None), (16, None)}),
        ("第十三条、第三十七条（区分处理）", {(13, None), (37, None)}),
        ("第二十一条 社会救助", {(21, None)}),
        ("", set()),
    ],
)
def test_annotated_grounds_are_read(basis: str, grounds: set[tuple[int, int | None]]) -> None:
    assert grounds_in(basis) == grounds


def case(
    label: Label,
    said: Label | None,
    *,
    sure: float = 0.9,
    basis: str = "",
    ground_id: str = "general",
    pair: str | None = None,
    quarantined: bool = False,
) -> LabelCase:
    best = said or label
    rest = (1 - sure) / 2
    suggestion = Suggestion(
        label=said,
        probabilities={one: sure if one is best else rest for one in Label},
        prediction_set=(best,),
        grounds=(ground(ground_id, rule_id="r"),),
    )
    return LabelCase(
        id="d",
        file="a",
        label=label,
        basis=basis,
        difficulty="easy",
        pair=pair,
        suggestion=None if quarantined else suggestion,
        by_folds=True,
    )


def test_abstentions_count_as_wrong_and_the_rest_is_scored_beside() -> None:
    cases = [
        case(Label.PROACTIVE, Label.PROACTIVE),
        case(Label.ON_REQUEST, Label.ON_REQUEST),
        case(Label.EXEMPT, None),
        case(Label.EXEMPT, Label.PROACTIVE),
    ]
    scores = label_scores(cases)
    assert scores.accuracy == 0.5
    assert scores.abstained == 0.25
    assert scores.accuracy_of_rest == pytest.approx(2 / 3)
    assert scores.exempt_as_proactive == 1
    assert scores.exempt_recall == 0.0
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert scores.set_coverage["exempt"] == 0.5


def test_a_quarantined_document_counts_as_exempt_and_stays_out_of_the_calibration() -> None:
    scores = label_scores([case(Label.EXEMPT, None, basis="第十四条", quarantined=True)])
    assert scores.exempt_recall == 1.0
    assert scores.exempt_article_right == 1.0
    assert scores.calibration_error is None
    assert scores.set_size is None


def test_the_first_ground_is_what_is_judged() -> None:
    right = case(Label.PROACTIVE, Label.PROACTIVE, basis="第二十条第(六)项", ground_id="item6")
    wrong = case(Label.PROACTIVE, Label.PROACTIVE, basis="第二十条第(六)项", ground_id="item5")
    assert label_scores([right, wrong]).proactive_item_right == 0.5


def test_a_contrast_pair_is_right_only_as_a_whole() -> None:
    cases = [
        case(Label.EXEMPT, Label.EXEMPT, pair="T1"),
        case(Label.PROACTIVE, Label.ON_REQUEST, pair="T1"),
        case(Label.EXEMPT, Label.EXEMPT, pair="T2"),
        case(Label.PROACTIVE, Label.PROACTIVE, pair="T2"),
        case(Label.PROACTIVE, Label.PROACTIVE, pair="alone"),
    ]
    scores = label_scores(cases)
    assert scores.pairs == 2
    assert scores.pairs_right == 0.5


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    cases = [case(Label.PROACTIVE, Label.PROACTIVE, sure=0.85) for _ in range(3)]
    cases.append(case(Label.EXEMPT, Label.PROACTIVE, sure=0.85))
    assert label_scores(cases).calibration_error == pytest.approx(0.10)
