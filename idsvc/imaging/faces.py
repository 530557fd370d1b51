"""Find the faces in a picture: runs only inside the child process."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import cv2

from idsvc.domain.errors import Unavailable
from idsvc.imaging.decoding import Pixels

_CASCADE: Final = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_alt2.xml"


@dataclass(frozen=True, slots=True)
class Box:
    """A square in a picture, in pixels."""

    x: int
    y: int
    side: int


def find_faces(pixels: Pixels) -> list[Box]:
    """Find upright frontal faces, the largest first; also tries a brightened copy when it sees none.

    OpenCV's Haar cascade `frontalface_alt2`; it prefers false alarms of small size, so boxes under half the
    largest one's side are dropped.
    """
    cascade = _load_cascade()
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    least = max(40, min(grey.shape) // 8)
    for attempt in (grey, cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(grey)):
        found = cascade.detectMultiScale(attempt, scaleFactor=1.08, minNeighbors=5, minSize=(least, least))
        boxes = sorted((Box(int(x), int(y), int(w)) for x, y, w, _ in found), key=lambda box: -box.side)
        if boxes:
            return [box for box in boxes if box.side * 2 > boxes[0].side]
    return []


@cache
def _load_cascade() -> cv2.CascadeClassifier:
    """Load the detector once: after the child is confined its file cannot be opened any more."""
    cascade = cv2.CascadeClassifier(str(_CASCADE))
    if cascade.empty():
        raise Unavailable(
            "The face finder is missing from this installation; install the dependencies again."
        )
    return cascade
