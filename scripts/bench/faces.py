"""Measure how recognisable small portraits stay, by the face distances of an independent recogniser.

    python scripts/bench/faces.py --sheet sheet.png PICTURE…

Needs `dlib-bin` and `face_recognition_models` (for this measurement only; the product uses neither).
Distances are Euclidean in dlib's 128-dimensional space, in which 0.6 is the usual border between two people.
"""

import argparse
import importlib.util
import io
from collections.abc import Sequence
from pathlib import Path

import dlib  # type: ignore[import-not-found]
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idsvc.imaging.portrait import make_portrait
from idsvc.imaging.small_portrait import SmallPortrait, small_portrait
from idsvc.printing.qr.matrix import draw_qr

ROOMS = {"M": 475, "L": 690}
TILE = (250, 320)
Face = NDArray[np.float64]


class Recogniser:
    """dlib's face recogniser with the models of `face_recognition_models`."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("face_recognition_models")
        if found is None or found.origin is None:
            raise SystemExit("Install dlib-bin and face_recognition_models to measure.")
        models = Path(found.origin).parent / "models"
        self._shape = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
        self._net = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))
        self._detector = dlib.get_frontal_face_detector()

    def locate(self, picture: Image.Image) -> tuple[float, float, float, float] | None:
        """Find the largest face, as shares of the picture."""
        found = self._detector(np.asarray(picture), 1)
        if not found:
            return None
        box = max(found, key=lambda face: face.area())
        width, height = picture.size
        return box.left() / width, box.top() / height, box.right() / width, box.bottom() / height

    def describe(self, picture: Image.Image, place: tuple[float, float, float, float]) -> Face:
        """Give the 128 numbers of the face at a place."""
        width, height = picture.size
        left, top, right, bottom = place
        box = dlib.rectangle(
            *(round(v) for v in (left * width, top * height, right * width, bottom * height))
        )
        pixels = np.asarray(picture)
        return np.array(self._net.compute_face_descriptor(pixels, self._shape(pixels, box), 10))


def upscaled(small: SmallPortrait) -> Image.Image:
    """Show a small portrait at the size at which a verifier's screen shows it."""
    with Image.open(io.BytesIO(small.picture)) as picture:
        return picture.convert("RGB").resize((400, 500), Image.Resampling.BICUBIC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line a picture and write the contact sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args(arguments)
    recogniser = Recogniser()
    faces: list[Face] = []
    smalls: list[Face] = []
    sheet = Image.new("RGB", (TILE[0] * len(options.pictures), TILE[1] * 3), "white")
    print(
        f"{'picture':28} {'findings':22} {'jpeg':>7} {'room':>4} {'bytes':>5} {'size':>7} {'like':>5} dist."
    )
    for column, path in enumerate(options.pictures):
        portrait = make_portrait(path.read_bytes())
        full = Image.open(io.BytesIO(portrait.jpeg)).convert("RGB")
        sheet.paste(full.resize(TILE), (column * TILE[0], 0))
        place = recogniser.locate(full)
        for row, (name, rooms) in enumerate(
            (("M", (ROOMS["M"],)), ("L", (ROOMS["L"],)), ("M|L", tuple(ROOMS.values())))
        ):
            small = small_portrait(portrait.jpeg, rooms=rooms)
            assert isinstance(small, SmallPortrait)  # noqa: S101 - 475 bytes always hold a picture
            shown = upscaled(small)
            small_place = recogniser.locate(shown)
            distance = float("nan")
            if place and small_place:
                described = recogniser.describe(full, place), recogniser.describe(shown, small_place)
                distance = float(np.linalg.norm(described[0] - described[1]))
                if name == "M|L":
                    faces.append(described[0])
                    smalls.append(described[1])
            findings = ", ".join(portrait.findings) or "-"
            print(
                f"{path.name:28} {findings:22} {len(portrait.jpeg):7} {name:>4} {len(small.picture):5} "
                f"{small.width}x{small.height:<4} {small.likeness:5.2f} {distance:8.3f}"
            )
            if row < 2:  # noqa: PLR2004 - two rows of small portraits under the full ones
                sheet.paste(shown.resize((TILE[0], TILE[1])), (column * TILE[0], TILE[1] * (row + 1)))
    if options.sheet:
        sheet.save(options.sheet)
    print("\ndistance of each small portrait (row) from each full portrait (column)")
    for small_face in smalls:
        print(" ".join(f"{np.linalg.norm(small_face - face):6.3f}" for face in faces))
    longest = draw_qr("A" * 1134)
    print(f"\nfull QR at error correction M: version {longest.version}, {longest.module_mm:.3f} mm a module")


if __name__ == "__main__":
    main()
