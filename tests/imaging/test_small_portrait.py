import io

import pytest
from PIL import Image

from idsvc.imaging.portrait import Portrait, make_portrait
from idsvc.imaging.small_portrait import NoRoom, PictureFormat, SmallPortrait, small_portrait


@pytest.mark.parametrize("room", [260, 330, 475, 690, 900])
def test_the_picture_fits_its_room_and_opens(portrait: Portrait, room: int) -> None:
    small = small_portrait(portrait.jpeg, rooms=(room,))
    assert isinstance(small, SmallPortrait)
    assert len(small.picture) <= room
    with Image.open(io.BytesIO(small.picture)) as picture:
        assert (picture.format, picture.size) == (PictureFormat.WEBP, (small.width, small.height))


def test_more_room_never_makes_a_worse_likeness(portrait: Portrait) -> None:
    likenesses = [
        small.likeness
        for room in (200, 300, 475, 690, 1000)
        if isinstance(small := small_portrait(portrait.jpeg, rooms=(room,)), SmallPortrait)
    ]
    assert likenesses == sorted(likenesses)
    assert len(likenesses) == 5


def test_the_smaller_room_is_taken_when_it_suffices(portrait: Portrait) -> None:
    small = small_portrait(portrait.jpeg, rooms=(690, 475))
    assert isinstance(small, SmallPortrait)
    assert len(small.picture) <= 475


def test_a_grainy_picture_takes_the_larger_room(noise: Image.Image) -> None:
    out = io.BytesIO()
    noise.save(out, "PNG")
    small = small_portrait(make_portrait(out.getvalue()).jpeg, rooms=(475, 690))
    assert isinstance(small, SmallPortrait)
    assert 475 < len(small.picture) <= 690


def test_no_room_says_so_and_what_would_be_needed(portrait: Portrait) -> None:
    none = small_portrait(portrait.jpeg, rooms=(40, 60))
    assert isinstance(none, NoRoom)
    assert none.room == 60 < none.least < 200
    assert "without it" in none.sentence


def test_the_same_portrait_gives_the_same_small_portrait(portrait: Portrait) -> None:
    assert small_portrait(portrait.jpeg, rooms=(475,)) == small_portrait(portrait.jpeg, rooms=(475,))
