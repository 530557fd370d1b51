"""The exit codes of every command, in one table; `idsvc --help` prints it.

The numbers above 63 are those of BSD sysexits.h.
"""

from typing import Final

from idsvc.credential import BadList
from idsvc.domain import errors

DONE: Final = 0
REFUSED: Final = 1
CANNOT_TELL: Final = 2
USAGE: Final = 64
BAD_INPUT: Final = 65
NOT_FOUND: Final = 66
UNAVAILABLE: Final = 69
FAULT: Final = 70
DESTROYED: Final = 71
SEAL_BROKEN: Final = 72
BAD_LIST: Final = 76
BAD_SETTING: Final = 78
INTERRUPTED: Final = 130

_TABLE: Final[tuple[tuple[type[errors.IdsvcError], int], ...]] = (
    (errors.BadInput, BAD_INPUT),
    (errors.NotFound, NOT_FOUND),
    (errors.Refusal, REFUSED),
    (errors.Unavailable, UNAVAILABLE),
    (errors.Destroyed, DESTROYED),
    (errors.SealBroken, SEAL_BROKEN),
    (BadList, BAD_LIST),
    (errors.BadSetting, BAD_SETTING),
    (errors.IdsvcError, FAULT),
)

LEGEND: Final = (
    "Exit codes: 0 done or genuine; 1 refused; 2 cannot tell; 64 wrong words on the command line; "
    "65 bad input; 66 not found; 69 something needed cannot be used now; 70 fault; "
    "71 the key is destroyed; 72 a seal does not fit; 76 a published list is damaged or cannot be believed; "
    "78 a setting is missing or wrong."
)


def exit_code(error: errors.IdsvcError) -> int:
    """Return the exit code of an expected failure; the first class that fits decides."""
    return next(code for kind, code in _TABLE if isinstance(error, kind))
