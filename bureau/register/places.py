"""Proof that every input lies in exactly one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bureau.register.files import Home
from bureau.register.models import (
    IntakeRecord,
    Place,
    PublicationRecord,
    QuarantineRecord,
)
from domain.secrecy import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceProblem:
    """Something that is not where the register says; ``record_id`` 0 = no row knows it."""

    code: str
    record_id: int = 0


def check_places(home: Home, *, deep: bool = False) -> list[PlaceProblem]:
    """Every input that is missing, in two places, or unknown to the register; [] = all is well.

    Files still waiting in the inbox are in their place. Rows pending after a crash are not judged:
    the next sweep settles them. ``deep`` also hashes every original.
    """
    return [
        *_records(home, deep=deep),
        *_strays(home),
        *_published(home, deep=deep),
    ]


def _records(home: Home, *, deep: bool) -> Iterator[PlaceProblem]:
    held = dict(
        QuarantineRecord.objects.order_by("pk").values_list("intake_id", "pk")
    )  # the latest of each input wins
    for record in IntakeRecord.objects.filter(pending=False).exclude(place=Place.GONE):
        yield from _record(home, record, held.get(record.pk, 0), deep=deep)


def _record(
    home: Home, record: IntakeRecord, quarantine_id: int, *, deep: bool
) -> Iterator[PlaceProblem]:
    match record.place:
        case Place.VAULT:
            path = home.original_path(record.sha256)
            if not path.is_file():
                yield PlaceProblem(code="original_missing", record_id=record.pk)
            elif deep and not home.has_original(record.sha256):
                yield PlaceProblem(code="original_changed", record_id=record.pk)
        case Place.DUPLICATE:
            if home.set_aside_file(home.duplicate, record.pk) is None:
                yield PlaceProblem(code="duplicate_missing", record_id=record.pk)
        case Place.FAILED:
            if home.set_aside_file(home.failed, record.pk) is None:
                yield PlaceProblem(code="failed_missing", record_id=record.pk)
        case Place.HELD:
            if not _is_held(home, quarantine_id):
                yield PlaceProblem(code="held_missing", record_id=record.pk)


def _is_held(home: Home, quarantine_id: int) -> bool:
    quarantine = QuarantineRecord.objects.filter(pk=quarantine_id).first()
    if quarantine is None:
        return False
    if quarantine.outcome == Outcome.TRANSFERRED:
        return (home.handed_over / quarantine.held_name).is_file()
    return home.held_path(quarantine.held_name).is_file()


def _strays(home: Home) -> Iterator[PlaceProblem]:
    vault = Counter(IntakeRecord.objects.filter(place=Place.VAULT).values_list("sha256", flat=True))
    for sha256 in home.vault_hashes():
        count = vault.pop(sha256, 0)
        if count != 1:
            yield PlaceProblem(code="original_unknown" if not count else "original_twice")
    for folder, place in ((home.failed, Place.FAILED), (home.duplicate, Place.DUPLICATE)):
        known = {str(pk) for pk in _ids(place)}
        for child in folder.iterdir():
            filled = any(child.iterdir()) if child.is_dir() else True
            if filled and child.name not in known:
                yield PlaceProblem(code=f"{place.value}_unknown")
    held = set(QuarantineRecord.objects.values_list("held_name", flat=True))
    for folder in (home.held, home.handed_over):
        for path in folder.iterdir():
            if path.is_file() and path.name not in held:
                yield PlaceProblem(code="held_unknown")


def _ids(place: Place) -> list[int]:
    # pending rows count: their file may have moved already
    return [
        *IntakeRecord.objects.filter(place=place).values_list("pk", flat=True),
        *IntakeRecord.objects.filter(pending=True).values_list("pk", flat=True),
    ]


def _published(home: Home, *, deep: bool) -> Iterator[PlaceProblem]:
    known = set()
    for row in PublicationRecord.objects.exclude(file_name=""):
        known.add(row.file_name)
        path = home.public_path(row.file_name)
        if not path.is_file():
            yield PlaceProblem(code="published_missing", record_id=row.pk)
        elif deep and home.file_hash(path) != row.sha256:
            yield PlaceProblem(code="published_changed", record_id=row.pk)
    for name in home.public_names():
        if name not in known:
            yield PlaceProblem(code="published_unknown")
