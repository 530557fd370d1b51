"""Say in one sentence which file of a command cannot be read or written, and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from idsvc.domain.errors import Unavailable


@contextmanager
def telling_files(out: Path) -> Iterator[None]:
    """Turn what the disk refuses into Unavailable with the file's name; `out` is told where it names none."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"{error.filename or out} cannot be used ({error.strerror}); mend that, or name another."
        ) from None
