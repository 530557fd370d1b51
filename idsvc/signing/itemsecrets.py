"""The item secrets of one epoch: fixed places in one file, overwritten in place, found by the item's id.

The id decides the bucket and chance the place in it, so no serial number exists anywhere and the file says
nothing of the order of deposits, up to some 35,000 items of one day; beyond that only which doubling of the
file an item came with.
A secret opens nothing without the epoch's private half.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from idsvc.domain.errors import Destroyed, Unavailable
from idsvc.domain.ids import ItemId, Random
from idsvc.signing.durable import disk_errors, mode_within, sync_directory

SECRET_BYTES: Final = 32
_TAG_BYTES: Final = 16
_PLACE_BYTES: Final = 64
"""Tag, secret and check: one place lies within one 512-byte sector, which disks write whole."""
_EMPTY: Final = bytes(_PLACE_BYTES)
_BUCKET_PLACES: Final = 64
_BUCKET_BYTES: Final = _PLACE_BYTES * _BUCKET_PLACES
_FIRST_BUCKETS: Final = 1024
"""Segment k has 1024 * 2**k buckets: 65,536 places in a sparse file, then doubling; nothing is moved."""
_SEGMENTS: Final = 18
"""17 thousand million places: more than any epoch."""


class ItemSecrets:
    """One file of item secrets; every change is on the disk before a method returns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Make the empty file; it takes its group permissions from its directory."""
        directory = self._path.parent
        mode = mode_within(directory)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            os.fchmod(handle, mode)
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_directory(directory)

    def put(self, item: ItemId, secret: bytes, *, random: Random) -> None:
        """Deposit an item's secret. Raises Destroyed when the epoch is gone."""
        tag = bytes.fromhex(item)
        with self._open() as handle:
            place = _free_place(handle, tag, random)
            os.pwrite(handle, tag + secret + _check(tag, secret), place)
            os.fdatasync(handle)
            if os.fstat(handle).st_nlink == 0:
                raise Destroyed("The purge day of this item has passed; begin it again.")

    def get(self, item: ItemId) -> bytes:
        """Return an item's secret. Raises Destroyed when it was destroyed or never deposited."""
        tag = bytes.fromhex(item)
        with self._open() as handle:
            for entry, _ in _find(handle, tag):
                return entry[_TAG_BYTES : _TAG_BYTES + SECRET_BYTES]
        raise Destroyed("What this item held was destroyed; nothing can bring it back.")

    def overwrite(self, item: ItemId) -> bool:
        """Destroy an item's secret in place; False when there was none."""
        tag = bytes.fromhex(item)
        with self._open() as handle:
            found = [place for _, place in _find(handle, tag)]
            for place in found:
                os.pwrite(handle, _EMPTY, place)
            if found:
                os.fdatasync(handle)
        return bool(found)

    def remove(self) -> bool:
        """Remove the file; False when it is gone already."""
        found = self._path.exists()
        self._path.unlink(missing_ok=True)
        sync_directory(self._path.parent)
        return found

    @contextlib.contextmanager
    def _open(self) -> Iterator[int]:
        """Open the file and hold its lock, among threads and processes."""
        with disk_errors("The item secrets could not be used"):
            try:
                handle = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                raise Destroyed("The purge day of this item has passed; nothing can open it.") from None
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield handle
            finally:
                os.close(handle)


def _buckets(tag: bytes) -> Iterator[int]:
    """Give the offset of the tag's bucket in each segment, smallest segment first."""
    number = int.from_bytes(tag[:8], "big")
    for segment in range(_SEGMENTS):
        buckets = _FIRST_BUCKETS << segment
        before = _FIRST_BUCKETS * ((1 << segment) - 1)
        yield (before + number % buckets) * _BUCKET_BYTES


def _free_place(handle: int, tag: bytes, random: Random) -> int:
    for offset in _buckets(tag):
        bucket = os.pread(handle, _BUCKET_BYTES, offset).ljust(_BUCKET_BYTES, b"\0")
        free = [
            start
            for start in range(0, _BUCKET_BYTES, _PLACE_BYTES)
            if bucket[start : start + _PLACE_BYTES] == _EMPTY
        ]
        if free:
            return offset + free[int.from_bytes(random(8), "big") % len(free)]
    raise Unavailable("The item secrets of this day are full; use another purge day.")


def _find(handle: int, tag: bytes) -> Iterator[tuple[bytes, int]]:
    size = os.fstat(handle).st_size
    for offset in _buckets(tag):
        if offset >= size:
            return  # every place of a later segment lies farther still
        bucket = os.pread(handle, _BUCKET_BYTES, offset)
        for start in range(0, len(bucket), _PLACE_BYTES):
            entry = bucket[start : start + _PLACE_BYTES]
            if entry[:_TAG_BYTES] == tag and _is_whole(entry):
                yield entry, offset + start


def _is_whole(entry: bytes) -> bool:
    """Tell a deposited place from one that a crash left torn."""
    tag, secret = entry[:_TAG_BYTES], entry[_TAG_BYTES : _TAG_BYTES + SECRET_BYTES]
    return entry[_TAG_BYTES + SECRET_BYTES :] == _check(tag, secret)


def _check(tag: bytes, secret: bytes) -> bytes:
    return hashlib.sha256(b"idsvc item secret 1|" + tag + secret).digest()[:16]
