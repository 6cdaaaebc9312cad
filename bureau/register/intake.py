"""From the inbox to the register: the one function that schedule, watcher and command line call.

A sweep surveys the inbox, finishes what a crash left half-way, and takes the files that stand
still: read once, stop or analyse, store, write down, and only then take out of the inbox. Every
step may be the last before a power cut; the next sweep goes on from there.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import OperationalError
from django.utils import timezone

from bureau.accounts.roles import Role
from bureau.register import alerts, arrivals, looks, settling
from bureau.register.arrivals import Arrival, Earlier
from bureau.register.files import Home
from bureau.register.inbox import EntryKind, Inbox, InboxEntry
from bureau.register.looks import LookStore, Standing
from bureau.register.models import IntakeRecord
from bureau.register.runs import Clock, Run, running
from bureau.register.stage_errors import PROGRAM_ERRORS
from domain.analysis import Analysis
from domain.errors import (
    EncryptedFile,
    GongkaiError,
    NotYetReadable,
    RefusedPath,
    StorageFull,
    TooLarge,
    UnreadableFile,
    UnsupportedFormat,
)

log = logging.getLogger("gongkai.intake")

Analyze = Callable[[bytes, str, bool], Analysis]
RUN_KIND = "intake"
STABLE_SECONDS = 10.0
YOUNG_SECONDS = 30.0
MAX_BYTES = 200_000_000
_BATCH_FILES = 32
_BATCH_BYTES = 64_000_000
# a file that is still on its way may look damaged or empty; it does not look like these
_SURE = (EncryptedFile, UnsupportedFormat, TooLarge)


class InternalError(GongkaiError):
    """A stage broke on this file: our mistake, not the file's."""

    code = "internal_error"
    message = "处理程序内部错误，该文件未入库。请运维人员查看日志，修复后重试。"


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepCounts:
    """What one sweep saw and did; ``waiting`` files were left to stand still or finish."""

    seen: int = 0
    stored: int = 0
    duplicates: int = 0
    failed: int = 0
    quarantined: int = 0
    refused: int = 0
    recovered: int = 0
    waiting: int = 0

    @property
    def done(self) -> int:
        """Inputs that reached their place."""
        return self.stored + self.duplicates + self.failed + self.quarantined

    def plus(self, later: SweepCounts) -> SweepCounts:
        """Sums over two sweeps; ``seen`` and ``waiting`` are the later one's."""
        return SweepCounts(
            **{
                f.name: getattr(later, f.name)
                + (0 if f.name in ("seen", "waiting") else getattr(self, f.name))
                for f in dataclasses.fields(self)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRules:
    """How patient a sweep is. ``workers`` analyses at once; 1 = in the caller's thread."""

    stable_seconds: float = STABLE_SECONDS
    young_seconds: float = YOUNG_SECONDS
    max_bytes: int = MAX_BYTES
    workers: int = 1


DEFAULT_RULES = SweepRules()


def sweep(
    home: Home,
    *,
    now: datetime,
    analyze: Analyze,
    rules: SweepRules = DEFAULT_RULES,
    trigger: str = "",
    clock: Clock = timezone.now,
    on_progress: Callable[[int, int], None] | None = None,
) -> SweepCounts:
    """One pass over the inbox; running it again changes nothing.

    ``now`` is the time written down and the time of this look; ``clock`` serves the lease only.
    ``on_progress`` is told (done, to do) after each batch.

    Raises:
        AlreadyRunning: if another sweep is at work; nothing was done.
        StorageFull: if the disk is full; nothing half-written stays.
    """
    with running(RUN_KIND, trigger=trigger, clock=clock) as run:
        work = _Sweep(home=home, now=now, analyze=analyze, rules=rules, run=run)
        try:
            work.go(on_progress)
        except StorageFull:
            _tell_full(now)
            raise
        except OperationalError as error:
            if "full" not in str(error):
                raise
            raise StorageFull() from None
        finally:
            run.counts.update(work.tally)
    return work.counts()


def sweep_until_settled(
    home: Home,
    *,
    analyze: Analyze,
    sleep: Callable[[float], object],
    clock: Clock = timezone.now,
    patience_seconds: float = 90.0,
    rules: SweepRules = DEFAULT_RULES,
    trigger: str = "",
    on_progress: Callable[[int, int], None] | None = None,
) -> SweepCounts:
    """Sweeps, and sweeps again while files still settle; gives up waiting after the patience.

    Raises:
        AlreadyRunning, StorageFull: as ``sweep``.
    """
    started = clock()
    total = SweepCounts()
    while True:
        now = clock()
        total = total.plus(
            sweep(
                home,
                now=now,
                analyze=analyze,
                rules=rules,
                trigger=trigger,
                clock=clock,
                on_progress=on_progress,
            )
        )
        if not total.waiting or now - started >= timedelta(seconds=patience_seconds):
            return total
        sleep(max(0.05, rules.stable_seconds / 2))


def _tell_full(now: datetime) -> None:
    # the alert itself needs room too: the failed run is on record even where it cannot be made
    try:
        alerts.raise_alert(
            code=StorageFull.code,
            role=Role.OPERATOR,
            subject="home",
            message=StorageFull.message,
            now=now,
        )
    except OperationalError:
        log.error("storage_full: alert not written")


@dataclass(slots=True)
class _Taken:
    """A file read from the inbox with what the analysis said of it."""

    arrival: Arrival
    data: bytes
    override: bool
    result: Analysis | GongkaiError | None = None


@dataclass(slots=True)
class _Sweep:
    home: Home
    now: datetime
    analyze: Analyze
    rules: SweepRules
    run: Run
    tally: dict[str, int] = field(
        default_factory=lambda: {f.name: 0 for f in dataclasses.fields(SweepCounts)}
    )

    def counts(self) -> SweepCounts:
        return SweepCounts(**self.tally)

    def count(self, name: str) -> None:
        self.tally[name] += 1

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.home.inbox)

    def go(self, on_progress: Callable[[int, int], None] | None) -> None:
        ready = self._survey()
        done = 0
        for batch in self._batches(ready):
            self.run.renew()
            self._take(batch)
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(ready))

    # survey --------------------------------------------------------------------------------

    def _survey(self) -> list[tuple[InboxEntry, str, Standing]]:
        """Finishes what was pending, writes the looks down, returns the files that stand still."""
        self.home.remove_drafts()
        self.home.remove_old_uploads(before=(self.now - timedelta(days=1)).timestamp())
        found = [(e, self.home.path_key(*e.path)) for e in self.inbox.entries()]
        self.tally["seen"] = len(found)
        pending = set(IntakeRecord.objects.filter(pending=True).values_list("path_key", flat=True))
        by_key = {key: entry for entry, key in found if key in pending}
        finished = settling.recover(self.home, by_key, now=self.now)
        self.tally["recovered"] = len(finished)
        left = settling.left_in_place(self.home)
        store = LookStore()
        ready = []
        for entry, key in found:
            if key in finished:
                continue
            if entry.kind is not EntryKind.FILE:
                self._refuse(entry, key, known=key in left)
                continue
            standing = store.look(key, entry, self.now)
            if key in left and settling.still_left(self.home, left[key], entry):
                continue
            if standing.stable(self.rules.stable_seconds):
                ready.append((entry, key, standing))
            else:
                self.count("waiting")
        store.save(self.now)
        ready.sort(key=_arrival_order)
        return ready

    def _refuse(self, entry: InboxEntry, key: str, *, known: bool) -> None:
        if known:
            return
        standing = Standing(
            first_seen=self.now,
            still_for=timedelta(),
            settled=False,
            submitter_id=None,
            retry_of_id=None,
        )
        arrivals.record_refused(self._arrival(entry, key, standing, ""))
        self.count("refused")

    def _arrival(self, entry: InboxEntry, key: str, standing: Standing, sha256: str) -> Arrival:
        return Arrival(
            entry=entry, path_key=key, sha256=sha256, standing=standing, received_at=self.now
        )

    def _batches(
        self, ready: Sequence[tuple[InboxEntry, str, Standing]]
    ) -> Iterator[list[tuple[InboxEntry, str, Standing]]]:
        batch: list[tuple[InboxEntry, str, Standing]] = []
        size = 0
        for one in ready:
            if batch and (len(batch) >= _BATCH_FILES or size + one[0].size_bytes > _BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(one)
            size += one[0].size_bytes
        if batch:
            yield batch

    # one batch -----------------------------------------------------------------------------

    def _take(self, batch: Sequence[tuple[InboxEntry, str, Standing]]) -> None:
        to_analyze: dict[str, _Taken] = {}
        again: list[tuple[InboxEntry, str, Standing]] = []
        read = [(one, self._read(*one)) for one in batch]
        earlier = arrivals.earlier({t.arrival.sha256 for _, t in read if t is not None})
        for (entry, key, standing), taken in read:
            if taken is None or self._known(taken, earlier[taken.arrival.sha256]):
                continue
            if taken.arrival.sha256 in to_analyze:
                # the same bytes twice in one batch: look again when the first has its place
                again.append((entry, key, standing))
            else:
                to_analyze[taken.arrival.sha256] = taken
        self._judge_all(list(to_analyze.values()))
        self._place_all(list(to_analyze.values()))
        for one in again:
            self._take([one])

    def _read(self, entry: InboxEntry, key: str, standing: Standing) -> _Taken | None:
        try:
            if entry.size_bytes > self.rules.max_bytes:
                arrival = self._arrival(entry, key, standing, self.inbox.hash(entry))
                self._fail(arrival, TooLarge())
                return None
            data = self.inbox.read(entry, max_bytes=self.rules.max_bytes)
        except NotYetReadable:
            self.count("waiting")
            return None
        except RefusedPath:
            self._refuse(entry, key, known=False)
            return None
        arrival = self._arrival(entry, key, standing, settling.sha256_of(data))
        return _Taken(arrival=arrival, data=data, override=False)

    def _known(self, taken: _Taken, earlier: Earlier) -> bool:
        """Whether earlier arrivals of the same bytes settle this one, without reading it again."""
        taken.override = earlier.override
        if earlier.stopped:
            self._stop(taken.arrival, earlier.rules)
            return True
        if earlier.stored_as is None:
            return False
        record = arrivals.record_duplicate(taken.arrival, earlier.stored_as)
        self._settle([(record, taken.arrival.entry)])
        self.count("duplicates")
        return True

    def _judge_all(self, taken: Sequence[_Taken]) -> None:
        if self.rules.workers < 2 or len(taken) < 2:
            for one in taken:
                self._judge(one)
                self.run.renew()
            return
        with ThreadPoolExecutor(max_workers=self.rules.workers) as pool:
            for _ in pool.map(self._judge, taken):
                self.run.renew()

    def _judge(self, taken: _Taken) -> None:
        name = taken.arrival.entry.untrusted_name
        try:
            taken.result = self.analyze(taken.data, name, taken.override)
        except GongkaiError as error:
            taken.result = error
        except PROGRAM_ERRORS as error:
            # the message may hold text of the document: its type and place only
            log.error(
                "internal_error: %s at %s in %s",
                type(error).__name__,
                _place_of(error),
                threading.current_thread().name,
            )
            taken.result = InternalError()

    def _place_all(self, taken: Sequence[_Taken]) -> None:
        stored: list[_Taken] = []
        for one in taken:
            if isinstance(one.result, Analysis):
                if one.result.gate.quarantined:
                    self._stop(one.arrival, one.result.gate.rules)
                else:
                    stored.append(one)
            elif one.result is not None:
                self._could_not_read(one.arrival, one.result)
        self._store(stored)

    def _could_not_read(self, arrival: Arrival, error: GongkaiError) -> None:
        if isinstance(error, StorageFull):
            raise error
        standing = arrival.standing
        young = not standing.settled and standing.still_for < timedelta(
            seconds=self.rules.young_seconds
        )
        if error.retryable or (
            young and isinstance(error, UnreadableFile) and not isinstance(error, _SURE)
        ):
            self.count("waiting")
            return
        self._fail(arrival, error)

    def _fail(self, arrival: Arrival, error: GongkaiError) -> None:
        record = arrivals.record_failed(arrival, error)
        if isinstance(error, InternalError):
            alerts.raise_alert(
                code=error.code,
                role=Role.OPERATOR,
                subject=f"intake:{record.pk}",
                message=error.message,
                now=self.now,
            )
        self._settle([(record, arrival.entry)])
        self.count("failed")

    def _stop(self, arrival: Arrival, rules: tuple[str, ...]) -> None:
        name = self.home.held_name(arrival.sha256, arrivals.next_number(arrival.sha256))
        record = arrivals.record_quarantined(arrival, rules, name)
        self._settle([(record, arrival.entry)])
        self.count("quarantined")

    def _store(self, taken: Sequence[_Taken]) -> None:
        for one in taken:
            extracted = one.result.extracted if isinstance(one.result, Analysis) else None
            self.home.store_original(one.arrival.sha256, one.data, extracted)
        with settling.one_commit():
            done = [
                (
                    arrivals.record_stored(one.arrival, one.result, override=one.override),
                    one.arrival.entry,
                )
                for one in taken
                if isinstance(one.result, Analysis)
            ]
        self.inbox.remove(entry for _, entry in done)
        self._settled(record for record, _ in done)
        self.tally["stored"] += len(done)

    def _settle(self, done: Sequence[tuple[IntakeRecord, InboxEntry]]) -> None:
        settled = []
        for record, entry in done:
            try:
                settling.settle(self.home, record, entry, now=self.now)
            except NotYetReadable:
                # busy or replaced meanwhile: the row is pending and the next sweep looks again
                self.count("waiting")
                continue
            settled.append(record)
        self._settled(settled)

    def _settled(self, records: Iterable[IntakeRecord]) -> None:
        done = list(records)
        settling.clear_pending(done)
        looks.forget(record.path_key for record in done)


def _arrival_order(one: tuple[InboxEntry, str, Standing]) -> tuple[object, ...]:
    entry, _, standing = one
    return (standing.first_seen, entry.looks_like_copy, entry.mtime_ns, entry.path)


def _place_of(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    code = trace.tb_frame.f_code
    return f"{code.co_name}:{trace.tb_lineno}"
