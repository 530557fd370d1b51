"""Found an installation: the directories with their permissions, the first keys, the first trust list.

`scripts/start` and the demonstration found one for development in one call; a city does the same steps by
`idsvc keys`, with the root keys on a machine that no network reaches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from idsvc.bootstrap.roots import read_pinned
from idsvc.config import Settings
from idsvc.credential import BadList, TrustList
from idsvc.credential.keys import KeyState, Purpose
from idsvc.domain.errors import Refusal
from idsvc.domain.ids import Random
from idsvc.domain.program import Program
from idsvc.services import publication
from idsvc.signing import epochs
from idsvc.signing.durable import disk_errors, write_new
from idsvc.signing.hsm import read_place
from idsvc.signing.keystore import ROOT_PURPOSES, SERVER_PURPOSES, KeyStore
from idsvc.signing.register import IndexName, KeyEntry
from idsvc.signing.stores import open_keys, open_root_keys

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Places:
    """Where one installation on one machine keeps what it has, below one folder."""

    folder: Path

    @property
    def secret(self) -> Path:
        """The file with the passphrase of the keys."""
        return self.folder / "keys.secret"

    @property
    def keys(self) -> Path:
        """The long-lived keys."""
        return self.folder / "keys"

    @property
    def roots(self) -> Path:
        """The root keys; only a development installation has them here."""
        return self.folder / "roots"

    @property
    def epochs(self) -> Path:
        """The purge-day keys."""
        return self.folder / "epochs"

    @property
    def blobs(self) -> Path:
        """The sealed blobs."""
        return self.folder / "blobs"

    @property
    def pinned(self) -> Path:
        """The public halves of the root keys that every process believes, outside of the public folder."""
        return self.folder / "roots.json"

    @property
    def public(self) -> Path:
        """What everybody may read."""
        return self.folder / "public"

    def environment(self, *, program: Path, database_url: str) -> Mapping[str, str]:
        """Give the settings under which the commands and the web use this installation."""
        return {
            "IDSVC_DATABASE_URL": database_url,
            "IDSVC_PROGRAM": str(program),
            "IDSVC_KEYS": f"file:{self.keys}",
            "IDSVC_KEYS_SECRET": str(self.secret),
            "IDSVC_EPOCHS": f"file:{self.epochs}",
            "IDSVC_BLOBS": f"file:{self.blobs}",
            "IDSVC_PUBLIC": str(self.public),
            "IDSVC_ROOTS": str(self.pinned),
        }


def found_for_development(places: Places, *, program: Program, now: datetime, random: Random) -> None:
    """Make every directory, key and list that is missing; what is there stays as it is."""
    for directory in (places.folder, places.keys, places.roots, places.blobs):
        make_directory(directory)
    epochs.prepare(places.epochs)
    make_directory(places.public, mode=0o755)
    make_secret(places.secret, random=random)
    today = now.astimezone(ZoneInfo(program.city.timezone)).date()
    keys = open_keys(f"file:{places.keys}", places.secret, random=random)
    make_server_keys(keys, today=today)
    roots = open_root_keys(places.roots, places.secret, random=random)
    make_root_keys(roots, today=today)
    if not places.pinned.exists():
        keys_to_pin = [entry.public_key for entry in roots.status() if entry.state is not KeyState.WITHDRAWN]
        with disk_errors("The file of the root keys could not be made"):
            write_new(places.pinned, publication.write_roots(keys_to_pin, sequence=0))
    if publication.read_believed(places.public, read_pinned(places.pinned)) is None:
        sign_list(keys.status(), roots, places.public, program=program, now=now)


def make_directory(path: Path, *, mode: int = 0o700) -> None:
    """Make a directory that its owner alone may use, unless it is there."""
    with disk_errors("The directory could not be made"):
        path.mkdir(mode=mode, parents=True, exist_ok=True)


def make_secret(path: Path, *, random: Random) -> None:
    """Write a random passphrase into a file that its owner alone may read, unless it is there."""
    with disk_errors("The passphrase file could not be made"):
        write_new(path, random(_SECRET_BYTES).hex().encode())


def make_server_keys(keys: KeyStore, *, today: date) -> tuple[str, ...]:
    """Make the signing and index keys that a server lacks; gives their names."""
    made = _make_missing(keys, SERVER_PURPOSES, today)
    return (*made, *(f"{name} index" for name in IndexName if keys.new_index(name)))


def make_root_keys(roots: KeyStore, *, today: date) -> tuple[str, ...]:
    """Make the live and the spare root key, unless they are there; gives their names."""
    return _make_missing(roots, ROOT_PURPOSES, today)


def make_places(settings: Settings) -> None:
    """Make the directories that the settings name for keys, purge days and blobs, unless they are there."""
    for setting in (settings.need("keys"), settings.need("blobs")):
        make_directory(_directory(setting))
    epochs.prepare(_directory(settings.need("epochs")))


def sign_list(
    register: Iterable[KeyEntry],
    roots: KeyStore,
    folder: Path,
    *,
    others: Iterable[KeyEntry] = (),
    program: Program,
    now: datetime,
) -> TrustList:
    """Draw up the next trust list, sign it with a root key, write it with the root keys to pin.

    The live root signs where it is at hand, else the spare; `others` are root keys that lie elsewhere.
    """
    today = now.astimezone(ZoneInfo(program.city.timezone)).date()
    every = [*roots.status(), *others]
    known = publication.write_roots((entry.public_key for entry in every), sequence=0)
    try:
        before = publication.read_believed(folder, known)
    except BadList:
        raise Refusal(
            "None of these root keys signed the list before; name the other directory's register with --also."
        ) from None
    trust = publication.draw_up_trust_list(
        register,
        program=program,
        before=before,
        status_lists=1 if before is None else publication.count_lists_in_use(folder, before),
        now=now,
    )
    live = any(
        entry.purpose is Purpose.ROOT and entry.state is not KeyState.WITHDRAWN for entry in roots.status()
    )
    root = roots.signer(Purpose.ROOT if live else Purpose.SPARE_ROOT, today=today)
    to_pin = [entry.public_key for entry in every if entry.state is not KeyState.WITHDRAWN]
    publication.write_trust_list(folder, trust, root=root, roots=to_pin)
    return trust


def _directory(setting: str) -> Path:
    """Find the directory in `file:DIR` or `pkcs11:…&directory=DIR`."""
    scheme, _, rest = setting.partition(":")
    return Path(rest) if scheme == "file" else read_place("the setting", setting).directory


def _make_missing(keys: KeyStore, purposes: Iterable[Purpose], today: date) -> tuple[str, ...]:
    active = {entry.purpose for entry in keys.status() if entry.state is KeyState.ACTIVE}
    missing = sorted(set(purposes) - active)
    for purpose in missing:
        keys.new(purpose, today=today)
    return tuple(purpose.value for purpose in missing)
