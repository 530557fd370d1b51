"""Hand untrusted bytes to a confined child process and take its answer; the parent never parses a picture.

One child per picture, not a long-lived worker: a decoder taken over by one resident's picture can neither see
nor alter the next resident's, no face stays in a process's memory, and limits count from zero each time.
It costs about half a second once per enrollment, and nothing while idle.
"""

import os
import selectors
import subprocess
import sys
import time
from typing import IO, Final, Literal

from idsvc.domain.errors import BadInput, Unavailable
from idsvc.imaging.answers import DONE, READY, UNCONFINED, Reason

Task = Literal["portrait", "codes", "document"]

MOST_BYTES: Final = 16 << 20
"""A 12 megapixel phone photo has 3 to 8 MB; larger files are refused unread."""

_CPU_SECONDS: Final[dict[Task, int]] = {"portrait": 10, "codes": 60, "document": 60}
_WALL_FACTOR: Final = 3  # a loaded machine gives a child a third of a core at worst before we call it stuck
_WARM_UP_SECONDS: Final = 20
_WORDS_BYTES: Final = 64


def run_isolated(task: Task, picture: bytes, *, field: str, most_bytes: int) -> bytes:
    """Run one task on untrusted bytes in a child process of its own; give its answer of at most `most_bytes`.

    Raises BadInput for `field` when the bytes are no picture that can be taken, when reading them went past
    the limits (1 GiB of memory, 10 or 60 s of CPU) or the answer has another form; Unavailable when the child
    cannot start or cannot be confined. The form of the answer's bytes is the caller's to check.
    """
    if not picture:
        raise BadInput(field, "This file is empty. Choose or take the picture again.")
    if len(picture) > MOST_BYTES:
        raise BadInput(field, "This file is larger than 16 MB. Save the picture smaller and try again.")
    try:
        said = _ask_child(task, picture, most_bytes=len(READY) + _WORDS_BYTES + most_bytes)
    except TimeoutError:
        raise BadInput(field, "This picture takes too long to read. Take a new one.") from None
    except OSError:
        raise Unavailable("The picture reader cannot start; free some memory and try again.") from None
    if said == UNCONFINED:
        raise Unavailable(
            "This system cannot confine the picture reader, so no picture is read: "
            "run idsvc on Linux (x86-64 or aarch64) with seccomp filters."
        )
    if not said.startswith(READY):
        raise Unavailable("The picture reader cannot start; run `idsvc doctor` on this installation.")
    answer = said.removeprefix(READY)
    if answer.startswith(DONE) and len(answer) <= len(DONE) + most_bytes:
        return answer.removeprefix(DONE)
    reason = next((reason for reason in Reason if answer == reason.name.encode() + b"\n"), Reason.UNREADABLE)
    raise BadInput(field, reason)


def _ask_child(task: Task, picture: bytes, *, most_bytes: int) -> bytes:
    """Give what a child that ended well said, or only READY for one that did not, or said too much."""
    seconds = _CPU_SECONDS[task]
    command = [sys.executable, "-I", "-m", "idsvc.imaging.child", task, str(seconds)]
    # No environment: it holds passphrases. One thread: thread stacks would eat the address space limit.
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    deadline = time.monotonic() + seconds * _WALL_FACTOR + _WARM_UP_SECONDS
    with os.fdopen(os.memfd_create("picture"), "r+b") as source:  # memory, not a pipe: one stream to watch
        source.write(picture)
        source.seek(0)
        child = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
    with child:
        try:
            said = _read(child.stdout, most_bytes=most_bytes, deadline=deadline)
            ended = len(said) <= most_bytes and child.wait(max(0.0, deadline - time.monotonic())) == 0
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            child.kill()
    return said if ended or not said.startswith(READY) else READY


def _read(stream: IO[bytes] | None, *, most_bytes: int, deadline: float) -> bytes:
    """Read to the end, or to one read past `most_bytes`; TimeoutError at the deadline."""
    if stream is None:
        return b""
    said = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while len(said) <= most_bytes:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            part = os.read(stream.fileno(), 1 << 16)
            if not part:
                break
            said += part
    return bytes(said)
