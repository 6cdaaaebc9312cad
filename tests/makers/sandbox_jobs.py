"""Jobs that misbehave in every way a hostile file can make a reader misbehave."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.errors import EncryptedFile, TooLarge

Answer = tuple[dict[str, Any], bytes]


def echo(data: bytes, params: Mapping[str, Any]) -> Answer:
    return {"size": len(data), "params": dict(params)}, data


def surroundings(data: bytes, params: Mapping[str, Any]) -> Answer:
    open_files = []
    for fd in Path("/proc/self/fd").iterdir():
        try:
            open_files.append(str(fd.readlink()))
        except OSError:
            continue
    return {
        "cwd": [entry.name for entry in Path().iterdir()],
        "environment": sorted(os.environ),
        "open": open_files,
        "interfaces": [name for _, name in socket.if_nameindex()],
    }, b""


def eat_memory(data: bytes, params: Mapping[str, Any]) -> Answer:
    held = []
    while True:
        held.append(bytearray(16 << 20))


def spin(data: bytes, params: Mapping[str, Any]) -> Answer:
    while True:
        pass


def sleep(data: bytes, params: Mapping[str, Any]) -> Answer:
    time.sleep(float(params.get("seconds", 600)))
    return {}, b""


def crash(data: bytes, params: Mapping[str, Any]) -> Answer:
    ctypes.string_at(0)
    return {}, b""


def abort(data: bytes, params: Mapping[str, Any]) -> Answer:
    os.abort()


def leave(data: bytes, params: Mapping[str, Any]) -> Answer:
    os._exit(0)


def flood(data: bytes, params: Mapping[str, Any]) -> Answer:
    return {}, bytes(int(params["size"]))


def deep_answer(data: bytes, params: Mapping[str, Any]) -> Answer:
    nested: dict[str, Any] = {}
    for _ in range(int(params["depth"])):
        nested = {"x": nested}
    return nested, b""


def write_file(data: bytes, params: Mapping[str, Any]) -> Answer:
    with open("left-behind.txt", "wb") as file:  # noqa: PTH123
        file.write(data)
    return {}, b""


def refuse(data: bytes, params: Mapping[str, Any]) -> Answer:
    if params.get("how") == "large":
        raise TooLarge(code="too_many_parts")
    raise EncryptedFile


def fail_with_content(data: bytes, params: Mapping[str, Any]) -> Answer:
    raise ValueError("cannot read " + data.decode())


def orphan(data: bytes, params: Mapping[str, Any]) -> Answer:
    """Start a process in a session of its own, then hang."""
    subprocess.Popen(["sleep", "3600.5"], start_new_session=True)
    os.kill(os.getpid(), signal.SIGSTOP)
    return {}, b""
