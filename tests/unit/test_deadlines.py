"""Time limits by the published calendars, exact to the day (scenarios A2 and A6)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from classifiers.deadlines import due_for
from classifiers.statutes import ground
from domain.errors import MissingCalendar
from domain.labels import Ground, Label, Suggestion
from domain.resources import data_path
from domain.workdays import Calendar, load_calendar


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_calendar(sorted(data_path("calendars").glob("*.json")))


def suggestion(formed_on: date | None, *grounds: Ground, label: Label | None) -> Suggestion:
    return Suggestion(
        label=label,
        probabilities={Label.PROACTIVE: 1.0, Label.ON_REQUEST: 0.0, Label.EXEMPT: 0.0},
        prediction_set=(Label.PROACTIVE,),
        grounds=grounds,
        formed_on=formed_on,
    )


def test_twenty_working_days_over_the_autumn_holidays(calendar: Calendar) -> None:
    due = due_for(suggestion(date(2026, 9, 21), label=Label.PROACTIVE), calendar)
    assert due is not None
    assert due.date == date(2026, 10, 26)
    assert len(due.counted) == 20
    assert due.counted[0] == date(2026, 9, 22)
    free = {date(2026, 9, 25), date(2026, 9, 26), date(2026, 9, 27)}
    free |= {date(2026, 10, d) for d in range(1, 8)}
    assert not free & set(due.counted)
    assert date(2026, 10, 10) in due.counted


def test_seven_working_days_for_a_safety_penalty(calendar: Calendar) -> None:
    grounds = (ground("item6", rule_id="r"), ground("safety_penalty", rule_id="r"))
    due = due_for(suggestion(date(2026, 4, 27), *grounds, label=Label.PROACTIVE), calendar)
    assert due is not None
    assert due.date == date(2026, 5, 9)
    assert "第七十八条" in due.basis
    assert [d.isoformat()[5:] for d in due.counted] == [
        "04-28", "04-29", "04-30", "05-06", "05-07", "05-08", "05-09"
    ]  # fmt: skip


def test_a_request_of_february_runs_over_spring_festival(calendar: Calendar) -> None:
    due = calendar.due(start=date(2026, 2, 10), working_days=20, basis="条例第三十三条")
    assert due.date == date(2026, 3, 16)
    assert {date(2026, 2, 14), date(2026, 2, 28)} <= set(due.counted)


def test_a_late_publication_is_late_by_working_days(calendar: Calendar) -> None:
    assert calendar.working_days_between(date(2026, 5, 9), date(2026, 5, 11)) == 1
    assert calendar.working_days_between(date(2026, 10, 26), date(2026, 10, 27)) == 1


def test_a_missing_year_is_an_alarm_and_never_a_guess(calendar: Calendar) -> None:
    due = due_for(suggestion(date(2026, 12, 20), label=Label.PROACTIVE), calendar)
    assert due is not None
    assert due.date is None
    assert due.missing_year == 2027
    assert due.counted[-1] == date(2026, 12, 31)
    with pytest.raises(MissingCalendar):
        calendar.is_working_day(date(2027, 1, 4))


@pytest.mark.parametrize("label", [Label.ON_REQUEST, Label.EXEMPT, None])
def test_no_limit_runs_where_nothing_is_to_be_published(
    calendar: Calendar, label: Label | None
) -> None:
    assert due_for(suggestion(date(2026, 9, 21), label=label), calendar) is None
    assert due_for(suggestion(None, label=Label.PROACTIVE), calendar) is None


def test_the_shipped_tables_agree_with_the_library_they_come_from(calendar: Calendar) -> None:
    assert sorted(calendar.years) == list(range(2004, 2027))
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert calendar.is_working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)
