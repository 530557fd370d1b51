"""What the child process says to its parent: a word from a closed list, then bytes of a fixed form.

A child that was taken over can choose among these words and colour some pixels; it can say nothing else.
"""

from enum import StrEnum
from typing import Final

READY: Final = b"ready\n"
"""Written once libraries and limits stand: what fails before is our fault, after it the picture's."""
UNCONFINED: Final = b"unconfined\n"
"""Written instead where the child cannot be confined."""
DONE: Final = b"done\n"
"""Written before the bytes of an answer; the name of a `Reason` stands there when the picture is refused."""


class Reason(StrEnum):
    """Why a picture, PDF or paper is refused, in the words shown."""

    TOO_MANY_PIXELS = "This picture has more than 25 megapixels. Save it smaller and try again."
    TOO_LARGE = "This picture is too large. Save it smaller and try again."
    NO_PICTURE = "This is not a picture. Use a JPEG, PNG or WebP file."
    DAMAGED = "This picture is damaged or incomplete. Take it again."
    MOVES = "This picture moves. Use a still photo."
    BAD_PDF = "This PDF is damaged or locked. Save it again without a password."
    LONG_PDF = "This PDF has more than 100 pages. Split it and try again."
    LONG_PAPER = "This paper has more than 4 pages: send those with the address."
    WRONG_PAPER = (
        "This paper is not needed here: please send only a paper that shows the address, such as a bill."
    )
    UNREADABLE = "This picture cannot be read safely. Take a new one, or save it as JPEG."
