"""The blob store: sealed bytes under random names in a directory, written whole or not at all.

Every file has the same mode and the same fixed modification and access time, so that a listing or an archive
tells no hour. A live file system still knows inode numbers, change times and the order of names in a folder:
a blob is written into `fresh/`, and once its day is closed `settle` writes it anew, in random order among the
others of that day, into `settled/`, where it stays.
"""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from idsvc.domain.errors import BadSetting, NotFound, Refusal
from idsvc.domain.ids import BlobId, Random, is_id
from idsvc.signing.durable import disk_errors, locked, mode_within, sync_directory

_FIXED_TIME_NS: Final = 946_684_800 * 10**9
"""2000-01-01 00:00 UTC, for every file."""
_TEMPORARY: Final = ".new"
_FRESH: Final = "fresh"
_SETTLED: Final = "settled"
"""It comes after the other: a copy taken in the order of names misses no blob that moves meanwhile."""
_LOCK: Final = ".lock"
_UNSTORED: Final = "The file could not be stored"


def open_blobs(setting: str) -> "BlobStore":
    """Open `IDSVC_BLOBS`, written file:DIR; BadSetting when it cannot be used."""
    scheme, _, rest = setting.partition(":")
    if scheme != "file":
        raise BadSetting("IDSVC_BLOBS must be written file:DIR; correct it and start again.")
    return BlobStore(Path(rest))


class BlobStore:
    """Blobs in a directory: the fresh ones in one folder, the settled ones spread over 256 by two digits."""

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise BadSetting(
                f"The blob directory {directory} does not exist; create it or correct the setting."
            )
        self._directory = directory

    def write(self, blob: BlobId, content: bytes) -> None:
        """Store sealed bytes durably under a fresh random name (a sealed item's blob bears the item's id).

        Raises Unavailable, with nothing written, if the disk fails.
        """
        path = self._fresh(blob)
        temporary = path.with_name(f".{path.name}{_TEMPORARY}")
        with disk_errors(_UNSTORED):
            try:
                self._make_folder(path.parent)
                self._make_folder(self._directory / _SETTLED)  # before a copy could list what is here
                self._make_lock()  # with the first blob: removing one must not need free space
                _write(temporary, content)
                temporary.rename(path)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
            sync_directory(path.parent)

    def read(self, blob: BlobId) -> bytes:
        """Return a blob's bytes; NotFound when it is gone."""
        with disk_errors("The stored file could not be read"):
            for path in (self._fresh(blob), self._settled(blob)):  # a blob moves only from one to the other
                with contextlib.suppress(FileNotFoundError):
                    return path.read_bytes()
        raise NotFound("This stored file is gone.")

    def delete(self, blob: BlobId) -> bool:
        """Remove a blob; False when it is gone already. Its key's death is what destroys it."""
        found = []
        with disk_errors("The stored file could not be removed"):
            with self._moving():
                for path in (self._fresh(blob), self._settled(blob)):
                    with contextlib.suppress(FileNotFoundError):
                        path.unlink()
                        found.append(path)
            for path in found:
                sync_directory(path.parent)
        return bool(found)

    def each(self, *, changed_before: datetime) -> Iterator[BlobId]:
        """Give the blobs whose file was last changed before a moment, in no order.

        For finding orphans: a blob is written before its transaction commits, so look only at older ones.
        The file system's own clock counts here.
        """
        for folder in self._folders():
            for path in folder.iterdir():
                if is_id(path.name) and _changed_before(path, changed_before):
                    yield BlobId(path.name)

    def sweep(self, *, changed_before: datetime) -> int:
        """Remove unfinished files that a crash left before a moment; return how many."""
        stale = [
            path
            for folder in self._folders()
            for path in folder.iterdir()
            if path.name.endswith(_TEMPORARY) and _changed_before(path, changed_before)
        ]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def unsettled(self, *, changed_before: datetime, random: Random) -> list[BlobId]:
        """List, in random order, the blobs that were written before a moment and are not settled."""
        fresh = self._directory / _FRESH
        with disk_errors("The stored files could not be listed"):
            paths = sorted(fresh.iterdir()) if fresh.is_dir() else []
            found = [
                BlobId(path.name)
                for path in paths
                if is_id(path.name) and _changed_before(path, changed_before)
            ]
        return sorted(found, key=lambda _: random(16))

    def settle(self, blob: BlobId, *, random: Random) -> bool:
        """Write a fresh blob anew where it stays; False when it is gone, or another process has settled it.

        1. A copy is written whole beside its place, under a name that no other process writes.
        2. The fresh blob must still be there: what was deleted meanwhile does not come back.
        3. The copy takes its place durably, then the fresh blob goes. A crash between leaves two equal
           blobs: the next run settles again, and `delete` removes both.
        Raises Unavailable if the disk fails or is full; the fresh blob stays.
        """
        fresh, settled = self._fresh(blob), self._settled(blob)
        temporary = settled.with_name(f".{blob}.{random(8).hex()}{_TEMPORARY}")
        with disk_errors(_UNSTORED):
            try:
                content = fresh.read_bytes()
            except FileNotFoundError:
                return False
            try:
                self._make_folder(settled.parent)
                _write(temporary, content)  # 1
                with self._moving():
                    if not fresh.exists():  # 2
                        return False
                    temporary.rename(settled)  # 3
                    sync_directory(settled.parent)
                    fresh.unlink()
                    sync_directory(fresh.parent)
            finally:
                temporary.unlink(missing_ok=True)
        return True

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if folder.parent != self._directory:
            self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(self._directory.stat().st_mode & 0o7777)
        sync_directory(folder.parent)

    def _folders(self) -> list[Path]:
        return [path for path in self._directory.glob(f"{_SETTLED}/*") if path.is_dir()] + [
            path for path in (self._directory / _FRESH,) if path.is_dir()
        ]

    @contextlib.contextmanager
    def _moving(self) -> Iterator[None]:
        """Hold the lock under which a blob moves or goes, among threads and processes."""
        self._make_lock()
        with locked(self._directory / _LOCK):
            yield

    def _make_lock(self) -> None:
        """Make the file that is locked, with the mode and the date of a blob."""
        if not (self._directory / _LOCK).exists():
            _write(self._directory / _LOCK, b"")

    def _fresh(self, blob: BlobId) -> Path:
        return self._directory / _FRESH / _checked(blob)

    def _settled(self, blob: BlobId) -> Path:
        return self._directory / _SETTLED / blob[:2] / _checked(blob)


def _checked(blob: BlobId) -> str:
    if not is_id(blob):
        raise Refusal("A stored file is named by 32 hexadecimal digits.")
    return blob


def _changed_before(path: Path, moment: datetime) -> bool:
    """Tell whether a file is there and was last changed before a moment; others may remove it meanwhile."""
    try:
        return datetime.fromtimestamp(path.stat().st_ctime, UTC) < moment
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    mode = mode_within(path.parent)
    handle = os.open(path, flags, mode)
    try:
        os.fchmod(handle, mode)
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.utime(handle, ns=(_FIXED_TIME_NS, _FIXED_TIME_NS))
        os.fsync(handle)
    finally:
        os.close(handle)
