"""`idsvc audit`: place leaves in the tree, sign its head, hand it to witnesses, and verify the whole log."""

import os
from pathlib import Path

import click

from idsvc.audit.sequencer import sequence
from idsvc.audit.verification import verify_log
from idsvc.audit.witnesses import FileWitness, HttpWitness, Witness, hand_over
from idsvc.bootstrap import open_full
from idsvc.bootstrap.full import Runtime
from idsvc.cli import exits
from idsvc.config import read_settings
from idsvc.credential.keys import Purpose
from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import fresh_id

_witnesses = click.option(
    "--witness",
    "witnesses",
    multiple=True,
    help="A witness: a file on somebody else's volume, or the address of a server. May be repeated.",
)


@click.group(epilog="Example: idsvc audit checkpoint --witness /mnt/auditor/idsvc.checkpoint")
def audit() -> None:
    """Sign the audit log's head for witnesses, and verify that nothing was changed or removed."""


@audit.command(
    epilog="Example: idsvc audit checkpoint --witness /mnt/auditor/idsvc --witness https://w.example"
)
@_witnesses
def checkpoint(witnesses: tuple[str, ...]) -> int:
    """Place the waiting leaves, sign the tree head, and hand it to every witness.

    Run it every few minutes. Exit code 1 when a witness could not be told.
    """
    runtime = open_full(read_settings(os.environ))
    signer = runtime.keys.signer(Purpose.CHECKPOINT, today=runtime.today())
    key = runtime.audit_key()
    head = sequence(
        runtime.database,
        holder=fresh_id(runtime.random),
        signer=signer,
        key=key,
        clock=runtime.clock,
        random=runtime.random,
    )
    if head is None:
        raise Unavailable("Another process is placing leaves; try again in a minute.")
    click.echo(f"{head.size} leaves, root {head.root.hex()}")
    failed = False
    if witnesses:
        for handed in hand_over(runtime.database, [_open(name, runtime) for name in witnesses]):
            failed |= handed.problem is not None
            click.echo(f"{handed.witness}: {handed.problem or f'knows {handed.size} leaves'}", err=failed)
    return exits.REFUSED if failed else exits.DONE


@audit.command(epilog="Example: idsvc audit verify --witness /mnt/auditor/idsvc.checkpoint")
@_witnesses
def verify(witnesses: tuple[str, ...]) -> int:
    """Hash the whole log again and compare it with its checkpoints and with what witness files hold.

    Exit code 1 when anything was edited, removed, added in between or reordered.
    """
    runtime = open_full(read_settings(os.environ))
    key, older = runtime.audit_key(), runtime.older_audit_keys()
    notes = [_read(Path(name)) for name in witnesses]
    report = runtime.database.read(lambda session: verify_log(session, key=key, witnessed=notes, older=older))
    for problem in report.problems:
        click.echo(problem, err=True)
    click.echo(
        f"{report.size} leaves in the tree, {report.waiting} waiting, {report.checkpoints} checkpoints, "
        f"{report.witnesses} witnesses: {'sound' if report.sound else 'NOT SOUND'}"
    )
    return exits.DONE if report.sound else exits.REFUSED


def _open(name: str, runtime: Runtime) -> Witness:
    if "://" in name:
        return HttpWitness(name)
    return FileWitness(Path(name), runtime.audit_key(), runtime.older_audit_keys())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"The witness file {path} cannot be read ({error.strerror}).") from None
