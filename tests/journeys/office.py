"""A whole office started as a person starts it: `gongkai up` in an empty home, on free ports."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = re.compile(r"(wenshu|shenhe|baomi|yunwei|dudao|guanli)\s*│[^│]*│\s*([0-9A-Za-z-]{19})")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, check: Callable[[], object], seconds: float = 60.0) -> object:
    """What ``check`` gives once it is true; fails the test after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError(f"{what} did not happen within {seconds:.0f} s")


@dataclass(slots=True)
class Office:
    """A running `gongkai up`."""

    home: Path
    workbench: str
    portal: str
    prefect: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        return self.home.parent / "up.txt"

    def start(self, *arguments: str) -> None:
        with self.output.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.cli", "up", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        wait_for("start", self._started, 150)
        self.passwords.update(PASSWORD.findall(self.output.read_text(encoding="utf-8")))

    def _started(self) -> bool:
        assert self.process is not None
        text = self.output.read_text(encoding="utf-8")
        assert self.process.poll() is None, text[-3000:]
        return "公开已启动" in text.rpartition("已全部停止")[2]

    def stop(self) -> int:
        """Ctrl-C, as a person does it; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=60)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another gongkai command on the same home."""
        return subprocess.run(
            [sys.executable, "-m", "flows.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def drop(self, name: str, data: bytes, department: str = "执法大队") -> None:
        """A file dropped into the inbox by a records officer."""
        folder = self.home / "inbox" / department
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def make_office(home: Path, **extra: str) -> Office:
    """An office that is not started yet."""
    ports = [free_port() for _ in range(3)]
    environment = {
        **os.environ,
        "GONGKAI_HOME": str(home),
        "GONGKAI_WORKBENCH_PORT": str(ports[0]),
        "GONGKAI_PORTAL_PORT": str(ports[1]),
        "GONGKAI_PREFECT_PORT": str(ports[2]),
        "GONGKAI_STABLE_SECONDS": "1",
        "GONGKAI_POLL_SECONDS": "1",
        "GONGKAI_SWEEP_SECONDS": "15",
        "GONGKAI_PUBLISH_SECONDS": "15",
        "COLUMNS": "120",
        "PYTHONUTF8": "1",
        **extra,
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return Office(
        home=home,
        workbench=f"http://127.0.0.1:{ports[0]}",
        portal=f"http://127.0.0.1:{ports[1]}",
        prefect=f"http://127.0.0.1:{ports[2]}",
        environment=environment,
    )
