"""The register behaves alike on SQLite (the usual run) and on PostgreSQL (this one)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.contracts.postgresql import binaries, server

ROOT = Path(__file__).resolve().parents[2]
SUITES = sorted(str(p) for p in (ROOT / "tests" / "unit").glob("test_register_*.py"))


@pytest.mark.postgres
@pytest.mark.slow
def test_every_test_of_the_register_passes_on_postgresql() -> None:
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    # a short path: a socket's name has at most 107 bytes
    with tempfile.TemporaryDirectory(prefix="gk") as folder, server(Path(folder)) as address:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *SUITES],
            cwd=ROOT,
            env={**os.environ, "GONGKAI_DATABASE_URL": address},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:]
