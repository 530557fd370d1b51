"""Write small files so that a crash leaves the old or the new one, and refuse places that others can read."""

import contextlib
import errno
import fcntl
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from idsvc.domain.errors import BadSetting, Unavailable

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_TEMPORARY: Final = ".new"
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def refuse_lax(path: Path, what: str) -> None:
    """Refuse a file or directory that is missing, or that group or others may use.

    `what` begins the sentence, such as "The key directory". Raises BadSetting.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise BadSetting(f"{what} {path} does not exist; create it or correct the setting.") from None
    except OSError as error:
        raise BadSetting(f"{what} {path} cannot be read ({error.strerror}); correct its owner.") from None
    if mode & _OTHERS:
        safe = "700" if stat.S_ISDIR(mode) else "600"
        raise BadSetting(f"{what} {path} may be used by others than its owner; run chmod {safe} on it.")
    if not os.access(path, os.R_OK):
        raise BadSetting(f"{what} {path} belongs to another user; run this as its owner.")


def read_private(path: Path, what: str) -> bytes:
    """Return the content of a file that only its owner may read; BadSetting otherwise."""
    refuse_lax(path, what)
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSetting(f"{what} {path} cannot be read ({error.strerror}); correct its owner.") from None


@contextlib.contextmanager
def disk_errors(what: str) -> Iterator[None]:
    """Turn a failing disk into Unavailable; `what` begins the sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable(f"{what}: the disk is full; free some space and try again.") from error
        raise Unavailable(f"{what}: {error.strerror}; check the disk and its permissions.") from error


def write_new(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Create a file whole and durable; False when that name is already taken (it stays as it was)."""
    temporary = _write_temporary(path, content, mode)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(path.parent)
    return True


def replace(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace a file's content whole and durably; after a crash the old or the new content is there."""
    temporary = _write_temporary(path, content, mode)
    try:
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def overwrite(path: Path, content: bytes) -> None:
    """Overwrite a file with content of its own length, durably, without needing any free space."""
    handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.pwrite(handle, content, 0)
        os.fsync(handle)
    finally:
        os.close(handle)


def shred(path: Path) -> None:
    """Overwrite a file in place, make that durable, and remove it; nothing happens if it is gone.

    Every name of the same file is overwritten with it. A journal, snapshot or flash controller may
    keep old sectors: such a directory belongs on an encrypted volume (docs/operations.md).
    """
    if not path.exists():
        return
    overwrite(path, bytes(path.stat().st_size))
    path.unlink()
    sync_directory(path.parent)


def sweep(directory: Path) -> None:
    """Remove what a crash left unfinished; call it only while holding the directory's lock."""
    for path in directory.iterdir():
        if path.name.startswith(".") and path.name.endswith(_TEMPORARY):
            if path.stat().st_nlink == 1:
                shred(path)
            else:  # killed between link and unlink: the other name is the finished file
                path.unlink()


def mode_within(directory: Path) -> int:
    """Return the mode of a new shared file: its owner's, and its group's as far as the directory's."""
    return directory.stat().st_mode & 0o060 | 0o600


def sync_directory(directory: Path) -> None:
    """Make names made or removed in a directory durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(path: Path, *, mode: int = 0o600) -> Iterator[None]:
    """Hold an exclusive lock, among threads and processes, on a lock file that stays."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_temporary(path: Path, content: bytes, mode: int) -> Path:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}{_TEMPORARY}")
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(temporary, flags, mode)
    try:
        os.fchmod(handle, mode)
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    return temporary
