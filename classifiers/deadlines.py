"""The statutory time limit of a suggestion (条例 26; 安全生产法 78)."""

from __future__ import annotations

from domain.labels import Due, Label, Suggestion
from domain.workdays import Calendar

PROACTIVE_WORKING_DAYS = 20
SAFETY_PENALTY_WORKING_DAYS = 7
_SAFETY_STATUTE = "anquan-shengchan-fa-2021"
_SAFETY_ARTICLE = 78
_PROACTIVE_BASIS = "政府信息公开条例第二十六条：自形成或者变更之日起20个工作日内公开"
_SAFETY_BASIS = "安全生产法第七十八条：作出处罚决定后7个工作日内公开曝光"


def due_for(suggestion: Suggestion, calendar: Calendar) -> Due | None:
    """The time limit for publishing, counted from the 成文日期; None where none runs.

    None: not suggested for proactive publication, or the date it was formed is unknown. A year
    without a table gives a Due whose ``date`` is None (an alarm, never a guess).
    """
    if suggestion.label is not Label.PROACTIVE or suggestion.formed_on is None:
        return None
    safety_penalty = any(
        g.statute == _SAFETY_STATUTE and g.article == _SAFETY_ARTICLE for g in suggestion.grounds
    )
    return calendar.due(
        start=suggestion.formed_on,
        working_days=SAFETY_PENALTY_WORKING_DAYS if safety_penalty else PROACTIVE_WORKING_DAYS,
        basis=_SAFETY_BASIS if safety_penalty else _PROACTIVE_BASIS,
    )
