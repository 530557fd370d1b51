"""Honest cards at all times and under all lists."""

from collections.abc import Iterator
from dataclasses import replace

from idsvc.credential import NO_EXPIRY, Reason
from tests.credential.catalogue.world import Vector, World
from tests.credential.city import CARD, DAY, FULL_CARD, NOW


def judgements(world: World) -> Iterator[Vector]:
    """Give what depends on the moment and the lists."""
    genuine = world.issue()
    yield Vector("genuine", genuine, Reason.GENUINE)
    yield Vector("genuine with everything on it", world.issue(FULL_CARD), Reason.GENUINE)
    yield Vector("genuine where its issuer is expected", genuine, Reason.GENUINE, issuer=CARD.issuer)
    yield Vector("its first second", genuine, Reason.GENUINE, at=CARD.valid_from)
    yield Vector("a second before it begins", genuine, Reason.NOT_YET_VALID, at=CARD.valid_from - 1)
    yield Vector("its last second, with an old list", genuine, Reason.STATUS_STALE, at=CARD.expires_at - 1)
    yield Vector("ended", genuine, Reason.EXPIRED, at=CARD.expires_at)
    forever = world.issue(replace(CARD, expires_at=NO_EXPIRY))
    yield Vector("without end", forever, Reason.GENUINE)
    yield Vector("without end, at the end of the century", forever, Reason.STATUS_STALE, at=NO_EXPIRY - 1)
    yield Vector("revoked", genuine, Reason.REVOKED, status=("revoked",))
    yield Vector("revoked in an old list", genuine, Reason.REVOKED, status=("revoked_old",))
    yield Vector("suspended", genuine, Reason.SUSPENDED, status=("suspended",))
    yield Vector("ended and revoked", genuine, Reason.EXPIRED, status=("revoked",), at=CARD.expires_at)
    yield Vector("its neighbours are revoked", genuine, Reason.GENUINE, status=("neighbours",))
    yield Vector("a state without meaning", genuine, Reason.STATUS_VALUE_UNKNOWN, status=("no_such_state",))
    yield Vector("a list without its place", genuine, Reason.STATUS_INDEX_UNKNOWN, status=("short",))
    yield Vector("no status list", genuine, Reason.STATUS_LIST_MISSING, status=())
    yield Vector("no named status list", genuine, Reason.STATUS_URI_UNKNOWN, trust="no_status_uris")
    yield Vector("a status list past its day", genuine, Reason.STATUS_STALE, status=("old",))
    yield Vector("a second before that", genuine, Reason.GENUINE, status=("old",), at=NOW - 1)
    yield Vector("a trust list past its day", genuine, Reason.TRUST_STALE, trust="stale")
    yield Vector("both past their day", genuine, Reason.STATUS_STALE, trust="stale", status=("old",))
    yield Vector("a year later, offline", genuine, Reason.STATUS_STALE, at=NOW + 365 * DAY)
