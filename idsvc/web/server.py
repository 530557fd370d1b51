"""Run the pages with granian: its workers, its time limits, and no access log."""

import socket
from typing import Any, Final

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from idsvc.domain.errors import BadSetting, Unavailable

TARGET: Final = "idsvc.web.wsgi:build"
_HEADER_MILLISECONDS: Final = 10_000
_STOP_SECONDS: Final = 10
_LOG: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"events": {"()": "idsvc.web.log.EventFormatter"}},
    "handlers": {"events": {"class": "logging.StreamHandler", "formatter": "events"}},
    "loggers": {"_granian": {"handlers": ["events"], "propagate": False}},
}
"""Granian's own lines go through the allow-list too."""


def serve(*, host: str, port: int, workers: int = 1, threads: int = 8) -> None:
    """Serve until stopped; raises Unavailable when the port is taken, BadSetting when it may not be used.

    A verifier process is one worker (its counts and limits live in memory): run more processes instead.
    """
    claim_port(host, port)
    Server(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_enabled=True,
        log_level=LogLevels.error,
        log_dictconfig=_LOG,
        log_access=False,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS, keep_alive=True),
        workers_kill_timeout=_STOP_SECONDS,
    ).serve()


def claim_port(host: str, port: int) -> None:
    """Find out, before anything starts, whether the port can be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except PermissionError:
        raise BadSetting(f"Port {port} may not be used by this user; choose one above 1023.") from None
    except socket.gaierror:
        raise BadSetting(f"{host} is no address of this machine; correct IDSVC_BIND.") from None
    except OSError:
        raise Unavailable(
            f"Port {port} is in use; stop what uses it, or set IDSVC_BIND to another port."
        ) from None
