"""Reopens finished bytes with independent readers and looks for what was removed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from domain.documents import MediaType
from domain.publication import LeakHit, LeakReport, WrittenCopy
from redaction.leakcheck import markup_readers, office_readers, pdf_readers
from redaction.leakcheck.needles import BARRIER, Needle, Needles, folded_text, needles
from redaction.leakcheck.readings import Reader, ReaderFailed, Reading, Sight

_READERS: Mapping[MediaType, tuple[Reader, ...]] = {
    MediaType.DOCX: office_readers.DOCX,
    MediaType.XLSX: office_readers.XLSX,
    MediaType.HTML: markup_readers.HTML,
    MediaType.TXT: markup_readers.TEXT,
    MediaType.PDF: pdf_readers.PDF,
}


def check(copy: WrittenCopy, secrets: Sequence[str], *, kept_text: str) -> LeakReport:
    """What every reader of the copy's format still finds of ``secrets``.

    A hit's ``mark_index`` is the secret's place in ``secrets``. A secret that ``kept_text`` holds n
    times may be found n times in running text; names, attributes and raw bytes are searched for
    secrets that it does not hold at all. A reader that fails is a problem, and a report with a
    problem is not clean.
    """
    wanted = needles(secrets, kept_text)
    hits: list[LeakHit] = []
    problems: list[str] = []
    readers = _READERS.get(copy.media_type, ())
    if not readers:
        problems.append("no_reader")
    for reader in readers:
        try:
            hits.extend(_search(reader.name, reader.read(copy.data), wanted))
        except ReaderFailed as failure:
            problems.append(f"{reader.name}:{failure.code}")
    return LeakReport(
        sha256=hashlib.sha256(copy.data).hexdigest(),
        readers=tuple(reader.name for reader in readers),
        strings=len(wanted.items),
        hits=tuple(dict.fromkeys(hits)),
        problems=tuple(dict.fromkeys(problems)),
    )


def check_text(text: str, secrets: Sequence[str], *, kept_text: str) -> tuple[int, ...]:
    """Numbers of the secrets that ``text`` (a title, a summary, a search row) still holds."""
    folded = folded_text(text)
    return tuple(
        needle.index
        for needle in needles(secrets, kept_text)
        if folded.count(needle.folded) > needle.allowed
    )


def _search(reader: str, readings: Iterable[Reading], wanted: Needles) -> Iterator[LeakHit]:
    """Hits of one reader: counted over all of its running text, and place by place elsewhere."""
    counts: Counter[tuple[Sight, int]] = Counter()
    places: dict[tuple[Sight, int], str] = {}
    for reading in readings:
        if reading.sight in _COUNTED:
            for needle, count in _COUNTED[reading.sight](reading, wanted):
                counts[reading.sight, needle.index] += count
                places.setdefault((reading.sight, needle.index), reading.place)
        else:
            for index in _SCANNED[reading.sight](reading, wanted):
                yield LeakHit(mark_index=index, reader=reader, place=reading.place)
    allowed = {needle.index: needle.allowed for needle in wanted}
    for (sight, index), count in counts.items():
        if count > allowed[index]:
            yield LeakHit(mark_index=index, reader=reader, place=places[sight, index])


def _count_text(reading: Reading, wanted: Needles) -> Iterator[tuple[Needle, int]]:
    folded = folded_text(reading.text)
    for needle in wanted:
        count = folded.count(needle.folded)
        if count:
            yield needle, count


def _count_rows(reading: Reading, wanted: Needles) -> Iterator[tuple[Needle, int]]:
    joined = folded_text(reading.text)
    apart = folded_text(reading.text.replace("\n", BARRIER))
    for needle in wanted:
        count = (joined if needle.is_long else apart).count(needle.folded)
        if count:
            yield needle, count


def _count_columns(reading: Reading, wanted: Needles) -> Iterator[tuple[Needle, int]]:
    return ((n, count) for n, count in _count_text(reading, wanted) if n.is_long)


def _scan_markup(reading: Reading, wanted: Needles) -> Iterator[int]:
    folded = folded_text(reading.text)
    for needle in wanted:
        if not needle.allowed and needle.is_telling and needle.in_markup(folded):
            yield needle.index


def _scan_bytes(reading: Reading, wanted: Needles) -> Iterator[int]:
    for needle in wanted:
        if needle.allowed or not needle.is_telling_in_bytes:
            continue
        if any(pattern.search(reading.data) for pattern in needle.encoded):
            yield needle.index


def _scan_glyphs(reading: Reading, wanted: Needles) -> Iterator[int]:
    shown = frozenset(folded_text(reading.text))
    for needle in wanted:
        rare = {c for c in needle.folded if not c.isascii()} - wanted.kept_characters
        if rare & shown:
            yield needle.index


_COUNTED: Mapping[Sight, Callable[[Reading, Needles], Iterator[tuple[Needle, int]]]] = {
    Sight.TEXT: _count_text,
    Sight.ROWS: _count_rows,
    Sight.COLUMNS: _count_columns,
}
_SCANNED: Mapping[Sight, Callable[[Reading, Needles], Iterator[int]]] = {
    Sight.MARKUP: _scan_markup,
    Sight.BYTES: _scan_bytes,
    Sight.GLYPHS: _scan_glyphs,
}
