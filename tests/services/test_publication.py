import threading
from datetime import timedelta
from pathlib import Path

import pytest

from idsvc.credential import CardStatus, KeyState, StatusList, sign_status_list
from idsvc.credential.keys import Purpose
from idsvc.domain.errors import BadSetting, Refusal
from idsvc.domain.ids import StatusIndex
from idsvc.services import publication
from idsvc.services.publication import KEY_SET, PROGRAM, ROOTS, SIGNED_ROOTS, TRUST_LIST, open_verifier
from idsvc.storage.records import StatusEntry
from tests.services.city import City
from tests.services.conftest import Placing


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_verifier_needs_nothing_but_the_published_folder(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    city.publish()
    verdict = open_verifier(city.places.public, city.counter.roots).verify(
        ana.produced.credential.text, at=city.clock()
    )
    assert str(verdict.verdict) == "GENUINE"
    wanted = {
        str(TRUST_LIST),
        str(ROOTS),
        str(SIGNED_ROOTS),
        str(KEY_SET),
        str(PROGRAM),
        "program/evidence.json",
        *(f"status/{number}.cwt" for number in range(9)),
    }
    assert _files(city.places.public) == wanted
    text = (city.places.public / PROGRAM).read_text()
    assert "Riverbend" in text
    assert "Ana" not in "".join(
        path.read_bytes().decode("latin-1") for path in city.places.public.rglob("*.json")
    )


def test_a_status_changes_with_the_next_publishing(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    city.desk.revoke(ana.card)
    city.publish()
    trust = publication.read_believed(city.places.public, city.counter.roots)
    assert trust is not None
    status, *to_come = publication.read_status_lists(city.places.public, trust)
    assert not any(any(each.array) for each in to_come)
    assert status.state(city.card(ana.card).status_index) == CardStatus.REVOKED


def test_a_revocation_becomes_known_although_the_newest_list_is_not_named(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    city.publish()
    trust = publication.read_believed(city.places.public, city.counter.roots)
    assert trust is not None
    unnamed = StatusEntry(
        status_list=len(trust.status_uris), status_index=StatusIndex(1), status=CardStatus.VALID
    )
    city.database.transact(lambda session: session.add(unnamed))
    city.desk.revoke(ana.card)
    with pytest.raises(BadSetting, match="does not name the newest status list"):
        city.publish()
    status = publication.read_status_lists(city.places.public, trust)[0]
    assert status.state(city.card(ana.card).status_index) == CardStatus.REVOKED


def test_every_list_that_the_trust_list_names_is_published_and_the_empty_ones_are_small(
    small_city: City,
) -> None:
    small_city.publish()
    trust = publication.read_believed(small_city.places.public, small_city.counter.roots)
    assert trust is not None
    published = publication.read_status_lists(small_city.places.public, trust)
    assert sorted(status.uri for status in published) == sorted(trust.status_uris)
    folder = small_city.places.public / "status"
    assert max(path.stat().st_size for path in folder.iterdir()) < 1000


def test_a_ceremony_names_more_lists_when_they_are_needed_and_never_fewer(small_city: City) -> None:
    city, folder = small_city, small_city.places.public

    def named() -> tuple[str, ...]:
        trust = publication.read_believed(folder, city.counter.roots)
        assert trust is not None
        return trust.status_uris

    city.publish()
    first = named()
    city.resign()
    assert named() == first  # the empty lists of the folder are not taken for lists in use
    trust = publication.read_believed(folder, city.counter.roots)
    assert trust is not None
    marked = StatusList(
        uri=first[4],
        issued_at=int(city.clock().timestamp()),
        expires_at=int(city.clock().timestamp()) + 60,
        ttl=60,
        array=b"\x00\x04",
    )
    signer = city.counter.keys.signer(Purpose.STATUS, today=city.today)
    (folder / "status/4.cwt").write_bytes(sign_status_list(marked, signer))
    assert publication.count_lists_in_use(folder, trust) == 5
    city.resign()
    assert named()[: len(first)] == first
    assert len(named()) == len(first) + 4
    (folder / "status/4.cwt").write_bytes(b"")
    city.resign()
    assert len(named()) == len(first) + 4
    city.publish()
    assert len(list((folder / "status").iterdir())) == len(named())


def test_without_a_trust_list_nothing_is_published(small_city: City) -> None:
    (small_city.places.public / TRUST_LIST).unlink()
    with pytest.raises(BadSetting, match="no trust list"):
        small_city.publish()
    assert not (small_city.places.public / "status").exists()
    with pytest.raises(BadSetting, match="no trust list"):
        open_verifier(small_city.places.public, small_city.counter.roots)


def test_with_a_stale_trust_list_nothing_is_published(small_city: City) -> None:
    small_city.clock.pass_days(publication.TRUST_DAYS)
    with pytest.raises(BadSetting, match="out of date"):
        small_city.publish()
    assert not (small_city.places.public / "status").exists()
    small_city.resign()
    small_city.publish()


def test_with_a_trust_list_that_does_not_know_the_status_key_nothing_is_published(small_city: City) -> None:
    small_city.counter.keys.rotate(Purpose.STATUS, today=small_city.today)
    old = small_city.counter.keys.signer(Purpose.STATUS, today=small_city.today)
    known = publication.read_believed(small_city.places.public, small_city.counter.roots)
    assert known is not None
    if known.find(old.key_id) is not None:
        pytest.fail("the new key should sign from today on")
    with pytest.raises(BadSetting, match="does not know the status key"):
        small_city.publish()
    assert not (small_city.places.public / "status").exists()


def test_a_trust_list_without_a_card_key_is_not_drawn_up(small_city: City) -> None:
    entries = [entry for entry in small_city.counter.keys.status() if entry.purpose is not Purpose.CARD]
    with pytest.raises(Refusal, match="no card key"):
        publication.draw_up_trust_list(
            entries, program=small_city.program, before=None, status_lists=1, now=small_city.clock()
        )


def test_each_ceremony_raises_the_sequence_number_and_keeps_withdrawn_keys(small_city: City) -> None:
    before = publication.read_believed(small_city.places.public, small_city.counter.roots)
    small_city.clock.now += timedelta(days=1)
    small_city.resign()
    after = publication.read_believed(small_city.places.public, small_city.counter.roots)
    assert before is not None
    assert after is not None
    assert after.sequence == before.sequence + 1
    assert {key.state for key in after.keys} == {KeyState.ACTIVE}


@pytest.mark.slow
def test_a_reader_never_sees_half_a_file(small_city: City) -> None:
    """While lists are published again and again, every read gives a list that can be believed."""
    small_city.publish()
    trust = publication.read_believed(small_city.places.public, small_city.counter.roots)
    assert trust is not None
    done = threading.Event()
    problems: list[BaseException] = []
    reads = 0

    def read() -> None:
        nonlocal reads
        try:
            while not done.is_set():
                publication.read_status_lists(small_city.places.public, trust)
                reads += 1
        except BaseException as problem:  # noqa: BLE001 - seen below
            problems.append(problem)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        small_city.publish()
    done.set()
    reader.join()
    assert problems == []
    assert reads > 5


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(small_city: City) -> None:
    small_city.publish()
    blocked = small_city.places.public / "status"
    for path in blocked.iterdir():
        path.unlink()
    blocked.rmdir()
    blocked.write_bytes(b"")
    before = (small_city.places.public / KEY_SET).stat().st_mtime_ns
    with pytest.raises(Exception, match="published files could not be written"):
        small_city.publish()
    assert (small_city.places.public / KEY_SET).stat().st_mtime_ns == before
