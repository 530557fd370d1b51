"""The child process that reads one untrusted picture and ends: the only place where outside pixels are read.

It holds no secrets (empty environment, no inherited files), can reach nothing (`confinement`), sees one
picture only, and gives back pixels or texts in a fixed form. `isolation` starts it and says why one child
per picture.
"""

import sys
import warnings
from collections.abc import Callable

from idsvc.domain.errors import BadInput, Unavailable
from idsvc.imaging.answers import DONE, READY, UNCONFINED, Reason
from idsvc.imaging.confinement import confine

Run = Callable[[bytes], bytes]
"""Turn a picture into the bytes of an answer, or raise BadInput with a `Reason`."""


def main(task: str, cpu_seconds: int) -> int:
    """Run one task on the bytes of standard input and write the answer to standard output."""
    run = prepare(task)
    try:
        confine(cpu_seconds)
    except Unavailable:
        _write(UNCONFINED)
        return 1
    _write(READY)
    picture = sys.stdin.buffer.read()
    try:
        _write(DONE + run(picture))
    except BadInput as refusal:
        _write(Reason(str(refusal)).name.encode("ascii") + b"\n")
    return 0


def prepare(task: str) -> Run:
    """Load what one task needs and use it once on pictures of our own: later no file can be opened."""
    if task == "portrait":
        from idsvc.imaging import retouching  # noqa: PLC0415

        retouching.warm_up()
        return retouching.answer_portrait
    if task == "document":
        from idsvc.imaging import rebuilding  # noqa: PLC0415

        rebuilding.warm_up()
        return rebuilding.answer_document
    from idsvc.imaging import scanning  # noqa: PLC0415

    scanning.warm_up()
    return scanning.answer_codes


def _write(answer: bytes) -> None:
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    warnings.simplefilter("error")
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
