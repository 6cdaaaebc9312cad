"""The benchmark runs, on a few files, through every stage of both designs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_small_run_prints_every_stage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.whole_way", "--docx", "3", "--pdf", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for stage in ("extract", "tokenise", "suggest", "screen", "screen+names", "whole way"):
        assert f"| {stage} | " in done.stdout
