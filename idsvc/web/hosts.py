"""Answer only under the host names of this process's surfaces: another name is another origin.

What a balancer asks by address (alive, ready, figures) is answered under any name: it tells of no person.
"""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import MisdirectedRequest

_ANY_NAME: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


def refuse_others(base_urls: Mapping[str, str]) -> Callable[[], None]:
    """Make the check for the origins of the surfaces; what it stops is answered 421 (RFC 9110, 15.5.20)."""
    hosts = frozenset(_host(url) for url in base_urls.values())

    def refuse() -> None:
        request = flask.request
        if request.path not in _ANY_NAME and request.host.lower() not in hosts:
            raise MisdirectedRequest

    return refuse


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
