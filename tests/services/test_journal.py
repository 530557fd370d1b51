from concurrent.futures import ThreadPoolExecutor

from idsvc.services.journal import find_audit_key, find_pseudonyms
from idsvc.storage.database import Session
from idsvc.storage.queries import audit
from idsvc.storage.records import Act
from tests.services.city import CLERK, City, count_rows

SUBJECT = "b" * 32


def _note(city: City) -> None:
    journal = city.counter.journal(CLERK)
    city.database.transact(lambda s: journal.note(s, Act.CARD_PRINTED, SUBJECT))


def test_an_auditor_finds_the_acts_of_one_actor_while_the_epoch_lives(city: City) -> None:
    _note(city)
    known = city.database.read(lambda s: find_pseudonyms(s, CLERK, sealing=city.counter.sealing))
    assert len(known) == 1
    found = city.database.read(
        lambda s: audit.find_leaves(s, first=city.today, last=city.today, actors=known.values())
    )
    assert len(found) == 1
    assert found[0].actor != CLERK.encode()


def test_a_new_audit_epoch_begins_when_the_last_one_has_ended_and_the_old_one_resolves_nobody(
    city: City,
) -> None:
    _note(city)
    city.clock.pass_days(91)
    _note(city)
    known = city.database.read(lambda s: find_pseudonyms(s, CLERK, sealing=city.counter.sealing))
    assert len(known) == 1
    first, second = sorted(
        city.database.read(lambda s: audit.find_leaves(s, first=city.today.min, last=city.today)),
        key=lambda leaf: leaf.day,
    )
    assert first.actor != second.actor
    assert first.actor not in known.values()
    assert second.actor in known.values()


def test_processes_that_begin_an_epoch_at_once_agree_on_one_key(city: City) -> None:
    counter = city.counter
    with ThreadPoolExecutor(4) as pool:
        journals = list(pool.map(lambda _: counter.journal(CLERK), range(4)))
    assert count_rows(city.database)["sealed_items"] == 1
    assert len({journal.key.pseudonym(CLERK) for journal in journals}) == 1


def test_a_portal_writes_pseudonyms_that_nobody_resolves(city: City) -> None:
    _note(city)
    portal = city.portal.portal()
    city.database.transact(lambda s: portal.journal.note(s, Act.RENEWAL_SUBMITTED, SUBJECT))

    def act(session: Session) -> set[bytes]:
        key = find_audit_key(session, sealing=city.counter.sealing, today=city.today)
        assert key is not None
        return {key.pseudonym("portal"), key.pseudonym(SUBJECT)}

    known = city.database.read(act)
    leaves = city.database.read(lambda s: audit.find_leaves(s, first=city.today, last=city.today))
    online = next(leaf for leaf in leaves if leaf.act is Act.RENEWAL_SUBMITTED)
    assert not {online.actor, online.subject} & known
