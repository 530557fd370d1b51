"""Find the face, crop, even the light, judge the photo: runs only inside the child process.

Evening changes light, not people: exposure moves only when the whole photo is dark or bright, and a side
shadow is lifted by half, so that nobody's skin is made another tone than the photo shows.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idsvc.imaging.decoding import Pixels, decode
from idsvc.imaging.faces import Box, find_faces
from idsvc.imaging.judging import judge
from idsvc.imaging.portrait import HEIGHT, WIDTH, write_portrait
from idsvc.imaging.warming import draw_pictures

_WORKING_SIDE: Final = 1600
_FACE_SHARE: Final = 2.2
"""Height of the crop in sides of the detector's box: the head, crown to chin, then fills about 2/3 of it."""
_TIGHTEST_SHARE: Final = 1.75
_FACE_CENTRE: Final = 0.54
"""Where the box's middle stands in the crop, as a share of its height from the top."""
_BLACK: Final = 0.05


def warm_up() -> None:
    """Load all that the libraries load late."""
    cv2.setNumThreads(1)
    tiny, *_ = [decode(sample, field="portrait") for sample in draw_pictures()]
    find_faces(tiny)
    judge(tiny, [Box(0, 0, 1)])
    even_light(tiny)


def answer_portrait(picture: bytes) -> bytes:
    """Make the portrait's pixels and its findings from untrusted bytes."""
    pixels = decode(picture, field="portrait")
    pixels = _shrink(pixels)
    faces = find_faces(pixels)
    crop = _crop_around(pixels, faces[0]) if faces else _crop_middle(pixels)
    interpolation = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    sized = np.asarray(cv2.resize(crop, (WIDTH, HEIGHT), interpolation=interpolation), dtype=np.uint8)
    return write_portrait(judge(crop, faces), even_light(sized).tobytes())


def even_light(portrait: Pixels) -> Pixels:
    """Bring a dark or bright photo to middle exposure and halve a shadow from one side."""
    lab = cv2.cvtColor(portrait, cv2.COLOR_RGB2LAB)
    light = _lift_side_shadow(lab[:, :, 0].astype(np.float64) / 255)
    bright = float(np.percentile(light, 95))
    wanted = min(max(bright, 0.72), 0.97)
    if _BLACK < bright < 1 and wanted != bright:
        light = light ** float(np.log(wanted) / np.log(bright))
    lab[:, :, 0] = np.clip(light * 255, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.uint8)


def _lift_side_shadow(light: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = light.shape
    face = light[height // 4 : height * 3 // 4, width // 5 : width * 4 // 5]
    columns = np.median(face, axis=0)
    slope = float(np.polyfit(np.linspace(-0.5, 0.5, columns.size), np.log(columns + 0.05), 1)[0])
    slope = max(-0.8, min(0.8, slope)) / 2
    ramp = np.exp(-slope * np.linspace(-0.5, 0.5, width) * 5 / 3)
    return np.asarray(np.clip(light * ramp[np.newaxis, :], 0, 1))


def _shrink(pixels: Pixels) -> Pixels:
    longest = max(pixels.shape[:2])
    if longest <= _WORKING_SIDE:
        return pixels
    scale = _WORKING_SIDE / longest
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _crop_around(pixels: Pixels, face: Box) -> Pixels:
    rows, columns = pixels.shape[:2]
    centre_x, centre_y = face.x + face.side / 2, face.y + face.side / 2
    # The largest crop that keeps the face in place and invents no pixels; a face at the edge moves instead.
    fits = min(
        centre_y / _FACE_CENTRE,
        (rows - centre_y) / (1 - _FACE_CENTRE),
        2 * min(centre_x, columns - centre_x) * HEIGHT / WIDTH,
    )
    height = min(
        max(fits, face.side * _TIGHTEST_SHARE), face.side * _FACE_SHARE, rows, columns * HEIGHT / WIDTH
    )
    width = height * WIDTH / HEIGHT
    left = min(max(centre_x - width / 2, 0), columns - width)
    top = min(max(centre_y - height * _FACE_CENTRE, 0), rows - height)
    return _cut(pixels, left, top, width, height)


def _crop_middle(pixels: Pixels) -> Pixels:
    rows, columns = pixels.shape[:2]
    height = min(rows, columns * HEIGHT / WIDTH)
    width = height * WIDTH / HEIGHT
    return _cut(pixels, (columns - width) / 2, (rows - height) / 2, width, height)


def _cut(pixels: Pixels, left: float, top: float, width: float, height: float) -> Pixels:
    x, y = int(left), int(top)
    return pixels[y : y + max(1, round(height)), x : x + max(1, round(width))]
