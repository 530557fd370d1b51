"""The verifier: anybody checks a card, here or without a network, and nothing of it is kept."""

import zoneinfo
from pathlib import Path

from prometheus_client import CollectorRegistry

from idsvc.credential import BadList, VerificationKey, read_key_set
from idsvc.domain.errors import BadSetting
from idsvc.domain.ids import Clock
from idsvc.web.languages import Languages, mark
from idsvc.web.published import City
from idsvc.web.surface import Surface
from idsvc.web.verifier.api import make_api
from idsvc.web.verifier.believed import Believed
from idsvc.web.verifier.files import PageFiles
from idsvc.web.verifier.page import make_page


def mount(
    *,
    public: Path,
    roots: bytes,
    origin: str | None,
    clock: Clock,
    city: City,
    languages: Languages,
    registry: CollectorRegistry,
) -> Surface:
    """Build the verifier's pages and interface for one folder of published files.

    `roots` is the roots.json under which those lists are believed; BadSetting when it holds no key.
    `origin` is None while nobody said where the page is reached.
    """
    page = make_page(PageFiles(roots, city, languages), origin=origin)
    api = make_api(
        believed=Believed(public, _read_roots(roots)),
        clock=clock,
        zone=zoneinfo.ZoneInfo(city.timezone),
        card_name=city.card_name,
        registry=registry,
    )
    return Surface(
        name="verifier",
        title=mark("Check a card"),
        audience=mark("For agencies, shops and everyone else"),
        purpose=mark("Point a phone or a computer’s camera at the square code on the back of a card."),
        icon="verifier",
        start="/verify/",
        blueprints=(page, api),
    )


def _read_roots(roots: bytes) -> tuple[VerificationKey, ...]:
    try:
        return tuple(entry.key for entry in read_key_set(roots).keys)
    except BadList:
        raise BadSetting(
            "The city's root keys are not known here; set IDSVC_ROOTS, or run `idsvc keys sign-list` first."
        ) from None
