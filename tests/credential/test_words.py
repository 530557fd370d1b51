"""Every verdict has words, and none of them accuses anybody."""

from idsvc.credential import WORDS, Colour, Verdict
from idsvc.credential.verdicts import GENUINE


def test_every_verdict_has_words() -> None:
    assert set(WORDS) == set(Verdict)


def test_green_is_for_plainly_genuine_cards_only_and_amber_for_those_that_cannot_be_told() -> None:
    assert {verdict for verdict, words in WORDS.items() if words.colour is Colour.GREEN} == {Verdict.GENUINE}
    assert {verdict for verdict in GENUINE if WORDS[verdict].colour is Colour.AMBER} == GENUINE - {
        Verdict.GENUINE
    }


def test_the_date_stands_where_the_answer_has_a_moment() -> None:
    with_date = {verdict for verdict, words in WORDS.items() if "%(date)s" in words.sentence}
    assert with_date == {Verdict.GENUINE_STATUS_STALE, Verdict.EXPIRED, Verdict.NOT_YET_VALID}


def test_no_words_accuse_the_holder() -> None:
    for words in WORDS.values():
        spoken = f"{words.heading} {words.sentence}".lower()
        assert not {"fake", "forged", "fraud", "illegal", "false", "police", "invalid"} & set(spoken.split())
