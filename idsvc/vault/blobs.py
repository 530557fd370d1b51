"""The blob store: sealed bytes under random names in a directory, written whole or not at all.

Every file has the same mode and the same fixed modification and access time, so that a listing or an archive
tells neither order nor hour. A live file system still knows inode numbers and change times: `rewrite`
gives a closed day's blobs new ones in random order.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from idsvc.domain.errors import BadSetting, NotFound, Refusal
from idsvc.domain.ids import BlobId, Random, is_id
from idsvc.signing.durable import disk_errors, mode_within, sync_directory

_FIXED_TIME_NS: Final = 946_684_800 * 10**9
"""2000-01-01 00:00 UTC, for every file."""
_TEMPORARY: Final = ".new"


def open_blobs(setting: str) -> "BlobStore":
    """Open `IDSVC_BLOBS`, written file:DIR; BadSetting when it cannot be used."""
    scheme, _, rest = setting.partition(":")
    if scheme != "file":
        raise BadSetting("IDSVC_BLOBS must be written file:DIR; correct it and start again.")
    return BlobStore(Path(rest))


class BlobStore:
    """Blobs in a directory, spread over 256 folders by the first two digits of their random names."""

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
        self._put(blob, content)

    def read(self, blob: BlobId) -> bytes:
        """Return a blob's bytes; NotFound when it is gone."""
        with disk_errors("The stored file could not be read"):
            try:
                return self._path(blob).read_bytes()
            except FileNotFoundError:
                raise NotFound("This stored file is gone.") from None

    def delete(self, blob: BlobId) -> bool:
        """Remove a blob; False when it is gone already. Its key's death is what destroys it."""
        path = self._path(blob)
        with disk_errors("The stored file could not be removed"):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            sync_directory(path.parent)
        return True

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

    def rewrite(self, blobs: Sequence[BlobId], *, random: Random) -> None:
        """Write blobs again in random order, so that inode numbers and change times say nothing of theirs.

        Only the holder of the retention lease calls it: a blob deleted meanwhile would come back, unreadable.
        """
        for blob in sorted(blobs, key=lambda _: random(16)):
            with contextlib.suppress(NotFound):
                self._put(blob, self.read(blob))

    def _put(self, blob: BlobId, content: bytes) -> None:
        path = self._path(blob)
        temporary = path.with_name(f".{path.name}{_TEMPORARY}")
        with disk_errors("The file could not be stored"):
            try:
                self._make_folder(path.parent)
                _write(temporary, content)
                temporary.rename(path)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
            sync_directory(path.parent)

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        folder.mkdir(exist_ok=True)
        folder.chmod(self._directory.stat().st_mode & 0o7777)
        sync_directory(self._directory)

    def _folders(self) -> list[Path]:
        return [path for path in self._directory.iterdir() if path.is_dir() and path.name[0] != "."]

    def _path(self, blob: BlobId) -> Path:
        if not is_id(blob):
            raise Refusal("A stored file is named by 32 hexadecimal digits.")
        return self._directory / blob[:2] / blob


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
