"""Children of `gongkai up`: started together, stopped together, none left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 12.0


@dataclass(slots=True)
class Children:
    """Child processes by name; each leads its own group so that its own children go with it."""

    log_folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a child whose output goes to its own log file (0600)."""
        self.log_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.log_folder / f"{name}.out"
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self.running[name] = subprocess.Popen(
                list(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=fd,
                stderr=fd,
                start_new_session=True,
            )
        finally:
            os.close(fd)

    def dead(self) -> list[str]:
        """Names of children that have ended by themselves."""
        return [name for name, child in self.running.items() if child.poll() is not None]

    def stop(self) -> None:
        """End every child in reverse order: first politely, after a time by force."""
        order = list(reversed(self.running.items()))
        for _, child in order:
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for _, child in order:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            _signal_group(child, signal.SIGKILL)
            child.wait()
        self.running.clear()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def python_command(*arguments: str) -> list[str]:
    """A command that runs gongkai's own command line in this interpreter."""
    return [sys.executable, "-m", "flows.cli", *arguments]
