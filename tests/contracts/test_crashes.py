"""Nothing is lost, doubled or half-done, wherever the power goes out (scenario A4)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def driven(case: str, folder: Path) -> tuple[list[str], int]:
    """What went wrong and how many cases ran."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.contracts.crash_driver", case, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *problems, number = done.stdout.splitlines()
    return problems, int(number)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "at_least"), [("intake", 40), ("publish", 8), ("twice", 1)])
def test_the_office_recovers_from_being_killed_at_every_step(
    tmp_path: Path, case: str, at_least: int
) -> None:
    problems, number = driven(case, tmp_path)
    assert problems == []
    assert number >= at_least
