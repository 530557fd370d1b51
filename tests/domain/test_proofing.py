from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.dates import days, years
from idsvc.domain.errors import BadInput
from idsvc.domain.evidence import Ages, EvidenceRules, Feature, Paper, Question, Rank, Waiver, Way, Worth
from idsvc.domain.program import AgeRules, Program
from idsvc.domain.proofing import (
    MOST_SHOWN,
    Fault,
    Judgement,
    Lack,
    Need,
    Shown,
    Situation,
    judge,
    may_show,
    suggest,
)

TODAY = date(2028, 2, 29)
ADULT = Situation(TODAY, 30)
EVERY_AGE = AgeRules(minimum=0, caretaker_under=0, in_person_under=0)
PRIMARY, SECONDARY = Worth(0, Rank.PRIMARY), Worth(0, Rank.SECONDARY)


def a_paper(key: str, *, identity: Worth | None = None, residency: Worth | None = None) -> Paper:
    return Paper(key, {"en": key}, identity=identity, residency=residency)


BILL = replace(
    a_paper("bill", residency=Worth(1)), features=frozenset({Feature.ADDRESS}), not_older_than=days(60)
)
PASSPORT = replace(
    a_paper("passport", identity=Worth(3)),
    features=frozenset({Feature.PHOTO, Feature.BIRTH_DATE}),
    expires=True,
    expired_up_to=years(1),
    expired_identity=Worth(2),
)
RULES = EvidenceRules(papers=(PASSPORT, BILL), identity=(Way(points=3),), residency=(Way(papers=1),))


def judged(rules: EvidenceRules, *shown: Shown, situation: Situation = ADULT) -> Judgement:
    return judge(rules, EVERY_AGE, situation, shown)


def with_papers(*papers: Paper, identity: Way, residency: Way | None = None) -> EvidenceRules:
    return EvidenceRules(papers=papers, identity=(identity,), residency=(residency or Way(papers=1),))


@pytest.mark.parametrize(
    ("issued", "fault"),
    [
        (TODAY, None),
        (TODAY - timedelta(days=60), None),
        (TODAY - timedelta(days=61), Fault.TOO_OLD),
        (TODAY + timedelta(days=1), Fault.DATE_IN_FUTURE),
        (None, Fault.DATE_NEEDED),
    ],
)
def test_a_paper_counts_up_to_and_on_its_last_day(issued: date | None, fault: Fault | None) -> None:
    result = judged(RULES, Shown("bill", issued=issued))
    assert result.faults == (fault,)
    assert result.residency.met is (fault is None)


@pytest.mark.parametrize(
    ("expires", "fault", "points_short"),
    [
        (None, None, 0),
        (TODAY, None, 0),
        (TODAY - timedelta(days=1), None, 1),
        (date(2027, 2, 28), Fault.EXPIRED, 3),  # one year later is 28 February, which is over
        (date(2027, 3, 1), None, 1),
        (date(2026, 1, 1), Fault.EXPIRED, 3),
    ],
)
def test_an_expired_paper_counts_less_and_then_nothing(
    expires: date | None,
    fault: Fault | None,
    points_short: int,
) -> None:
    result = judged(RULES, Shown("passport", expires=expires))
    assert result.faults == (fault,)
    assert sum(need.count for need in result.identity.needs) == points_short


def test_without_a_reduced_worth_an_expired_paper_counts_in_full_and_without_tolerance_not_at_all() -> None:
    shown = Shown("passport", expires=TODAY - timedelta(days=1))
    full = with_papers(replace(PASSPORT, expired_identity=None), BILL, identity=Way(points=3))
    none = with_papers(
        replace(PASSPORT, expired_identity=None, expired_up_to=None), BILL, identity=Way(points=3)
    )
    unread = with_papers(replace(PASSPORT, expires=False), BILL, identity=Way(points=3))
    assert judged(full, shown).identity.met
    assert not judged(none, shown).identity.met
    assert judged(unread, shown).identity.met


@pytest.mark.parametrize(
    ("since", "fault"),
    [
        (TODAY - timedelta(days=15), None),
        (TODAY - timedelta(days=14), Fault.STAY_TOO_SHORT),
        (None, Fault.STAY_NEEDED),
    ],
)
def test_a_letter_confirms_a_stay_of_at_least_so_many_days(since: date | None, fault: Fault | None) -> None:
    letter = replace(a_paper("letter", residency=Worth(1)), confirms_stay_of=days(15), given_by="shelters")
    rules = with_papers(PASSPORT, letter, identity=Way(points=3))
    assert judged(rules, Shown("letter", since=since)).faults == (fault,)


def test_a_paper_with_another_address_still_shows_who_somebody_is() -> None:
    both = replace(PASSPORT, residency=Worth(1), counts_for_both=True, features=frozenset(Feature))
    rules = with_papers(both, identity=Way(points=3))
    assert judged(rules, Shown("passport")).met
    elsewhere = judged(rules, Shown("passport", here=False))
    assert elsewhere.faults == (Fault.OTHER_ADDRESS,)
    assert elsewhere.identity.met
    assert not elsewhere.residency.met


def test_one_paper_with_two_uses_is_put_to_the_better_one_unless_it_counts_for_both() -> None:
    record = a_paper("record", identity=Worth(1), residency=Worth(1))
    rules = with_papers(record, PASSPORT, BILL, identity=Way(papers=1))
    assert not judged(rules, Shown("record")).met
    assert judged(rules, Shown("record"), Shown("passport")).met  # the record for residency
    assert judged(rules, Shown("record"), Shown("bill", issued=TODAY)).met  # the record for identity
    twice = with_papers(replace(record, counts_for_both=True), identity=Way(papers=1))
    assert judged(twice, Shown("record")).met


def test_no_more_papers_of_a_kind_count_than_the_program_says_the_strongest_first() -> None:
    card = replace(PASSPORT, expired_identity=Worth(1), at_most=1)
    rules = with_papers(card, BILL, identity=Way(points=4))
    expired, good = Shown("passport", expires=TODAY - timedelta(days=5)), Shown("passport")
    assert judged(rules, expired, good).identity.needs == (Need(Lack.POINTS, 1),)
    both = with_papers(replace(card, at_most=2), BILL, identity=Way(points=4))
    assert judged(both, expired, good).identity.met


def test_a_primary_paper_serves_as_a_secondary_one_but_not_the_other_way() -> None:
    papers = tuple(a_paper(f"p{n}", identity=PRIMARY) for n in (1, 2)) + tuple(
        a_paper(f"s{n}", identity=SECONDARY) for n in (1, 2)
    )
    rules = with_papers(*papers, identity=Way(primary=1, secondary=1))
    assert judged(rules, Shown("p1"), Shown("p2")).identity.met
    assert judged(rules, Shown("p1"), Shown("s1")).identity.met
    assert judged(rules, Shown("s1"), Shown("s2")).identity.needs == (Need(Lack.PRIMARY, 1),)
    assert judged(rules, Shown("p1")).identity.needs == (Need(Lack.SECONDARY, 1),)
    assert judged(rules).identity.needs == (Need(Lack.PRIMARY, 1), Need(Lack.SECONDARY, 1))


def test_from_every_group_one_paper_is_needed() -> None:
    papers = tuple(a_paper(key, identity=Worth(1)) for key in "abc")
    rules = with_papers(*papers, identity=Way(one_of_each=(("a", "b"), ("c",))))
    assert judged(rules, Shown("b"), Shown("c")).identity.met
    assert judged(rules, Shown("a"), Shown("b")).identity.needs == (Need(Lack.ONE_OF, 1, papers=("c",)),)


def test_a_feature_must_be_on_one_of_the_papers_counted_for_the_question() -> None:
    rules = with_papers(
        PASSPORT, BILL, a_paper("plain", identity=Worth(3)), identity=Way(points=3, shows=(Feature.PHOTO,))
    )
    assert judged(rules, Shown("plain")).identity.needs == (Need(Lack.FEATURE, 1, Feature.PHOTO),)
    assert judged(rules, Shown("plain"), Shown("passport")).identity.met


def test_the_shortest_way_is_told() -> None:
    plain = a_paper("plain", identity=Worth(1))
    rules = replace(
        with_papers(PASSPORT, plain, BILL, identity=Way(points=3)),
        identity=(Way(papers=3), Way(one_of_each=(("plain",), ("passport",))), Way(points=9)),
    )
    assert judged(rules, Shown("plain")).identity.needs == (Need(Lack.ONE_OF, 1, papers=("passport",)),)


def test_ways_and_papers_are_for_their_ages() -> None:
    rules = EvidenceRules(
        papers=(replace(PASSPORT, ages=Ages(18)), BILL),
        identity=(Way(papers=1, ages=Ages(14)),),
        residency=(Way(papers=1),),
    )
    assert judged(rules, Shown("passport"), situation=Situation(TODAY, 17)).faults == (Fault.WRONG_AGE,)
    assert judged(rules, situation=Situation(TODAY, 13)).identity.needs == (Need(Lack.NO_WAY),)
    assert not may_show(rules.papers[0], Situation(TODAY, 17))


def test_a_caretakers_statement_counts_only_when_the_caretaker_is_there() -> None:
    statement = replace(a_paper("statement", residency=Worth(1)), given_by="caretaker")
    rules = with_papers(PASSPORT, statement, identity=Way(points=3))
    assert judged(rules, Shown("statement")).faults == (Fault.NO_CARETAKER,)
    assert judged(rules, Shown("statement"), situation=Situation(TODAY, 30, caretaker=True)).residency.met
    assert not may_show(statement, ADULT)


def test_waivers_let_a_feature_or_a_question_go() -> None:
    rules = replace(
        with_papers(
            a_paper("plain", identity=Worth(3)), BILL, identity=Way(points=3, shows=(Feature.PHOTO,))
        ),
        waivers=(
            Waiver(Ages(0, 13), features=frozenset({Feature.PHOTO}), with_caretaker=True),
            Waiver(Ages(0, 5), questions=frozenset({Question.RESIDENCY})),
        ),
    )
    assert judged(rules, Shown("plain"), situation=Situation(TODAY, 13, caretaker=True)).identity.met
    assert not judged(rules, Shown("plain"), situation=Situation(TODAY, 13)).identity.met
    assert not judged(rules, Shown("plain"), situation=Situation(TODAY, 14, caretaker=True)).identity.met
    assert judged(rules, situation=Situation(TODAY, 5)).residency.met
    assert not judged(rules, situation=Situation(TODAY, 6)).residency.met


def test_age_and_caretaker_are_needs_of_the_person() -> None:
    ages = AgeRules(minimum=10, caretaker_under=14, in_person_under=18)
    assert judge(RULES, ages, Situation(TODAY, 9), ()).person.needs == (Need(Lack.AGE, 10),)
    assert judge(RULES, ages, Situation(TODAY, 13), ()).person.needs == (Need(Lack.CARETAKER),)
    assert judge(RULES, ages, Situation(TODAY, 13, caretaker=True), ()).person.met
    assert judge(RULES, ages, Situation(TODAY, 14), ()).person.met


def test_points_that_no_paper_can_bring_are_a_need_all_the_same() -> None:
    rules = with_papers(a_paper("ranked", identity=PRIMARY), BILL, identity=Way(points=2))
    assert judged(rules, Shown("ranked")).identity.needs == (Need(Lack.POINTS, 2),)


def test_unknown_papers_and_whole_piles_are_refused() -> None:
    with pytest.raises(BadInput, match="does not know"):
        judged(RULES, Shown("library card"))
    with pytest.raises(BadInput, match="At most 12"):
        judged(RULES, *[Shown("passport")] * (MOST_SHOWN + 1))


def test_suggestions_are_the_sets_that_are_just_enough() -> None:
    cards = tuple(a_paper(key, identity=Worth(1)) for key in ("one", "two"))
    rules = with_papers(PASSPORT, *cards, BILL, identity=Way(points=3))
    assert suggest(rules, ADULT) == (("passport", "bill"),)
    assert suggest(rules, ADULT, [Shown("one"), Shown("bill", issued=TODAY)]) == (("passport",),)
    assert suggest(rules, ADULT, [Shown("passport"), Shown("bill", issued=TODAY)]) == ((),)
    assert suggest(rules, ADULT, most_papers=1) == ()
    twice = with_papers(replace(cards[0], at_most=2), BILL, identity=Way(points=2))
    assert suggest(twice, ADULT) == (("one", "one", "bill"),)


@given(data=st.data())
def test_more_papers_never_make_it_worse_and_a_suggestion_is_always_enough(
    riverbend: Program, data: st.DataObject
) -> None:
    situation = Situation(TODAY, data.draw(st.integers(0, 70)), data.draw(st.booleans()))
    dates = st.none() | st.dates(TODAY - timedelta(days=2200), TODAY + timedelta(days=30))
    item = st.builds(
        Shown,
        st.sampled_from([paper.key for paper in riverbend.evidence.papers]),
        issued=dates,
        expires=dates,
        since=dates,
        here=st.booleans(),
    )
    shown = data.draw(st.lists(item, max_size=4))
    more = [*shown, data.draw(item)]
    fewer_result, more_result = (
        judge(riverbend.evidence, riverbend.ages, situation, some) for some in (shown, more)
    )
    assert more_result.identity.met >= fewer_result.identity.met
    assert more_result.residency.met >= fewer_result.residency.met or not fewer_result.identity.met
    assert more_result.met >= fewer_result.met
    for chosen in suggest(riverbend.evidence, situation, shown, most_papers=2)[:3]:
        added = [Shown(key, issued=TODAY, since=TODAY - timedelta(days=400)) for key in chosen]
        enough = judge(riverbend.evidence, riverbend.ages, situation, [*shown, *added])
        assert enough.identity.met
        assert enough.residency.met


def test_no_process_that_meets_people_can_judge_papers() -> None:
    """Evidence is judged in the browser: where residents are known, the reference is not even imported."""
    product = Path(__file__).parents[2] / "idsvc"
    importers = {
        file.relative_to(product).parts[0]
        for file in product.rglob("*.py")
        if "domain.proofing" in file.read_text(encoding="utf-8")
    }
    assert importers == {"program"}
