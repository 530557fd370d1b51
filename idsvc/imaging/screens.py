"""Look for signs of an identity paper on a page: runs only inside the child process.

Identity papers are never uploaded; whoever sends one by mistake is told so and nothing is kept. The screen
catches some, not all: code lines of a passport in focus, the PDF417 or Aztec code of a licence. What it
does not see is still only a sealed page that dies with the decision.
"""

from typing import Final

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from idsvc.domain.errors import BadInput
from idsvc.imaging.answers import Reason

Grey = NDArray[np.uint8]

_CODES: Final = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.PDF417, zxingcpp.BarcodeFormat.Aztec))
_WIDTH: Final = 1600
_RUN: Final = 28
"""Marks of one height at one pitch without a gap; the shortest code line (ICAO 9303, part 5) has 30."""
_LINES: Final = 2
_UNEVEN: Final = 0.3
"""A gap may differ from the pitch by so much of it: a blank, or a missing mark, is more."""
_SPREAD: Final = 0.12
"""Standard deviation of the gaps by their pitch; running text in a proportional font measured 0.2."""
_HEIGHT_TO_PITCH: Final = (0.55, 1.7)
"""OCR-B letters are as high as they are apart; dots of a leader are lower, bars of a barcode higher."""
_SMALLEST: Final = 6


def refuse_identity_papers(page: Grey, *, field: str) -> None:
    """Raise BadInput, kindly, if a page bears an identity code or the code lines of a passport or ID card."""
    if zxingcpp.read_barcodes(page, formats=_CODES) or count_even_lines(page) >= _LINES:
        raise BadInput(field, Reason.WRONG_PAPER)


def count_even_lines(page: Grey) -> int:
    """Count the lines of marks that stand as evenly as only a machine-readable zone does."""
    scale = min(1.0, _WIDTH / page.shape[1])
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = cv2.adaptiveThreshold(
        small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, blockSize=31, C=15
    )
    _, _, boxes, centres = cv2.connectedComponentsWithStats(dark)
    heights, widths = boxes[1:, cv2.CC_STAT_HEIGHT], boxes[1:, cv2.CC_STAT_WIDTH]
    marks = (np.maximum(heights, widths) >= _SMALLEST) & (heights < small.shape[0] // 8)
    marks &= widths < small.shape[1] // _RUN
    return sum(_has_even_run(line) for line in _lines(centres[1:][marks], heights[marks]))


def _lines(centres: NDArray[np.float64], heights: NDArray[np.int32]) -> list[NDArray[np.float64]]:
    """Sort marks into lines by their centres; each line has x and height of its marks, from the left."""
    order: NDArray[np.int64] = np.argsort(centres[:, 1])
    lines: list[list[tuple[float, float, float]]] = []
    for number in order:
        x, y = centres[number]
        height = float(heights[number])
        if lines and y - np.median([mark[1] for mark in lines[-1]]) < max(height, lines[-1][0][2]) / 2:
            lines[-1].append((float(x), float(y), height))
        else:
            lines.append([(float(x), float(y), height)])
    return [np.array(sorted((x, height) for x, _, height in line)) for line in lines if len(line) >= _RUN]


def _has_even_run(line: NDArray[np.float64]) -> bool:
    gaps = np.diff(line[:, 0])
    for first in range(len(gaps) - _RUN + 2):
        window = gaps[first : first + _RUN - 1]
        pitch = float(np.median(window))
        if pitch <= 0 or bool(np.any(np.abs(window - pitch) > _UNEVEN * pitch)):
            continue
        if float(np.std(window)) > _SPREAD * pitch:
            continue
        height = float(np.median(line[first : first + _RUN, 1]))
        if _HEIGHT_TO_PITCH[0] < height / pitch < _HEIGHT_TO_PITCH[1]:
            return True
    return False
