"""The sandbox holds whatever a hostile file makes a reader do."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import EncryptedFile, SandboxKilled, TooLarge, UnreadableFile
from pipelines.sandbox import MIB, Sandbox, SandboxLimits, call_once

JOBS = "tests.makers.sandbox_jobs"
QUICK = SandboxLimits(
    address_space_bytes=400 * MIB, cpu_seconds=1, wall_seconds=1.0, result_bytes=8 * MIB
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(preload=(JOBS,)) as made:
        yield made


def test_an_answer_comes_back_whole(sandbox: Sandbox) -> None:
    data = os.urandom(3 * MIB) + "公开".encode()
    answer, body = sandbox.call(f"{JOBS}:echo", data, {"name": "通知", "n": [1, None]})
    assert answer == {"size": len(data), "params": {"name": "通知", "n": [1, None]}}
    assert body == data


@pytest.mark.parametrize(
    ("job", "codes"),
    [
        ("eat_memory", {"reader_memory"}),
        ("spin", {"reader_timeout"}),
        ("sleep", {"reader_timeout"}),
        ("crash", {"reader_died"}),
        ("abort", {"reader_died"}),
        ("leave", {"reader_died"}),
        ("orphan", {"reader_timeout"}),
    ],
)
def test_a_reader_that_runs_wild_is_killed_and_named(
    sandbox: Sandbox, job: str, codes: set[str]
) -> None:
    began = time.monotonic()
    with pytest.raises(SandboxKilled) as caught:
        sandbox.call(f"{JOBS}:{job}", b"x", {}, limits=QUICK)
    assert caught.value.code in codes
    assert time.monotonic() - began < 5
    # and the next call works
    assert sandbox.call(f"{JOBS}:echo", b"ok", {})[1] == b"ok"


def test_a_flood_is_cut_off(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxKilled) as caught:
        sandbox.call(f"{JOBS}:flood", b"", {"size": 64 * MIB}, limits=QUICK)
    assert caught.value.code == "reader_output"


def test_a_request_the_reader_never_takes_does_not_hang(sandbox: Sandbox) -> None:
    small = SandboxLimits(address_space_bytes=150 * MIB, wall_seconds=3.0)
    with pytest.raises(SandboxKilled) as caught:
        sandbox.call(f"{JOBS}:echo", bytes(200 * MIB), {}, limits=small)
    assert caught.value.code == "reader_memory"


def test_refusals_keep_class_and_code(sandbox: Sandbox) -> None:
    with pytest.raises(EncryptedFile) as encrypted:
        sandbox.call(f"{JOBS}:refuse", b"", {})
    assert encrypted.value.code == "encrypted"
    with pytest.raises(TooLarge) as large:
        sandbox.call(f"{JOBS}:refuse", b"", {"how": "large"})
    assert large.value.code == "too_many_parts"


def test_any_other_failure_is_unparseable_and_says_nothing_of_the_file(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile) as caught:
        sandbox.call(f"{JOBS}:fail_with_content", "身份证号".encode(), {})
    assert caught.value.code == "unparseable"
    assert caught.value.__cause__ is None
    told = str(caught.value) + caught.value.message + "".join(caught.value.__notes__)
    assert "身份" not in told
    assert "ValueError" in told


def test_deep_json_is_no_way_in(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile):
        sandbox.call(f"{JOBS}:deep_answer", b"", {"depth": 5000})


def test_an_unknown_job_is_our_error(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError):
        sandbox.call(f"{JOBS}:nothing_like_it", b"", {})


def test_the_reader_cannot_leave_a_file(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile):
        sandbox.call(f"{JOBS}:write_file", "内容".encode(), {})


def test_the_reader_sees_nothing_of_ours(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_DATABASE_URL", "sqlite:///secret.sqlite3")
    with open(tmp_path / "register.sqlite3", "wb"), Sandbox(preload=()) as fresh:  # noqa: PTH123
        seen, _ = fresh.call(f"{JOBS}:surroundings", b"", {})
        assert "GONGKAI_DATABASE_URL" not in seen["environment"]
        assert not [name for name in seen["open"] if "sqlite" in name]
        assert seen["cwd"] == []
        if fresh.network_isolated:
            assert set(seen["interfaces"]) <= {"lo"}


def test_many_threads_share_one_sandbox(sandbox: Sandbox) -> None:
    got: dict[int, bytes] = {}

    def work(n: int) -> None:
        got[n] = sandbox.call(f"{JOBS}:echo", bytes([n]) * 100_000, {})[1]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == {n: bytes([n]) * 100_000 for n in range(12)}


def test_no_process_descriptor_or_folder_is_left() -> None:
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = Sandbox(preload=())
        made.call(f"{JOBS}:echo", b"", {})
        folder = Path(made._server._folder)  # type: ignore[union-attr]
        pid = made._server._process.pid  # type: ignore[union-attr]
        with pytest.raises(SandboxKilled):
            made.call(f"{JOBS}:orphan", b"", {}, limits=QUICK)
        made.close()
        made.close()
        del made
        gc.collect()
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "sleep 3600.5" not in running.stdout


def test_a_killed_server_is_started_again() -> None:
    with Sandbox(preload=()) as made:
        made.call(f"{JOBS}:echo", b"", {})
        made._server._process.kill()  # type: ignore[union-attr]
        made._server._process.wait()  # type: ignore[union-attr]
        assert made.call(f"{JOBS}:echo", b"again", {})[1] == b"again"


def test_a_forked_process_gets_its_own_server(sandbox: Sandbox) -> None:
    sandbox.call(f"{JOBS}:echo", b"", {})
    pid = os.fork()
    if pid == 0:
        good = sandbox.call(f"{JOBS}:echo", b"child", {})[1] == b"child"
        sandbox.close()
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert sandbox.call(f"{JOBS}:echo", b"parent", {})[1] == b"parent"


def test_a_process_that_ends_without_closing_leaves_no_server(tmp_path: Path) -> None:
    script = (
        "from pipelines.sandbox import Sandbox\n"
        "s = Sandbox(preload=()); s.call('tests.makers.sandbox_jobs:echo', b'', {})\n"
        "print(s._server._process.pid, s._server._folder)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    pid, folder = done.stdout.split()
    assert done.stderr == ""
    assert not Path(f"/proc/{pid}").exists()
    assert not Path(folder).exists()


def test_one_call_costs_milliseconds(sandbox: Sandbox) -> None:
    sandbox.call(f"{JOBS}:echo", b"", {})
    began = time.perf_counter()
    for _ in range(10):
        sandbox.call(f"{JOBS}:echo", b"x", {})
    # generous: the machine is shared, an import of the readers alone would cost more
    assert (time.perf_counter() - began) / 10 < 0.25


def test_one_shot() -> None:
    assert call_once(f"{JOBS}:echo", b"once", {})[1] == b"once"


def test_folders_that_shadow_the_standard_library_do_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A scheduler puts the flow's own folder on the path, and flows/logging.py is in it."""
    flows = Path(__file__).resolve().parents[2] / "flows"
    monkeypatch.setattr(sys, "path", [str(flows), *sys.path])
    with Sandbox() as sandbox:
        assert sandbox.network_isolated in {True, False}
