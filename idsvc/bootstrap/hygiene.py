"""Keep what a process knows out of files: no core dumps, no temporary files, and nobody may look into it.

Called once at the start of the commands and of each web process; it reads back what it set, and a process
that cannot have it does not start.
"""

import ctypes
import os
import resource
import sys
from typing import Final

from idsvc.domain.errors import BadSetting

_PR_GET_DUMPABLE: Final = 3
_PR_SET_DUMPABLE: Final = 4
"""prctl(2): without it a process of the same user may neither read this one's memory nor have its core."""


class TemporaryFile(RuntimeError):
    """Something tried to write a temporary file: a mistake of the program, told without its contents."""


def refuse_core_dumps() -> None:
    """Make the process undumpable and forbid core files for it and its children; raises BadSetting."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)
    if not dumps_nothing():
        raise BadSetting("This system lets processes dump their memory into files; idsvc does not run on it.")


def dumps_nothing() -> bool:
    """Tell whether neither a core file nor another process of the user can hold this one's memory."""
    undumpable = sys.platform != "linux" or _prctl(_PR_GET_DUMPABLE) == 0
    return undumpable and resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def refuse_temporary_files() -> None:
    """Let every attempt to make a temporary file fail, from now on, in this process.

    For processes that serve: what people send stays in memory. An unlinked temporary file is recovered from
    the disk as easily as any other.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    unnamed = event == "open" and isinstance(arguments[2], int) and _is_unnamed(arguments[2])
    if unnamed or event in ("tempfile.mkstemp", "tempfile.mkdtemp"):
        raise TemporaryFile("a temporary file was asked for; keep it in memory")


def _is_unnamed(flags: int) -> bool:
    """Tell whether an open asks for an unnamed file (O_TMPFILE includes the bits of O_DIRECTORY)."""
    unnamed: int = getattr(os, "O_TMPFILE", 0)
    return unnamed != 0 and flags & unnamed == unnamed


def _prctl(option: int, value: int = 0) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.prctl(option, value, 0, 0, 0))
