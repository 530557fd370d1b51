"""Look at a disk after a purge: on a file system of its own, search the raw device for what was destroyed.

Run as root, who may mount: .venv/bin/python scripts/bench/purged_disk.py [--file-system ext4]
It shows an overwriting file system on plain storage. Flash, snapshots and copy-on-write keep old sectors: see
docs/operations.md.
"""

import argparse
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from idsvc.domain.ids import ItemId
from idsvc.signing import epochs, stores
from idsvc.signing.epochs import EpochStore

TODAY = date(2026, 11, 22)
ITEMS = 1000
PIECE = 16


def main() -> None:
    """Print how much of keys and secrets the raw device holds before and after they were destroyed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file-system", default="ext4", choices=["ext4", "xfs"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, _mounted(Path(directory), options.file_system) as place:
        image, store_directory = Path(directory) / "disk", place / "epochs"
        epochs.prepare(store_directory)
        store = _store(store_directory, TODAY)
        epoch = store.create_if_absent(TODAY)
        items = [ItemId(os.urandom(16).hex()) for _ in range(ITEMS)]
        secrets = [store.deposit(epoch, item, info=b"").key[32:] for item in items]
        private = (store_directory / "private" / epoch).read_bytes()
        _tell("before", image, private, secrets)
        for item in items[: ITEMS // 2]:
            store.destroy_item(epoch, item)
        _tell("half of the items destroyed early", image, private, secrets)
        _store(store_directory, TODAY + timedelta(days=1)).destroy_epoch(epoch)
        _tell("the epoch destroyed", image, private, secrets)


def _tell(when: str, image: Path, private: bytes, secrets: list[bytes]) -> None:
    os.sync()
    raw = image.read_bytes()
    pieces = [private[at : at + PIECE] for at in range(0, len(private), PIECE)]
    half = len(secrets) // 2
    destroyed, others = (sum(secret in raw for secret in part) for part in (secrets[:half], secrets[half:]))
    print(
        f"{when:36} private half: {sum(piece in raw for piece in pieces)} of {len(pieces)} pieces;  "
        f"item secrets: {destroyed} of the early {half}, {others} of the other {len(secrets) - half}"
    )


def _store(directory: Path, day: date) -> EpochStore:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return stores.open_epochs(
        f"file:{directory}", None, zone=UTC, clock=lambda: now, random=os.urandom, opens=True
    )


@contextmanager
def _mounted(directory: Path, file_system: str) -> Iterator[Path]:
    image, place = directory / "disk", directory / "mounted"
    place.mkdir()
    with image.open("wb") as empty:
        empty.truncate(512 * 2**20 if file_system == "xfs" else 64 * 2**20)
    subprocess.run([f"mkfs.{file_system}", "-q", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


if __name__ == "__main__":
    main()
