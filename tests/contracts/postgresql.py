"""A PostgreSQL server of a test's own: a fresh cluster in a folder, listening on a socket only."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder with initdb and postgres, or None where PostgreSQL is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found:
        places.append(Path(found).parent)
    return next((p for p in places if (p / "initdb").exists() and (p / "postgres").exists()), None)


def _as_user(command: list[str]) -> list[str]:
    # PostgreSQL refuses to run as root
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address (as GONGKAI_DATABASE_URL) of a running server with an empty cluster."""
    place = binaries()
    assert place is not None
    data, socket = folder / "data", folder / "socket"
    for made in (data, socket):
        made.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(made, "postgres", "postgres")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(parent.stat().st_mode | 0o711)
    initdb = [str(place / "initdb"), "-D", str(data), "-U", "gongkai", "-A", "trust", "-E", "UTF8"]
    subprocess.run(_as_user([*initdb, "--no-sync", "--locale=C"]), check=True, capture_output=True)
    options = ["-c", "listen_addresses=", "-c", "fsync=off", "-k", str(socket)]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        _as_user([str(place / "postgres"), "-D", str(data), *options]), stdout=log, stderr=log
    )
    try:
        deadline = time.monotonic() + 60
        while not list(socket.glob(".s.PGSQL.*[0-9]")):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.1)
        time.sleep(0.3)
        yield f"postgresql://gongkai@{str(socket).replace('/', '%2F')}/postgres"
    finally:
        # SIGINT to the server itself (runuser hands no signals on): fast shutdown
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 2)
        process.wait(timeout=60)
        log.close()
