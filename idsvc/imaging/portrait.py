"""The portrait of an applicant: from an untrusted picture to the one picture that is kept and printed."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PIL import Image

from idsvc.domain.errors import BadInput
from idsvc.imaging.answers import Reason
from idsvc.imaging.isolation import run_isolated

WIDTH: Final = 600
HEIGHT: Final = 768
"""25:32, the card's picture frame (25 x 32 mm) at 610 dots per inch."""
MOST_JPEG_BYTES: Final = 120_000
_ANSWER_BYTES: Final = 1 + WIDTH * HEIGHT * 3
_QUALITIES: Final = (92, 88, 84, 78, 70, 60, 45, 30, 15)
_FULL_COLOUR_FROM: Final = 80
_PLAIN: Final = re.compile(
    rb"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    rb"(?:\xff\xdb\x00\x43.{65}){2}"  # two tables of quantisation
    rb"\xff\xc0\x00\x11\x08\x03\x00\x02\x58\x03\x01[\x11\x22]\x00\x02\x11\x01\x03\x11\x01"  # 768 x 600
    rb"(?:\xff\xc4\x00\x1f.{29}\xff\xc4\x00\xb5.{179}){2}"  # four Huffman tables
    rb"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"
    rb"[^\xff]*+(?:\xff\x00[^\xff]*+)*+\xff\xd9",  # one scan to the end
    re.DOTALL,
)


class Finding(StrEnum):
    """What could be better about a portrait: advice for who takes it, never a refusal and never stored."""

    NO_FACE = "no face"
    SEVERAL_FACES = "several faces"
    FACE_TOO_SMALL = "face too small"
    TOO_DARK = "too dark"
    TOO_BRIGHT = "too bright"
    BLURRED = "blurred"
    UNEVEN_LIGHT = "uneven light"

    @property
    def sentence(self) -> str:
        """Say what is wrong and what to do about it."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    Finding.NO_FACE: (
        "No face was found. Look straight at the camera and try again, or keep the photo if it is good."
    ),
    Finding.SEVERAL_FACES: "There is more than one face in this photo. Take it with one person only.",
    Finding.FACE_TOO_SMALL: "The face is very small in this photo. Come closer to the camera and try again.",
    Finding.TOO_DARK: "This photo is too dark. Face a window and try again.",
    Finding.TOO_BRIGHT: "This photo is too bright. Turn away from the strong light and try again.",
    Finding.BLURRED: "This photo is blurred. Hold the camera still and try again.",
    Finding.UNEVEN_LIGHT: "One side of the face is in shadow. Turn towards the light and try again.",
}


@dataclass(frozen=True, slots=True)
class Portrait:
    """A portrait ready for the record and the card.

    `jpeg` is 600 x 768 pixels, at most 120 kB, made from pixels, without metadata. When a face was found it
    stands upright in the middle, its width about half of the picture's; else it is the middle of the picture.
    """

    jpeg: bytes
    face_found: bool
    findings: tuple[Finding, ...]


def make_portrait(picture: bytes) -> Portrait:
    """Crop, even and check an untrusted picture, in a child process with limits.

    Raises BadInput (field `portrait`) when the bytes are no still JPEG, PNG or WebP picture within 16 MB and
    25 megapixels; Unavailable when no child process can start or be confined.
    """
    answer = run_isolated("portrait", picture, field="portrait", most_bytes=_ANSWER_BYTES)
    if len(answer) != _ANSWER_BYTES or answer[0] >> len(Finding):
        raise BadInput("portrait", Reason.UNREADABLE)
    findings = tuple(finding for place, finding in enumerate(Finding) if answer[0] >> place & 1)
    jpeg = _encode(Image.frombytes("RGB", (WIDTH, HEIGHT), answer[1:]))
    return Portrait(jpeg=jpeg, face_found=Finding.NO_FACE not in findings, findings=findings)


def write_portrait(findings: Iterable[Finding], pixels: bytes) -> bytes:
    """Write an answer as the child gives it: a byte with one bit for each finding, then 600 x 768 RGB."""
    found = set(findings)
    return bytes([sum(1 << place for place, finding in enumerate(Finding) if finding in found)]) + pixels


def _encode(picture: Image.Image) -> bytes:
    for quality in _QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, subsampling=0 if quality > _FULL_COLOUR_FROM else 2)
        if out.tell() <= MOST_JPEG_BYTES:
            return out.getvalue()
    raise BadInput("portrait", "This picture is too grainy to keep. Take it in better light.")


def check_plain(jpeg: bytes) -> None:
    """Make sure that bytes have the form of `Portrait.jpeg`, so that they carry nothing beside its pixels.

    Raises BadInput (field `portrait`) for any other size or form: a comment, metadata, a second picture,
    bytes behind the end. Compares segments (ITU-T T.81, annex B) and decodes nothing.
    """
    if len(jpeg) > MOST_JPEG_BYTES or not _PLAIN.fullmatch(jpeg):
        raise BadInput("portrait", "This portrait was not made here. Take the picture again.")
