from collections.abc import Callable
from contextlib import closing

import pytest

from idsvc.domain.errors import Conflict, Unavailable
from idsvc.domain.ids import BlobId
from idsvc.domain.retention import Kept
from idsvc.services.sealing import NOTHING, Doomed, PreparedItem, carry_out
from idsvc.storage.database import Session
from idsvc.storage.queries import items
from idsvc.vault.kinds import DRAFT
from tests.services.city import City, LosesAnswers, secret_tags

OWNER = "a" * 32


def _item(city: City, content: bytes = b"typed") -> PreparedItem:
    sealing = city.counter.sealing
    epoch = sealing.epoch(city.program, Kept.DRAFT, city.today)
    return sealing.prepare(DRAFT, epoch=epoch, owner=OWNER, content=content)


def _lives(city: City, item: PreparedItem) -> bool:
    secret, blob = item.id in secret_tags(city.places.epochs), BlobId(item.id) in city.blobs()
    assert secret == blob
    return secret


def _adding(item: PreparedItem) -> Callable[[Session], tuple[str, Doomed]]:
    return lambda session: (item.add(session), NOTHING)


def test_what_is_prepared_and_kept_opens(city: City) -> None:
    item = _item(city)
    sealing = city.counter.sealing
    carry_out(city.database, sealing, _adding(item), prepared=item.doomed)
    row = city.database.read(lambda s: items.find_item(s, item.id))
    assert row is not None
    assert sealing.open(DRAFT, row) == b"typed"


def test_what_is_prepared_for_a_refused_act_is_destroyed(city: City) -> None:
    item = _item(city)

    def act(session: Session) -> tuple[None, Doomed]:
        item.add(session)
        session.flush()
        raise Conflict("no")

    with pytest.raises(Conflict):
        carry_out(city.database, city.counter.sealing, act, prepared=item.doomed)
    assert not _lives(city, item)


def test_what_is_prepared_and_not_kept_is_destroyed(city: City) -> None:
    item = _item(city)
    carry_out(city.database, city.counter.sealing, lambda _: (None, NOTHING), prepared=item.doomed)
    assert not _lives(city, item)


def test_what_may_have_been_committed_is_left_to_the_retention_run(city: City) -> None:
    item = _item(city)

    def act(_: Session) -> tuple[None, Doomed]:
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        carry_out(city.database, city.counter.sealing, act, prepared=item.doomed)
    assert _lives(city, item)


def test_what_a_committed_attempt_gave_up_dies_although_its_answer_was_lost(city: City) -> None:
    """The first attempt commits; its answer is lost, and the second finds its work done."""
    item, sealing = _item(city), city.counter.sealing
    city.database.transact(item.add)
    attempts = 0

    def attempt(session: Session) -> Doomed:
        row = items.find_item(session, item.id)
        if row is None:
            return NOTHING
        items.delete_items(session, [item.id])
        return item.doomed

    def act(session: Session) -> tuple[None, Doomed]:
        nonlocal attempts
        attempts += 1
        return None, attempt(session)

    with closing(LosesAnswers(city.database)) as losing:
        carry_out(losing, sealing, act)
    assert attempts == 2
    assert not _lives(city, item)


def test_what_a_row_still_names_is_never_destroyed(city: City) -> None:
    """An attempt that was rolled back gave it up; the one that counted kept it."""
    item = _item(city)
    city.database.transact(item.add)
    carry_out(city.database, city.counter.sealing, lambda _: (None, item.doomed))
    assert _lives(city, item)
