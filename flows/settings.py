"""Settings of the running system: the one place of this floor that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where gongkai keeps its data and on which loopback ports its parts listen.

    Times are seconds. ``home`` holds inbox/, vault/, public/, failed/, duplicate/, held/, the
    SQLite database, models/ and prefect/.
    """

    home: Path
    host: str
    workbench_port: int
    portal_port: int
    prefect_port: int
    stable_seconds: float
    poll_seconds: float
    sweep_every_seconds: int
    publish_every_seconds: int


# name, default, what it means: `gongkai settings` prints this table
VARIABLES: tuple[tuple[str, str, str], ...] = (
    ("GONGKAI_HOME", "var", "数据目录（收件夹、库、公开区、数据库都在其下）"),
    ("GONGKAI_DATABASE_URL", "", "数据库地址；空为数据目录下的 SQLite，可填 postgres://…"),
    ("GONGKAI_HOST", "127.0.0.1", "审核台与公开网站的监听地址"),
    ("GONGKAI_ALLOWED_HOSTS", "", "另外允许的访问域名或地址，逗号分隔"),
    ("GONGKAI_WORKBENCH_PORT", "8000", "审核台端口"),
    ("GONGKAI_PORTAL_PORT", "8001", "公开网站端口"),
    ("GONGKAI_PREFECT_PORT", "4200", "定时任务（Prefect）端口，只监听本机"),
    ("GONGKAI_STABLE_SECONDS", "10", "文件大小与时间静止多少秒后收取"),
    ("GONGKAI_POLL_SECONDS", "5", "网络共享上轮询收件夹的间隔秒数"),
    ("GONGKAI_SWEEP_SECONDS", "300", "定时收件的间隔秒数"),
    ("GONGKAI_PUBLISH_SECONDS", "300", "定时发布的间隔秒数"),
)


def value(name: str, environment: Mapping[str, str] | None = None) -> str:
    """The set value of a variable of VARIABLES, or its default."""
    default = next(d for n, d, _ in VARIABLES if n == name)
    return (os.environ if environment is None else environment).get(name, "") or default


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from ``environment`` (the process's own by default).

    Raises:
        ValueError: naming the variable whose value is not a number.
    """

    def number(name: str) -> float:
        raw = value(name, environment)
        try:
            return float(raw)
        except ValueError:
            raise ValueError(f"{name} 应为数字，现为「{raw}」") from None

    return Settings(
        home=Path(value("GONGKAI_HOME", environment)).expanduser().resolve(),
        host=value("GONGKAI_HOST", environment),
        workbench_port=int(number("GONGKAI_WORKBENCH_PORT")),
        portal_port=int(number("GONGKAI_PORTAL_PORT")),
        prefect_port=int(number("GONGKAI_PREFECT_PORT")),
        stable_seconds=number("GONGKAI_STABLE_SECONDS"),
        poll_seconds=number("GONGKAI_POLL_SECONDS"),
        sweep_every_seconds=int(number("GONGKAI_SWEEP_SECONDS")),
        publish_every_seconds=int(number("GONGKAI_PUBLISH_SECONDS")),
    )


def child_environment(settings: Settings, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child process: this one's, with the home made absolute."""
    return {**os.environ, "GONGKAI_HOME": str(settings.home), **(extra or {})}


def use_environment(extra: Mapping[str, str]) -> None:
    """Put variables into this process's environment before a library reads them."""
    os.environ.update(extra)


def prefect_environment(settings: Settings, auth: str) -> dict[str, str]:
    """Prefect's variables: all its data under the home, loopback only, no telemetry.

    ``auth`` is "user:password"; without it the server's pages and API answer 401.
    """
    api = f"http://127.0.0.1:{settings.prefect_port}/api"
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_API_URL": api,
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(settings.prefect_port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_TO_API_MAX_LOG_SIZE": "10000",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_CLI_PROMPT": "false",
    }
