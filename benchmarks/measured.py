"""One stage measured in a forked child, so that time and peak memory are that stage's alone."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """``seconds`` of work without loading; ``peak_mb`` of the child and of its own children."""

    documents: int
    characters: int
    seconds: float
    peak_mb: float

    @property
    def documents_a_second(self) -> float:
        return self.documents / self.seconds

    @property
    def characters_a_second(self) -> float:
        return self.characters / self.seconds


Stage = Callable[[], Callable[[], tuple[int, int]]]


def measured(stage: Stage) -> Measure:
    """The measure of ``stage()``, which loads and returns the work: (documents, characters).

    Raises:
        RuntimeError: if the child failed; its traceback is on standard error.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            os.write(writer, _run(stage).encode())
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
            raise
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    if not told:
        raise RuntimeError("the stage failed")
    return Measure(**json.loads(told))


def _run(stage: Stage) -> str:
    work = stage()
    started = time.perf_counter()
    documents, characters = work()
    seconds = time.perf_counter() - started
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return json.dumps(
        asdict(
            Measure(
                documents=documents, characters=characters, seconds=seconds, peak_mb=peak / 1024
            )
        )
    )
