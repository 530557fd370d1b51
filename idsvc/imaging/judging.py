"""Judge a cropped portrait: what could be better about the photo. Runs only inside the child process."""

from typing import Final

import cv2
import numpy as np

from idsvc.imaging.decoding import Pixels
from idsvc.imaging.faces import Box
from idsvc.imaging.portrait import Finding

_SMALL_FACE: Final = 90
"""Pixels across the detector's box; fewer give under 160 dpi in the card's 25 mm frame, which looks soft."""

# Brightness, 0 to 255, over the face. Dark skin in good light keeps brighter highlights than a dark photo.
_DARK_HIGHLIGHT: Final = 90
_DIM_MEDIAN: Final = 45
_DIM_HIGHLIGHT: Final = 120
_BRIGHT_SHADOW: Final = 150
_BRIGHT_MEDIAN: Final = 225

_UNEVEN: Final = 1.75
"""One cheek that many times as bright as the other."""
_BLURRED: Final = 0.2


def judge(crop: Pixels, faces: list[Box]) -> list[Finding]:
    """Name what could be better about a portrait in which these faces were found, the largest first."""
    findings: list[Finding] = []
    if not faces:
        findings.append(Finding.NO_FACE)
    elif faces[0].side < _SMALL_FACE:
        findings.append(Finding.FACE_TOO_SMALL)
    if len(faces) > 1:
        findings.append(Finding.SEVERAL_FACES)
    small = cv2.resize(crop, (250, 320), interpolation=cv2.INTER_AREA)
    face = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)[100:245, 55:195]
    shadow, median, highlight = (float(value) for value in np.percentile(face, (5, 50, 95)))
    if highlight < _DARK_HIGHLIGHT or (median < _DIM_MEDIAN and highlight < _DIM_HIGHLIGHT):
        findings.append(Finding.TOO_DARK)
    elif shadow > _BRIGHT_SHADOW or median > _BRIGHT_MEDIAN:
        findings.append(Finding.TOO_BRIGHT)
    else:
        left, right = float(np.median(face[:, 5:50])), float(np.median(face[:, -50:-5]))
        if faces and min(left, right) * _UNEVEN < max(left, right):
            findings.append(Finding.UNEVEN_LIGHT)
    # Fine detail as a share of all contrast, so that low light alone does not read as blur.
    detail = float(np.percentile(np.abs(cv2.Laplacian(face, cv2.CV_64F)), 95))
    if detail / (float(face.std()) + 1.0) < _BLURRED:
        findings.append(Finding.BLURRED)
    return findings
