"""What fits into the code of a card."""

import hashlib
from dataclasses import replace

import pytest
import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.util import QRData

from idsvc.credential import (
    DoesNotFit,
    ErrorCorrection,
    Portrait,
    PortraitFormat,
    PortraitRoom,
    encode,
    error_correction,
    portrait_room,
)
from idsvc.credential.capacity import CHARACTERS, VERSION
from tests.credential.city import CARD, City


@pytest.mark.parametrize(
    ("level", "constant"), [(ErrorCorrection.M, ERROR_CORRECT_M), (ErrorCorrection.L, ERROR_CORRECT_L)]
)
def test_the_limits_are_those_of_version_22(level: ErrorCorrection, constant: int) -> None:
    for characters, version in ((CHARACTERS[level], VERSION), (CHARACTERS[level] + 1, VERSION + 1)):
        code = qrcode.QRCode(error_correction=constant)
        code.add_data(QRData("A" * characters, mode=2))
        assert code.best_fit() == version


def test_the_stronger_correction_is_taken_where_it_fits() -> None:
    assert error_correction("A" * 1134) is ErrorCorrection.M
    assert error_correction("A" * 1135) is ErrorCorrection.L
    assert error_correction("A" * 1460) is ErrorCorrection.L
    with pytest.raises(DoesNotFit, match="shorter form of the name"):
        error_correction("A" * 1461)


def with_picture(size: int, seed: bytes) -> Portrait:
    start = b"RIFF\x00\x00\x00\x00WEBPVP8 "
    return Portrait(start + hashlib.shake_256(seed).digest(size - len(start)), PortraitFormat.WEBP)


def test_there_is_room_for_a_recognisable_face() -> None:
    room = portrait_room(CARD)
    assert room.at_m >= 470  # a grey WebP of 40 x 50 takes about 362 bytes, of 64 x 80 about 570
    assert room.at_l >= 675  # a colour AVIF of 48 x 60 takes about 674


@pytest.mark.parametrize("seed", [b"a", b"b", b"c", b"d", b"e"])
def test_a_picture_of_that_size_fits_within_three_percent(city: City, seed: bytes) -> None:
    room = portrait_room(CARD)
    for size, level in ((room.at_m, ErrorCorrection.M), (room.at_l, ErrorCorrection.L)):
        fitting = replace(CARD, portrait=with_picture(size * 97 // 100, seed))
        assert len(encode(fitting, city.card)) <= CHARACTERS[level]
        too_large = replace(CARD, portrait=with_picture(size * 103 // 100, seed))
        assert len(encode(too_large, city.card)) > CHARACTERS[level]


def test_a_portrait_there_is_does_not_count() -> None:
    assert portrait_room(replace(CARD, portrait=with_picture(400, b""))) == portrait_room(CARD)


def test_long_facts_leave_less_room_and_never_none_without_a_word() -> None:
    longest = replace(
        CARD,
        name="".join(chr(0x20000 + 251 * place % 40_000) for place in range(100)),
        issuer="https://" + hashlib.shake_256(b"i").hexdigest(96),
        status_uri="https://" + hashlib.shake_256(b"s").hexdigest(96),
    )
    room = portrait_room(longest)
    assert room == PortraitRoom(0, room.at_l)
    assert 0 <= room.at_l < portrait_room(CARD).at_l
    with pytest.raises(DoesNotFit):
        portrait_room(replace(longest, issuer="https://" + hashlib.shake_256(b"l").hexdigest(1000)))
