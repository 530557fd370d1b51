"""Simulate phone cameras looking at a printed card, and count how many single frames read.

    python scripts/bench/camera.py [--frames 400] [--seed 1]

Each frame prints the card's back at 300 dpi with the spread of a card printer, tilts it in space, lights it
unevenly, blurs it by focus and hand, adds the sensor's noise and JPEG, and asks zxing-cpp once. The cards
are the densest that are ever issued (version 22, correction M and L), on full artwork and as a bare code.
"""

import argparse
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from idsvc import resources
from idsvc.printing.artwork.file import FILE_NAME, load_artwork
from idsvc.printing.cards.card import CardFace, render_cards
from idsvc.printing.documents.raster import rasterise
from idsvc.program import load

Picture = NDArray[np.uint8]
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
LONGEST = {"M": 1134, "L": 1460}
DPI = 300


@dataclass(frozen=True, slots=True)
class Scene:
    """Ranges that a frame is drawn from; lengths in pixels of the frame unless said otherwise."""

    name: str
    width: int
    height: int
    fills: tuple[float, float]
    """Share of the frame's width that the card fills."""
    tilt: float
    """Most tilt about both axes, in degrees."""
    turn: float
    """Most turn in the picture's plane, in degrees."""
    focus: tuple[float, float]
    """Standard deviation of the blur."""
    motion: tuple[float, float]
    noise: tuple[float, float]
    shade: float
    """Most loss of light from one edge to the other."""
    glare: float
    """Most brightness that a window adds in a spot."""
    jpeg: tuple[int, int]
    spread: tuple[float, float]
    """Growth of printed dots, in dots at 300 dpi."""


TYPICAL = Scene(
    name="typical 1080p",
    width=1920,
    height=1080,
    fills=(0.60, 0.80),
    tilt=15,
    turn=12,
    focus=(0.6, 1.5),
    motion=(0, 2.5),
    noise=(2, 8),
    shade=0.35,
    glare=40,
    jpeg=(75, 92),
    spread=(0.2, 0.9),
)
HARD = replace(
    TYPICAL,
    name="hard 1080p",
    fills=(0.45, 0.75),
    tilt=28,
    turn=45,
    focus=(1.2, 2.6),
    motion=(0, 6),
    noise=(5, 18),
    shade=0.6,
    glare=110,
    jpeg=(50, 85),
    spread=(0.2, 1.3),
)
SCENES = (
    TYPICAL,
    replace(TYPICAL, name="typical 720p", width=1280, height=720),
    HARD,
    replace(HARD, name="hard 720p", width=1280, height=720),
)


def printed(picture: Picture, spread: float) -> Picture:
    """Let the ink of a 300 dpi picture spread and its edges soften, at 3 x 300 dpi."""
    large = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    size = max(1, round(spread * 3) | 1)
    grown = cv2.erode(large, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), 1.6), dtype=np.uint8)


def photograph(card: Picture, scene: Scene, chance: random.Random) -> Picture:
    """Take one frame of a printed card lying somewhere in view."""
    rows, columns = card.shape
    corners = (
        np.array([[-columns, -rows], [columns, -rows], [columns, rows], [-columns, rows]], dtype=float) / 2
    )
    turn = np.radians(chance.uniform(-scene.turn, scene.turn))
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    flat = corners @ spin.T
    pitch, yaw = (np.radians(chance.uniform(-scene.tilt, scene.tilt)) for _ in range(2))
    depth = 1 + (flat[:, 1] * np.sin(pitch) + flat[:, 0] * np.sin(yaw)) / (columns * 2.2)
    seen = np.stack([flat[:, 0] * np.cos(yaw), flat[:, 1] * np.cos(pitch)], axis=1) / depth[:, None]
    seen *= chance.uniform(*scene.fills) * scene.width / (seen[:, 0].max() - seen[:, 0].min())
    seen *= min(1.0, 0.96 * scene.height / (seen[:, 1].max() - seen[:, 1].min()))
    room_x = scene.width - (seen[:, 0].max() - seen[:, 0].min())
    room_y = scene.height - (seen[:, 1].max() - seen[:, 1].min())
    seen += (-seen.min(axis=0)) + (chance.uniform(0.2, 0.8) * room_x, chance.uniform(0.2, 0.8) * room_y)
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, seen.astype(np.float32))
    # Light is averaged over each sensor pixel: sample at twice the resolution, then shrink.
    twice = np.diag([2.0, 2.0, 1.0]) @ matrix
    desk = chance.randint(40, 190)
    size = (scene.width * 2, scene.height * 2)
    frame = cv2.warpPerspective(card, twice, size, flags=cv2.INTER_AREA, borderValue=(desk,))
    frame = cv2.resize(frame, (scene.width, scene.height), interpolation=cv2.INTER_AREA)
    return _expose(np.asarray(frame, dtype=np.float32), scene, chance)


def _expose(frame: NDArray[np.float32], scene: Scene, chance: random.Random) -> Picture:
    rows, columns = frame.shape
    angle = chance.uniform(0, 2 * np.pi)
    across = np.linspace(-0.5, 0.5, columns)[None, :] * np.cos(angle)
    down = np.linspace(-0.5, 0.5, rows)[:, None] * np.sin(angle)
    lit = frame * (1 - scene.shade * chance.random() * (0.5 + across + down)) * chance.uniform(0.6, 0.95) + 12
    x, y, reach = chance.uniform(0, columns), chance.uniform(0, rows), chance.uniform(0.06, 0.2) * columns
    spot = np.exp(
        -(((np.arange(columns) - x)[None, :] ** 2 + (np.arange(rows) - y)[:, None] ** 2) / reach**2)
    )
    lit = lit + scene.glare * chance.random() * spot
    lit = cv2.GaussianBlur(lit, (0, 0), chance.uniform(*scene.focus))
    length = chance.uniform(*scene.motion)
    if length > 1:
        side = int(length) * 2 + 1
        kernel = np.zeros((side, side), dtype=np.float32)
        middle, way = side // 2, chance.uniform(0, np.pi)
        for step in np.linspace(-length / 2, length / 2, 4 * side):
            kernel[round(middle + step * np.sin(way)), round(middle + step * np.cos(way))] += 1
        lit = cv2.filter2D(lit, -1, kernel / kernel.sum())
    grain = np.random.default_rng(chance.getrandbits(32)).normal(0, chance.uniform(*scene.noise), lit.shape)
    out = io.BytesIO()
    shown = Image.fromarray(np.clip(lit + grain, 0, 255).astype(np.uint8))
    shown.save(out, "JPEG", quality=chance.randint(*scene.jpeg))
    return np.asarray(Image.open(out), dtype=np.uint8)


def reads(frame: Picture, text: str) -> bool:
    """Ask zxing-cpp once, as the verifier's page does."""
    found = zxingcpp.read_barcodes(frame, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code.text for code in found] == [text]


def cards(chance: random.Random) -> Iterator[tuple[str, str, Picture]]:
    """Render the densest cards: name, text, the back at 300 dpi in grey, on artwork and bare."""
    path = resources.path("templates/programs/riverbend/program.toml")
    program = load(path)
    artwork = load_artwork(path.with_name(FILE_NAME), program=program)
    portrait = resources.path("templates/samples/portrait.jpg").read_bytes()
    for ecc, length in LONGEST.items():
        text = "".join(chance.choice(BASE45) for _ in range(length))
        face = CardFace(
            name="Eileen Collins",
            number="483920175566",
            birth_date=date(1990, 3, 5),
            address=(),
            gender=None,
            issued=date(2026, 11, 22),
            expires=date(2031, 11, 22),
            portrait=portrait,
            qr_text=text,
        )
        pdf = render_cards([face], artwork=artwork)
        back = np.asarray(
            Image.open(io.BytesIO(rasterise(pdf, dots_per_inch=DPI)[1])).convert("L"), dtype=np.uint8
        )
        yield f"{ecc} on artwork", text, back
        bare = back.copy()
        bare[:, round(53 / 25.4 * DPI) :] = 255
        yield f"{ecc} bare", text, bare


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the share of single frames that read, and of ten frames in a row, for each scene and card."""
    parser = argparse.ArgumentParser(description="Simulate phone cameras looking at a printed card.")
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", help="write one frame of each scene as PNG under this prefix")
    options = parser.parse_args(arguments)
    print(f"{'scene':16} {'card':14} {'frames':>6} {'one frame':>10} {'ten frames':>11}")
    for kind, text, back in cards(random.Random(options.seed)):  # noqa: S311 - a simulation that can be repeated
        for scene in SCENES:
            chance = random.Random(options.seed)  # noqa: S311 - the same frames for every card
            prints = [printed(back, spread) for spread in np.linspace(*scene.spread, 5)]
            hits = []
            for number in range(options.frames):
                frame = photograph(prints[number % len(prints)], scene, chance)
                if options.save and number == 0:
                    Image.fromarray(frame).save(f"{options.save}{scene.name}-{kind}.png".replace(" ", "-"))
                hits.append(reads(frame, text))
            tens = [any(hits[start : start + 10]) for start in range(0, options.frames - 9, 10)]
            within_ten = f"{sum(tens) / len(tens):11.1%}" if tens else f"{'-':>11}"
            print(
                f"{scene.name:16} {kind:14} {options.frames:6} {sum(hits) / len(hits):10.1%} {within_ten}",
                flush=True,
            )


if __name__ == "__main__":
    main()
