"""Prefect's own server really runs the schedules, holds no content, and stops with Ctrl-C."""

from __future__ import annotations

import base64
import json
import sqlite3
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.journeys.office import Office, make_office, wait_for

pytestmark = pytest.mark.prefect


def ask(office: Office, path: str, body: dict[str, Any] | None = None) -> Any:
    auth = (office.home / "prefect_auth").read_text(encoding="ascii").strip()
    request = urllib.request.Request(
        f"{office.prefect}/api{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": "Basic " + base64.b64encode(auth.encode()).decode(),
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def completed(office: Office, name: str) -> list[dict[str, Any]]:
    runs = ask(
        office,
        "/flow_runs/filter",
        {
            "flows": {"name": {"any_": [name]}},
            "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
        },
    )
    return [r for r in runs if r.get("auto_scheduled")]


@pytest.mark.parametrize("name", ["intake-sweep", "publish-signed"])
def test_a_scheduled_run_really_runs(office: Office, name: str) -> None:
    runs = wait_for(f"a scheduled run of {name}", lambda: completed(office, name), 150)
    assert isinstance(runs, list)
    assert all(run["parameters"] == {} for run in runs)


def test_the_server_asks_for_its_password_and_listens_on_loopback_only(office: Office) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{office.prefect}/api/flows/count", timeout=20)
    assert refused.value.code in {401, 405}


def test_the_registers_record_of_runs_agrees(office: Office) -> None:
    wait_for("a scheduled run", lambda: completed(office, "intake-sweep"), 150)
    with sqlite3.connect(office.home / "gongkai.sqlite3") as register:
        rows = register.execute(
            "select outcome, count(*) from register_runrecord where kind='intake' "
            "and trigger='schedule' group by outcome"
        ).fetchall()
    assert dict(rows).get("done", 0) >= 1
    assert "failed" not in dict(rows)


def test_ctrl_c_stops_everything_and_a_second_start_goes_on(tmp_path_factory: Any) -> None:
    second = make_office(tmp_path_factory.mktemp("again") / "home")
    second.start("--no-samples")
    assert set(second.passwords) == {"wenshu", "shenhe", "baomi", "yunwei", "dudao", "guanli"}
    assert second.stop() == 0
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(second.workbench, timeout=2)
    second.start()
    assert second.output.read_text(encoding="utf-8").count("密码只显示这一次") == 1
    assert second.stop() == 0
    assert second.command("audit", "verify").returncode == 0
