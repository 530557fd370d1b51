"""`idsvc publish`, `idsvc serve`, `idsvc healthcheck`: what a running installation does for others."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

import click

from idsvc.bootstrap import open_full, open_runtime
from idsvc.cli import exits
from idsvc.config import read_settings
from idsvc.domain.errors import BadSetting, Unavailable
from idsvc.program import evidence_document
from idsvc.web import server
from idsvc.web.app import create_app

_HIGHEST_PORT: Final = 65535
_PATIENCE: Final = 5


@click.command(epilog="Example: idsvc publish /srv/id/public")
@click.argument("folder", type=click.Path(path_type=Path))
def publish(folder: Path) -> None:
    """Write the status lists of this moment, the public keys and the program's public facts into FOLDER.

    The trust list must lie there already (idsvc keys sign-list). Run it every few minutes; every file is
    replaced whole, so that a web server or CDN can serve the folder as it is.
    """
    runtime = open_full(read_settings(os.environ))
    done = runtime.publish(folder, evidence_document(runtime.program))
    click.echo(
        f"Published {done.status_lists} status lists beside trust list {done.trust_sequence}, "
        f"which is fresh until {done.trust_fresh_until:%Y-%m-%d}."
    )


@click.command(epilog="Example: IDSVC_SURFACES=verifier IDSVC_PUBLIC=/srv/id/public idsvc serve")
@click.option("--workers", default=1, show_default=True, help="Processes; a verifier is always one.")
def serve(workers: int) -> None:
    """Serve the surfaces of IDSVC_SURFACES at IDSVC_BIND until stopped."""
    settings = read_settings(os.environ)
    create_app(open_runtime(settings))  # what is missing is one sentence here, not a fault of a worker
    host, port = read_bind(settings.bind)
    server.claim_port(host, port)
    click.echo(f"Serving {', '.join(sorted(settings.surfaces))} at http://{host}:{port}/ until stopped.")
    server.serve(host=host, port=port, workers=1 if "verifier" in settings.surfaces else workers)


@click.command(epilog="Example: idsvc healthcheck || systemctl restart idsvc")
def healthcheck() -> int:
    """Ask the server at IDSVC_BIND whether it is ready. Exit code 1 names what is not."""
    host, port = read_bind(read_settings(os.environ).bind)
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/readyz", timeout=_PATIENCE) as answer:
            body = answer.read()
    except urllib.error.HTTPError as refusal:
        body = refusal.read()
    except OSError:
        raise Unavailable(f"Nothing answers at {host}:{port}; start it with: idsvc serve") from None
    checks = json.loads(body)["checks"]
    for name, ok in checks.items():
        click.echo(f"{'ok  ' if ok else 'FAIL'} {name}")
    return exits.DONE if all(checks.values()) else exits.REFUSED


def read_bind(text: str) -> tuple[str, int]:
    """Read HOST:PORT; BadSetting otherwise."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) <= _HIGHEST_PORT:
        raise BadSetting("IDSVC_BIND must be written HOST:PORT, such as 127.0.0.1:8000.")
    return host.strip("[]"), int(port)
