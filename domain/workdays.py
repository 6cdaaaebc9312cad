"""Working days (工作日) by published tables, with 调休 make-up days.

A missing year raises; it is never counted as plain weekdays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from domain.errors import MissingCalendar
from domain.labels import Due

SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarYear:
    """One year's table: ``holidays`` are free weekdays, ``makeup_days`` are worked weekend days."""

    year: int
    holidays: frozenset[date]
    makeup_days: frozenset[date]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Tables by year."""

    years: Mapping[int, CalendarYear]

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on ``day``.

        Raises:
            MissingCalendar: if the year's table is not there.
        """
        table = self.years.get(day.year)
        if table is None:
            raise MissingCalendar(day.year)
        if day in table.makeup_days:
            return True
        return day.weekday() < SATURDAY and day not in table.holidays

    def due(self, *, start: date, working_days: int, basis: str) -> Due:
        """The last day of a limit of ``working_days``; the start day itself is not counted.

        Returns a Due with every counted day, or with ``date`` None and ``missing_year`` set where
        the count runs into a year without a table.
        """
        counted: list[date] = []
        day = start
        try:
            while len(counted) < working_days:
                day += timedelta(days=1)
                if self.is_working_day(day):
                    counted.append(day)
        except MissingCalendar as error:
            return Due(
                date=None,
                basis=basis,
                start=start,
                working_days=working_days,
                counted=tuple(counted),
                missing_year=error.year,
            )
        return Due(
            date=day, basis=basis, start=start, working_days=working_days, counted=tuple(counted)
        )

    def working_days_between(self, after: date, until: date) -> int:
        """Number of working days later than ``after`` and not later than ``until``.

        Raises:
            MissingCalendar: if a year's table is not there.
        """
        return sum(
            self.is_working_day(after + timedelta(days=n))
            for n in range(1, (until - after).days + 1)
        )


def load_calendar(files: Iterable[Path]) -> Calendar:
    """A calendar from JSON tables ``{year, holidays[], makeup_days[], source}`` (ISO dates)."""
    years: dict[int, CalendarYear] = {}
    for file in files:
        raw = json.loads(file.read_text(encoding="utf-8"))
        years[int(raw["year"])] = CalendarYear(
            year=int(raw["year"]),
            holidays=frozenset(date.fromisoformat(d) for d in raw["holidays"]),
            makeup_days=frozenset(date.fromisoformat(d) for d in raw["makeup_days"]),
            source=str(raw.get("source", "")),
        )
    return Calendar(years)
