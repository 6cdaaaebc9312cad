"""The two faces served by waitress: workbench for the office, portal for citizens."""

from __future__ import annotations

import socket
from contextlib import closing

from waitress import serve

from domain.errors import GongkaiError
from flows.office import open_office
from flows.settings import Settings, use_environment

THREADS = {"workbench": 8, "portal": 6}


class PortTaken(GongkaiError):
    """Something else listens on a port that gongkai needs."""

    code = "port_taken"
    message = "端口已被占用。"


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def port_answers(host: str, port: int, timeout_seconds: float = 0.3) -> bool:
    """Whether something accepts connections there."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.settimeout(timeout_seconds)
        return probe.connect_ex((host, port)) == 0


def require_free_ports(settings: Settings) -> None:
    """Nothing, if all ports are free.

    Raises:
        PortTaken: naming the port and the setting that changes it.
    """
    for name, host, port in (
        ("GONGKAI_WORKBENCH_PORT", settings.host, settings.workbench_port),
        ("GONGKAI_PORTAL_PORT", settings.host, settings.portal_port),
        ("GONGKAI_PREFECT_PORT", "127.0.0.1", settings.prefect_port),
    ):
        if not port_is_free(host, port):
            raise PortTaken(
                f"端口 {port} 已被占用。请关闭占用它的程序，或设置环境变量 {name} 换一个端口。"
            )


def serve_face(settings: Settings, face: str) -> None:
    """Serve one face until the process is told to stop."""
    use_environment({"GONGKAI_FACE": face})
    open_office(settings, face=face)
    from bureau.wsgi import application

    port = settings.workbench_port if face == "workbench" else settings.portal_port
    serve(
        application,
        host=settings.host,
        port=port,
        threads=THREADS[face],
        ident="",
        clear_untrusted_proxy_headers=True,
        max_request_body_size=300 * 1024 * 1024,
    )
