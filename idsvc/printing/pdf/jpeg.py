"""Say of a JPEG what a PDF must know to show it as it is: its sides and its colours.

The whole file goes into the PDF, with whatever its comments and other segments tell; that these tell nothing
is up to `imaging.portrait.make_portrait`, which writes every portrait anew.
"""

from typing import Final

from idsvc.domain.errors import Unavailable

_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that begin a frame; the others of this range are tables (ITU-T T.81, B.1.1.3)."""
_FILL: Final = 0xFF
"""May stand before any marker, as often as a writer likes (ITU-T T.81, B.1.1.2)."""
_SPACES: Final = {1: b"/DeviceGray", 3: b"/DeviceRGB"}


def describe_jpeg(jpeg: bytes) -> bytes:
    """Give the entries of an image's dictionary but its length (ISO 32000-1, 8.9.5).

    Raises Unavailable for what is no JPEG in grey or RGB; nothing of its picture is looked at.
    """
    place = 2
    while jpeg.startswith(b"\xff\xd8") and jpeg[place : place + 1] == b"\xff" and place + 9 < len(jpeg):
        if jpeg[place + 1] in _FRAMES and jpeg[place + 9] in _SPACES:
            height = int.from_bytes(jpeg[place + 5 : place + 7], "big")
            width = int.from_bytes(jpeg[place + 7 : place + 9], "big")
            return (
                b"/Type/XObject/Subtype/Image/Filter/DCTDecode"
                b"/BitsPerComponent %d/ColorSpace%b/Width %d/Height %d"
                % (jpeg[place + 4], _SPACES[jpeg[place + 9]], width, height)
            )
        if jpeg[place + 1] == _FILL:
            place += 1
            continue
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
    raise Unavailable("The portrait is no JPEG that a card can be printed with; take the portrait again.")
