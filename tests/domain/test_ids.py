import os

from idsvc.domain.ids import fresh_id, is_id


def test_an_identifier_is_32_hexadecimal_characters_and_never_twice_the_same() -> None:
    drawn = {fresh_id(os.urandom) for _ in range(1_000)}
    assert len(drawn) == 1_000
    assert all(is_id(one) for one in drawn)


def test_other_texts_are_no_identifiers() -> None:
    good = fresh_id(os.urandom)
    assert not any(
        is_id(text) for text in ("", good[:-1], good + "0", "g" * 32, good[:-1] + "A", " " + good[1:])
    )
