"""Measure sealing, opening and destroying: rates, and a key's death with one item against a million.

Run: .venv/bin/python scripts/bench/vault.py [--items 1000000] [--directory DIR]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import unittest.mock
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from idsvc.credential.keys import Purpose
from idsvc.domain.ids import EpochName, ItemId
from idsvc.signing import epochs, stores
from idsvc.signing.epochs import EpochStore
from idsvc.signing.halves import FileHalves
from idsvc.signing.itemsecrets import ItemSecrets
from idsvc.signing.register import IndexName
from idsvc.vault.items import Vault
from idsvc.vault.kinds import CITY_SLOT, PRINT_FILE
from idsvc.vault.tags import card_number_tag, person_tag

TODAY = date(2026, 11, 22)
ROUNDS = 7


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--directory", type=Path, help="where the stores lie (default: a temporary one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        _measure_vault(Path(directory) / "few")
        _measure_keys(Path(directory) / "keys")
        _measure_token(Path(directory) / "token")
        _measure_death(Path(directory) / "many", options.items)


def _open_store(directory: Path, now: datetime) -> EpochStore:
    epochs.prepare(directory)
    return stores.open_epochs(
        f"file:{directory}", None, zone=UTC, clock=lambda: now, random=os.urandom, opens=True
    )


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _measure_vault(directory: Path) -> None:
    store = _open_store(directory, _noon(TODAY))
    vault = Vault(store, random=os.urandom)
    epoch = store.create_if_absent(TODAY)
    for kind, count in ((CITY_SLOT, 1000), (PRINT_FILE, 100)):
        content = os.urandom(kind.size)
        items = [vault.seal(kind, epoch, "owner", content) for _ in range(10)]
        name = f"{kind.name} of {kind.size:,} bytes"
        with _rate(f"seal a {name}, secret on the disk", count):
            items = [vault.seal(kind, epoch, "owner", content) for _ in range(count)]
        with _rate(f"open a {name}", count):
            for item in items:
                vault.open(kind, item, "owner")
        with _rate(f"destroy a {name} early", count):
            for item in items:
                vault.destroy_item(epoch, item.id)


def _measure_keys(directory: Path) -> None:
    directory.mkdir(mode=0o700)
    secret = directory / "passphrase"
    secret.write_text("a passphrase for a fresh bench key")
    secret.chmod(0o600)
    keys = stores.open_keys(f"file:{directory}", secret, random=os.urandom)
    keys.new(Purpose.CARD, today=TODAY)
    keys.new_index(IndexName.NAME)
    signer, index_key = keys.signer(Purpose.CARD, today=TODAY), keys.index_key(IndexName.NAME)
    with _rate("sign with a file key, ES256", 5000):
        for _ in range(5000):
            signer.sign(b"a message")
    with _rate("tag a person (the cost of one guess)", 30):
        for number in range(30):
            person_tag(index_key, f"sample resident {number}", TODAY)
    with _rate("tag a card number", 20_000):
        for _ in range(20_000):
            card_number_tag(index_key, "123456789012")  # type: ignore[arg-type]


class _Watched(FileHalves):
    """Private halves that note when one has died."""

    died = 0.0

    def destroy(self, epoch: EpochName) -> None:
        super().destroy(epoch)
        self.died = time.perf_counter()


def _measure_death(directory: Path, many: int) -> None:
    filled = {count: directory.with_name(f"filled-{count}") for count in (1, many)}
    for count, path in filled.items():
        ItemSecrets(path).create()
        _fill(ItemSecrets(path), count)
    _measure_one_of_many(filled[many], many)
    deaths: dict[int, list[float]] = {count: [] for count in filled}
    totals: dict[int, list[float]] = {count: [] for count in filled}
    for number in range(ROUNDS):
        for count, path in filled.items():  # in turn, so that a busy disk meets both alike
            place = directory / f"{count}-{number}"
            epoch = _open_store(place, _noon(TODAY)).create_if_absent(TODAY)
            shutil.copy(path, place / "secrets" / epoch)
            os.sync()
            private = _Watched(place / "private")
            store = EpochStore(place, private, zone=UTC, clock=_after_today, random=os.urandom)
            before = time.perf_counter()
            if not store.destroy_epoch(epoch):
                raise SystemExit("the epoch was not destroyed")
            deaths[count].append((private.died - before) * 1000)
            totals[count].append((time.perf_counter() - before) * 1000)
    for name, times in (("its key is dead after", deaths), ("its secrets are removed after", totals)):
        for count in filled:
            said, all_times = f"an epoch of {count:,} items: {name}", times[count]
            spread = f"({min(all_times):.1f} to {max(all_times):.1f})"
            print(f"{said:60} {statistics.median(all_times):10.3f} ms  {spread}")


def _after_today() -> datetime:
    return _noon(TODAY + timedelta(days=1))


def _measure_token(directory: Path) -> None:
    module = next(Path("/usr/lib").glob("**/libsofthsm2.so"), None)
    if module is None:
        print("no SoftHSM on this machine: apt-get install softhsm2")
        return
    (directory / "tokens").mkdir(parents=True, mode=0o700)
    (directory / "conf").write_text(f"directories.tokendir = {directory / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(directory / "conf")
    command = "softhsm2-util --init-token --free --label bench --so-pin 13579246 --pin 97531864"
    subprocess.run(command.split(), check=True, capture_output=True)
    pin = directory / "pin"
    pin.write_text("97531864")
    pin.chmod(0o600)
    setting = f"pkcs11:token=bench?module-path={module}&directory={directory / 'tokens'}"
    keys = stores.open_keys(setting, pin, random=os.urandom)
    for purpose, name in ((Purpose.CARD, "ES256"), (Purpose.CHECKPOINT, "Ed25519")):
        keys.new(purpose, today=TODAY)
        signer = keys.signer(purpose, today=TODAY)
        with _rate(f"sign in a SoftHSM token, {name}", 5000):
            for _ in range(5000):
                signer.sign(b"a message")


def _measure_one_of_many(path: Path, count: int) -> None:
    secrets, name = ItemSecrets(path), f"item secrets of {count:,} items"
    print(f"{name:60} {path.stat().st_blocks * 512 / 1e6:10.1f} MB")
    probes = [ItemId(os.urandom(16).hex()) for _ in range(200)]
    with _rate(f"deposit one more secret among {count:,}", len(probes)):
        for probe in probes:
            secrets.put(probe, os.urandom(32), random=os.urandom)
    with _rate(f"find one secret among {count:,}", len(probes)):
        for probe in probes:
            secrets.get(probe)
    with _rate(f"destroy one secret among {count:,}", len(probes)):
        for probe in probes:
            secrets.overwrite(probe)


def _fill(secrets: ItemSecrets, count: int) -> None:
    """Deposit secrets without waiting for the disk after each: filling is not what is measured."""
    with unittest.mock.patch("os.fdatasync"):
        for _ in range(count):
            secrets.put(ItemId(os.urandom(16).hex()), os.urandom(32), random=os.urandom)
    os.sync()


@contextmanager
def _rate(name: str, count: int) -> Iterator[None]:
    before = time.perf_counter()
    yield
    spent = time.perf_counter() - before
    print(f"{name:60} {spent / count * 1000:10.3f} ms  {count / spent:10,.0f} /s")


if __name__ == "__main__":
    main()
