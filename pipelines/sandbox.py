"""Untrusted bytes are read only in limited child processes: pdfium aborts, zip files explode.

One small fork server per :class:`Sandbox` (see ``sandbox_server``) holds the readers already
imported, has no network, no open database and an empty working folder; each call forks from it in
milliseconds. What comes back is JSON and bytes, checked for size and never unpickled.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from domain.errors import GongkaiError, SandboxKilled, UnreadableFile

GIB = 1 << 30
MIB = 1 << 20
# what a fork finds already imported; a name that is not installed is passed over by the server
PRELOAD = (
    "pipelines.reading",
    "pipelines.page_images",
    "redaction.writers.dispatch",
    "pipelines.release",
)
# how long the parent waits beyond the child's wall clock before it stops believing the server
GRACE_SECONDS = 10.0
START_SECONDS = 60.0
LENGTHS = struct.Struct("!QQ")
_SAFE_NOTE = re.compile(r"[A-Za-z0-9_.:/<> -]{1,160}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """What one call may use.

    ``file_size_bytes`` bounds any file the child writes (0: none can hold a byte);
    ``result_bytes`` bounds what the parent takes back.
    """

    address_space_bytes: int = 3 * GIB
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    file_size_bytes: int = 0
    result_bytes: int = 512 * MIB


class Sandbox:
    """Runs jobs over untrusted bytes in limited child processes; safe to share between threads.

    The fork server starts at the first call (or on entering the context) and ends with
    :meth:`close`, with the object, or with this process. At most ``parallel`` jobs run at once, so
    that the memory limits add up to something a small machine has.
    """

    def __init__(
        self,
        limits: SandboxLimits | None = None,
        *,
        preload: tuple[str, ...] = PRELOAD,
        parallel: int | None = None,
    ) -> None:
        self._limits = limits or SandboxLimits()
        self._preload = preload
        self._slots = threading.BoundedSemaphore(parallel or os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def __enter__(self) -> Sandbox:
        with self._lock:
            self._running_server()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the fork server and whatever it still runs; a later call starts a new one."""
        with self._lock:
            if self._server is not None:
                self._server.stop()
                self._server = None

    @property
    def network_isolated(self) -> bool:
        """Whether readers run without any network (the kernel grants the namespace or not)."""
        with self._lock:
            return self._running_server().network_isolated

    def call(
        self,
        job: str,
        data: bytes,
        params: Mapping[str, object],
        *,
        limits: SandboxLimits | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        """The answer of ``job`` ("module:function") over ``data``, computed in a child process.

        ``params`` and the first half of the answer must be JSON values.

        Raises:
            GongkaiError: the same class and code that the job raised.
            SandboxKilled: code ``reader_timeout`` (wall clock or CPU), ``reader_memory``,
                ``reader_output`` (answer too large) or ``reader_died`` (signal, vanished).
            UnreadableFile: the job failed in any other way; a note tells where, never on what.
            LookupError: there is no such job (an error of ours, not of the file).
        """
        limits = limits or self._limits
        with self._slots, _Exchange(limits) as exchange:
            with self._lock:
                self._send(exchange)
            answer = exchange.run(job, data, params)
            # leaving the exchange early closes the status pipe: the warden then kills the child
            return _checked(answer, exchange.status() if answer is not None else {})

    def _send(self, exchange: _Exchange) -> None:
        try:
            self._running_server().spawn(exchange)
        except OSError:
            # the server was killed from outside: one fresh start, then the error is real
            if self._server is not None:
                self._server.stop()
                self._server = None
            self._running_server().spawn(exchange)
        exchange.release()

    def _running_server(self) -> _Server:
        server = self._server
        if server is None or not server.alive:
            if server is not None:
                server.stop()
            server = self._server = _Server(self._preload)
            weakref.finalize(self, server.stop)
        return server


def call_once(
    job: str, data: bytes, params: Mapping[str, object], limits: SandboxLimits | None = None
) -> tuple[dict[str, Any], bytes]:
    """The answer of one job in a sandbox made for it alone; raises as :meth:`Sandbox.call`."""
    with Sandbox(limits, preload=()) as sandbox:
        return sandbox.call(job, data, params)


def network_isolation_works() -> bool:
    """Whether this machine lets readers run without a network, for ``gongkai doctor``."""
    with Sandbox(preload=()) as sandbox:
        return sandbox.network_isolated


class _Server:
    """The fork server process and the control socket to it; belongs to the process that made it."""

    def __init__(self, preload: tuple[str, ...]) -> None:
        self._owner = os.getpid()
        self._folder = tempfile.mkdtemp(prefix="gongkai-reader-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-B",
                    "-c",
                    "import json,sys;sys.path.insert(0,sys.argv[1]);"
                    "from pipelines.sandbox_server import serve;"
                    "serve(int(sys.argv[2]),json.loads(sys.argv[3]))",
                    # not the caller's whole path: a scheduler puts folders on it whose modules
                    # would shadow the standard library (flows/logging.py)
                    str(Path(__file__).resolve().parent.parent),
                    str(theirs.fileno()),
                    json.dumps(preload),
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env=self._environment(),
                start_new_session=True,
            )
        greeted = False
        try:
            self.network_isolated = self._greeting()
            greeted = True
        finally:
            if not greeted:
                self.stop()

    def _environment(self) -> dict[str, str]:
        # nothing of ours (database address, keys) is passed on; one thread, since forks copy one
        return {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "PYTHONUTF8": "1",
            "TMPDIR": self._folder,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }

    def _greeting(self) -> bool:
        self._control.settimeout(START_SECONDS)
        hello = self._control.recv(1024)
        self._control.settimeout(GRACE_SECONDS)
        if not hello:
            raise SandboxKilled(code="reader_not_started")
        return bool(json.loads(hello)["network_isolated"])

    @property
    def alive(self) -> bool:
        return self._owner == os.getpid() and self._process.poll() is None

    def spawn(self, exchange: _Exchange) -> None:
        message = json.dumps(asdict(exchange.limits)).encode()
        socket.send_fds(self._control, [message], list(exchange.child_descriptors))

    def stop(self) -> None:
        self._control.close()
        if self._owner != os.getpid():
            # a forked copy of the owner: the server and the folder are the owner's to end
            self._process.returncode = 0
            return
        # the closed socket tells the server to leave; its jobs see their own pipes close
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Exchange:
    """The two channels of one call: the job's socket, and the warden's status pipe."""

    def __init__(self, limits: SandboxLimits) -> None:
        self.limits = limits
        self._deadline = time.monotonic() + limits.wall_seconds + GRACE_SECONDS
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._status_r, self._status_w = os.pipe()

    def __enter__(self) -> _Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._ours.close()
        os.close(self._status_r)

    @property
    def child_descriptors(self) -> tuple[int, int]:
        return self._theirs.fileno(), self._status_w

    def release(self) -> None:
        """Close this side's copies of the child's ends, so that an end of file can be seen."""
        self._theirs.close()
        if self._status_w >= 0:
            os.close(self._status_w)
            self._status_w = -1

    def run(self, job: str, data: bytes, params: Mapping[str, object]) -> bytes | None:
        """All bytes of the answer, or None where it is larger than allowed.

        The request is sent whole before anything is read and the child answers only after it has
        read it whole, so neither side can wait for the other.
        """
        head = json.dumps({"job": job, "params": params}).encode()
        # a child that dies early closes its end: the status pipe then says why
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in (LENGTHS.pack(len(head), len(data)), head, data):
                self._ours.settimeout(self._remaining())
                self._ours.sendall(piece)
            self._ours.shutdown(socket.SHUT_WR)
        pieces: list[bytes] = []
        size = 0
        for piece in self._received():
            pieces.append(piece)
            size += len(piece)
            if size > self.limits.result_bytes:
                return None
        return b"".join(pieces)

    def _received(self) -> Iterator[bytes]:
        while True:
            self._ours.settimeout(self._remaining())
            try:
                piece = self._ours.recv(MIB)
            except ConnectionResetError:
                return
            if not piece:
                return
            yield piece

    def _remaining(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise SandboxKilled(code="reader_timeout")
        return left

    def status(self) -> dict[str, Any]:
        """What the warden reports once the child is gone; {} where it vanished itself."""
        said = b""
        while select.select([self._status_r], [], [], self._remaining())[0]:
            piece = os.read(self._status_r, 65536)
            if not piece:
                break
            said += piece
        return json.loads(said) if said else {}


def _checked(answer: bytes | None, status: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The parts of an answer whose child ended well.

    Raises as :meth:`Sandbox.call`.
    """
    if answer is None:
        raise SandboxKilled(code="reader_output")
    if status.get("end") != "done":
        raise SandboxKilled(code=str(status.get("end", "reader_died")))
    head, body = _split(answer)
    outcome = head.get("outcome")
    if outcome == "answer" and isinstance(head.get("answer"), dict):
        return head["answer"], body
    if outcome == "no_job":
        raise LookupError(f"no such job: {_safe(head.get('where'))}")
    error = _rebuilt(head) if outcome == "refused" else UnreadableFile()
    error.add_note(f"reader: {_safe(head.get('where'))}")
    raise error


def _split(answer: bytes) -> tuple[dict[str, Any], bytes]:
    # the child read hostile bytes: its answer is checked like any other input
    if len(answer) < LENGTHS.size:
        raise SandboxKilled(code="reader_died")
    head_size, body_size = LENGTHS.unpack_from(answer)
    if len(answer) != LENGTHS.size + head_size + body_size:
        raise SandboxKilled(code="reader_died")
    try:
        head = json.loads(answer[LENGTHS.size : LENGTHS.size + head_size])
    except (ValueError, RecursionError):
        raise SandboxKilled(code="reader_died") from None
    if not isinstance(head, dict):
        raise SandboxKilled(code="reader_died")
    return head, answer[LENGTHS.size + head_size :]


def _safe(note: object) -> str:
    """``note`` if it can only be a place in code, else "unknown"."""
    return note if isinstance(note, str) and _SAFE_NOTE.fullmatch(note) else "unknown"


def _rebuilt(head: dict[str, Any]) -> GongkaiError:
    """The error a job raised, by class name and code; its own message is not taken over."""
    registry = {kind.__name__: kind for kind in _tree(GongkaiError)}
    kind = registry.get(str(head.get("class")), UnreadableFile)
    code = _safe(head.get("code"))
    try:
        return kind(code=code)
    except TypeError:
        return UnreadableFile(code=code)


def _tree(kind: type[GongkaiError]) -> Iterator[type[GongkaiError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)
