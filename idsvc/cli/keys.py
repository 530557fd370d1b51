"""`idsvc keys`: make and rotate signing keys, and hold the ceremony that signs the trust list."""

import os
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from idsvc.bootstrap import founding, system_clock
from idsvc.config import Settings, read_settings
from idsvc.credential.keys import Purpose
from idsvc.domain.errors import BadInput, NotFound
from idsvc.domain.ids import KeyId
from idsvc.domain.program import Program
from idsvc.program import load
from idsvc.services.publication import ROOTS, read_roots
from idsvc.signing.keystore import ROOT_PURPOSES, SERVER_PURPOSES, KeyStore
from idsvc.signing.register import KeyEntry, read_register
from idsvc.signing.stores import open_keys, open_root_keys

_PURPOSES = click.Choice([purpose.value for purpose in (*SERVER_PURPOSES, *ROOT_PURPOSES)])
_roots = click.option(
    "--roots", type=click.Path(path_type=Path), help="Directory of root keys (ceremony, offline)."
)
_secret_file = click.option(
    "--secret", type=click.Path(path_type=Path), help="Passphrase file; default: IDSVC_KEYS_SECRET."
)


@click.group(epilog="Example: idsvc keys new && idsvc keys sign-list --roots /media/ceremony/roots")
def keys() -> None:
    """Make, rotate, withdraw and list signing keys; sign the trust list (docs/operations.md)."""


@keys.command(epilog="Examples: idsvc keys new    idsvc keys new card    idsvc keys new --roots DIR")
@click.argument("purpose", type=_PURPOSES, required=False)
@_roots
@_secret_file
def new(purpose: str | None, roots: Path | None, secret: Path | None) -> None:
    """Make every key that is missing, or the first key of one PURPOSE.

    Without --roots the keys of a server: signing keys, index keys and the directory of the purge days, in the
    places that the settings name. With --roots the live and the spare root key, in that directory.
    """
    settings = read_settings(os.environ)
    today = _today(settings)
    if roots is None:
        founding.make_places(settings)
    else:
        founding.make_directory(roots)
    store = _store(settings, roots, secret)
    if purpose is not None:
        entry = store.new(Purpose(purpose), today=today)
        made: tuple[str, ...] = (f"{entry.purpose} {entry.key_id}",)
    elif roots is None:
        made = founding.make_server_keys(store, today=today)
    else:
        made = founding.make_root_keys(store, today=today)
    click.echo(f"Made: {', '.join(made)}." if made else "Nothing was missing; nothing was made.")


@keys.command(epilog="Example: idsvc keys rotate card --from 2027-02-01")
@click.argument("purpose", type=_PURPOSES)
@click.option("--from", "signs_from", help="First day of signing, YYYY-MM-DD; default: today.")
@_roots
@_secret_file
def rotate(purpose: str, signs_from: str | None, roots: Path | None, secret: Path | None) -> None:
    """Make the next key of a PURPOSE; the old one signs until the new one begins.

    Give a later day and publish a new trust list before it: then verifiers know the key before they meet it.
    """
    settings = read_settings(os.environ)
    store = _store(settings, roots, secret)
    begins = None if signs_from is None else _day(signs_from)
    entry = store.rotate(Purpose(purpose), today=_today(settings), signs_from=begins)
    click.echo(
        f"The {entry.purpose} key {entry.key_id} signs from {entry.signs_from}; sign a new trust list."
    )


@keys.command(epilog="Example: idsvc keys retire 1f0c5a9be2d34477")
@click.argument("key_id")
@_roots
@_secret_file
def retire(key_id: str, roots: Path | None, secret: Path | None) -> None:
    """Destroy the private half of a key that was rotated; what it signed stays genuine."""
    settings = read_settings(os.environ)
    entry = _store(settings, roots, secret).retire(KeyId(key_id), today=_today(settings))
    click.echo(f"The {entry.purpose} key {entry.key_id} signs no more.")


@keys.command(epilog="Example: idsvc keys withdraw 1f0c5a9be2d34477")
@click.argument("key_id")
@_roots
@_secret_file
@click.confirmation_option(prompt="Every card that this key signed will be refused. Withdraw it?")
def withdraw(key_id: str, roots: Path | None, secret: Path | None) -> None:
    """Withdraw a key that was lost or stolen: nothing it signed is accepted any more."""
    settings = read_settings(os.environ)
    entry = _store(settings, roots, secret).withdraw(KeyId(key_id), today=_today(settings))
    click.echo(f"The {entry.purpose} key {entry.key_id} is withdrawn. Sign and publish the trust list now.")


@keys.command(epilog="Example: idsvc keys status")
@_roots
@_secret_file
def status(roots: Path | None, secret: Path | None) -> None:
    """List every key that ever was."""
    for entry in _store(read_settings(os.environ), roots, secret).status():
        click.echo(_line(entry))


@keys.command("sign-list", epilog="Example: idsvc keys sign-list --roots /media/ceremony/roots")
@click.option("--roots", type=click.Path(path_type=Path), required=True, help="Directory of the root keys.")
@click.option("--register", type=click.Path(path_type=Path), help="register.json of the server's keys.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to; default: IDSVC_PUBLIC.")
@click.option(
    "--also", type=click.Path(path_type=Path), multiple=True, help="register.json of another root directory."
)
@_secret_file
def sign_list(
    roots: Path, register: Path | None, out: Path | None, also: tuple[Path, ...], secret: Path | None
) -> None:
    """Sign the next trust list with a root key: which keys verifiers believe, for 90 days.

    On a machine without a network, carry the register and the folder there and back. Verifiers pin the root
    keys of the directory and, with --also, those of other sticks; all are named at the end: compare them.
    """
    settings = read_settings(os.environ)
    program = _program(settings)
    folder = out or Path(settings.need("public"))
    entries = _open(settings).status() if register is None else read_register(register)
    store = open_root_keys(roots, _secret(settings, secret), random=os.urandom)
    others = [entry for path in also for entry in _read_other(path)]
    trust = founding.sign_list(entries, store, folder, others=others, program=program, now=system_clock())
    click.echo(f"Trust list {trust.sequence} with {len(trust.keys)} keys is in {folder / 'trust'}.")
    pinned = read_roots((folder / ROOTS).read_bytes())
    click.echo(f"Root keys to pin, in {folder / ROOTS}: {', '.join(key.key_id for key in pinned)}.")
    if len(pinned) == 1:
        click.echo("This is one root key alone: name the register.json of the other with --also.", err=True)


def _read_other(path: Path) -> tuple[KeyEntry, ...]:
    entries = read_register(path)
    if not entries:  # an absent register is an empty one: here it is a mistyped path
        raise NotFound(f"{path} names no root key; give the register.json of the other root directory.")
    return entries


def _line(entry: KeyEntry) -> str:
    ended = f", retired {entry.retired_on}" if entry.retired_on else ""
    ended += f", withdrawn {entry.withdrawn_on}" if entry.withdrawn_on else ""
    return f"{entry.key_id}  {entry.purpose:11} {entry.state:9} signs from {entry.signs_from}{ended}"


def _store(settings: Settings, roots: Path | None, secret: Path | None) -> KeyStore:
    if roots is None:
        return _open(settings)
    return open_root_keys(roots, _secret(settings, secret), random=os.urandom)


def _open(settings: Settings) -> KeyStore:
    return open_keys(settings.need("keys"), _secret(settings), random=os.urandom)


def _secret(settings: Settings, given: Path | None = None) -> Path:
    return given or Path(settings.need("keys_secret"))


def _program(settings: Settings) -> Program:
    return load(Path(settings.need("program")))


def _today(settings: Settings) -> date:
    zone = settings.timezone or ZoneInfo(_program(settings).city.timezone)
    return system_clock().astimezone(zone).date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("from", "Write the day as YYYY-MM-DD, such as 2027-02-01.") from None
