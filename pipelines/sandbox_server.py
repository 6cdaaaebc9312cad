"""The far side of the sandbox: a fork server, a warden per job, and the limited child.

::

    gongkai process -- control socket --> server -- fork --> warden -- fork --> child (the job)
          ^                                                     |                  |
          +------------------ status pipe ----------------------+                  |
          +------------------ job socket (request, answer) ------------------------+

The server stays single-threaded and idle, so a fork of it is clean. The warden holds the clock,
kills the child's whole group and reports how it ended; nobody leaves a zombie, because the server
lets the kernel reap wardens and the warden adopts whatever the child leaves behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.errors import GongkaiError, SandboxKilled

LENGTHS = struct.Struct("!QQ")
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION_3 = 0x20080522
# the child ended by itself and wrote a whole answer, or not
EXIT_ANSWERED = 0
EXIT_LOST = 70
LOOK_SECONDS = 0.25
# a child killed by the kernel with at least this share of its limit in memory died of it
MEMORY_SHARE = 0.5

Job = Callable[[bytes, Mapping[str, Any]], tuple[dict[str, Any], bytes]]


def serve(control_fd: int, preload: Sequence[str]) -> None:
    """Fork a warden for every message on the control socket, until the socket closes."""
    control = socket.socket(fileno=control_fd)
    isolated = _leave_the_network()
    _give_up_privileges()
    for name in preload:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.send(json.dumps({"network_isolated": isolated}).encode())
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(control, 65536, 2)
        if not message:
            with contextlib.suppress(OSError):
                Path.cwd().rmdir()
            os._exit(0)
        job_fd, status_fd = descriptors
        if os.fork() == 0:
            control.close()
            _watch(job_fd, status_fd, json.loads(message))
            os._exit(0)
        os.close(job_fd)
        os.close(status_fd)


def _leave_the_network() -> bool:
    """Enter a network namespace without interfaces; returns whether none but loopback is left."""
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        # keep our own numbers, so that files are read as the same user
        with contextlib.suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
            Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    return {name for _, name in socket.if_nameindex()} <= {"lo"}


def _give_up_privileges() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    libc.capset(header, none)


def _watch(job_fd: int, status_fd: int, limits: Mapping[str, Any]) -> None:
    """Be the warden: start the child, hold the clock, clear up, report."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    warden = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(status_fd)
        _be_the_child(job_fd, limits, warden)
    os.close(job_fd)
    ended = _await(child, status_fd, time.monotonic() + float(limits["wall_seconds"]))
    _kill_group(child)
    _pid, wait_status, usage = os.wait4(child, 0)
    _kill_orphans()
    report = {"end": _end(ended, wait_status, usage.ru_maxrss * 1024, limits)}
    with contextlib.suppress(BrokenPipeError):
        os.write(status_fd, json.dumps(report).encode())


def _await(child: int, status_fd: int, deadline: float) -> bool:
    """Whether the child ended before the deadline and while somebody still wants its answer."""
    caller = select.poll()
    caller.register(status_fd, 0)
    while (left := deadline - time.monotonic()) > 0:
        # WNOWAIT leaves the child unreaped, so its number cannot be given to another process
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        if caller.poll(0):
            return False
        signal.sigtimedwait({signal.SIGCHLD}, min(left, LOOK_SECONDS))
    return False


def _kill_group(child: int) -> None:
    for kill in (os.kill, os.killpg):
        # the group may not exist yet, or any more
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)


def _kill_orphans() -> None:
    """Kill and reap what the child left behind in groups of its own."""
    own = os.getpid()
    for _ in range(1000):
        try:
            orphans = Path(f"/proc/self/task/{own}/children").read_text().split()
        except OSError:
            return
        if not orphans:
            return
        for orphan in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(orphan), signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(int(orphan), 0)


def _end(ended: bool, wait_status: int, rss_bytes: int, limits: Mapping[str, Any]) -> str:
    """``done``, or the code of the SandboxKilled that the caller is to raise."""
    if not ended:
        return "reader_timeout"
    code = os.waitstatus_to_exitcode(wait_status)
    if code == EXIT_ANSWERED:
        return "done"
    if code == -signal.SIGXCPU:
        return "reader_timeout"
    # a failed allocation shows as abort or segmentation fault, the kernel's own killer as SIGKILL
    if code == -signal.SIGKILL or rss_bytes > limits["address_space_bytes"] * MEMORY_SHARE:
        return "reader_memory"
    return "reader_died"


def _be_the_child(job_fd: int, limits: Mapping[str, Any], warden: int) -> None:
    """Run one job under its limits and leave; never returns."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != warden:
        os._exit(EXIT_LOST)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_AS, limits["address_space_bytes"])
    _limit(resource.RLIMIT_CPU, limits["cpu_seconds"], spare=2)
    _limit(resource.RLIMIT_FSIZE, limits["file_size_bytes"])
    sock = socket.socket(fileno=job_fd)
    code = EXIT_LOST
    reply: tuple[dict[str, Any], bytes] | None = None
    # left by os._exit in every case: no handler of the server, no buffer and no traceback
    # (it would hold document text) is ever flushed from here
    try:
        reply = _outcome(sock)
        _send(sock, *reply)
        code = EXIT_ANSWERED
    finally:
        if reply is None:
            # any other failure of a reader is a failure to read: said as a place in code, never
            # by the error's own text
            _send(sock, {"outcome": "failed", "where": _place()}, b"")
            code = EXIT_ANSWERED
        os._exit(code)


def _send(sock: socket.socket, head: Mapping[str, Any], body: bytes) -> None:
    said = json.dumps(head).encode()
    for piece in (LENGTHS.pack(len(said), len(body)), said, body):
        sock.sendall(piece)


def _limit(kind: int, value: int, spare: int = 0) -> None:
    _soft, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
        resource.setrlimit(kind, (value, hard if spare else value))
    else:
        resource.setrlimit(kind, (value, value + spare))


def _request(sock: socket.socket) -> tuple[dict[str, Any], bytes]:
    with sock.makefile("rb") as stream:
        head_size, data_size = LENGTHS.unpack(stream.read(LENGTHS.size))
        head = json.loads(stream.read(head_size))
        return head, stream.read(data_size)


def _outcome(sock: socket.socket) -> tuple[dict[str, Any], bytes]:
    """The head and the body to send back for the request on the socket."""
    try:
        request, data = _request(sock)
        name = str(request["job"])
        job = _found(name)
        if job is None:
            return {"outcome": "no_job", "where": name}, b""
        answer, body = job(data, request["params"])
    except GongkaiError as error:
        return _refused(error), b""
    except MemoryError:
        return _refused(SandboxKilled(code="reader_memory")), b""
    return {"outcome": "answer", "answer": answer}, body


def _found(name: str) -> Job | None:
    module, _, function = name.partition(":")
    try:
        found: Job | None = getattr(importlib.import_module(module), function, None)
    except ModuleNotFoundError:
        return None
    return found


def _refused(error: GongkaiError) -> dict[str, Any]:
    return {
        "outcome": "refused",
        "class": type(error).__name__,
        "code": error.code,
        "where": _place(),
    }


def _place() -> str:
    """The type of the error in flight and the last line of our own code that it passed."""
    kind, _, traceback = sys.exc_info()
    place = ""
    step: types.TracebackType | None = traceback
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__", "")
        if str(module).startswith(("pipelines.", "redaction.")):
            place = f"{module}:{step.tb_lineno}"
        step = step.tb_next
    return f"{kind.__name__ if kind else 'unknown'} {place}"
