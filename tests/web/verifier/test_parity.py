"""The verifier in the browser answers as the one in Python, on every vector and on mutated tokens."""

import random
import re
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from idsvc.credential import (
    Answer,
    CardClaims,
    Reason,
    Verifier,
    cose,
    encode,
    qrtext,
    sign_status_list,
    sign_trust_list,
)
from idsvc.credential import cbor as codec
from idsvc.credential.claims import write_claims
from idsvc.credential.verdicts import VERDICT_OF
from idsvc.web import assets
from idsvc.web.app import create_app
from tests.credential.city import CARD, FULL_CARD, NOW, TODAY, City
from tests.credential.test_vectors import VECTORS, WORLD, verifier_for
from tests.web.browsing import launch, running
from tests.web.conftest import make_runtime
from tests.web.issuer import Issuer
from tests.web.tokens import base45

HARNESS = (Path(__file__).parent / "harness.js").read_text()
MUTATED = 14_000
SIZES = (100, *(qrtext.LARGEST_CONTENT + more for more in (0, 1, 2)), 2_000_000)

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]


@pytest.fixture(scope="module")
def page(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    public = Issuer().publish(tmp_path_factory.mktemp("parity"))
    with running(create_app(make_runtime(public))) as site:
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(f"{site.origin}/verify/")
        yield page
        browser.close()


def in_browser(page: Page, world: object, cases: list[dict[str, object]]) -> list[list[object]]:
    script = HARNESS.partition("\n")[2]
    found: list[list[object]] = page.evaluate(script, {"world": world, "cases": cases})
    return found


def in_python(answer: Answer) -> list[object]:
    claims = answer.claims
    return [
        answer.verdict.value,
        answer.reason.value,
        answer.moment,
        claims and claims.name,
        claims and claims.number,
    ]


def test_every_vector_gets_the_same_answer(page: Page) -> None:
    cases: list[dict[str, object]] = []
    expected = []
    for _, vector in VECTORS:
        at = datetime.fromisoformat(vector["at"])
        cases.append(
            {
                "token": vector["token"],
                "trust": vector["trust"],
                "status": vector["status"],
                "issuer": vector["issuer"],
                "at": int(at.timestamp()),
            }
        )
        expected.append(in_python(verifier_for(vector).verify(vector["token"], at=at)))
    found = in_browser(page, WORLD, cases)
    wrong = [
        (name, vector["name"], got, wanted)
        for (name, vector), got, wanted in zip(VECTORS, found, expected, strict=True)
        if got != wanted
    ]
    assert not wrong
    assert len(found) > 300


def test_mutated_tokens_get_the_same_answer(page: Page) -> None:
    city = City()
    lists = city.status_list()
    verifier = Verifier(city.trust(), [lists])
    world = {
        "roots": [city.root.public.jwk()],
        "trust": {"current": b64encode(sign_trust_list(city.trust(), city.root)).decode()},
        "status": {"now": b64encode(sign_status_list(lists, city.status)).decode()},
    }
    tokens = mutate(city, random.Random(7), MUTATED)  # noqa: S311 - a seed, no secret
    shared: dict[str, object] = {"trust": "current", "status": ["now"], "issuer": None, "at": NOW}
    found = in_browser(page, world, [{"token": token} | shared for token in tokens])
    expected = [in_python(verifier.verify(token, at=TODAY)) for token in tokens]
    wrong = [
        (token, got, wanted)
        for token, got, wanted in zip(tokens, found, expected, strict=True)
        if got != wanted
    ]
    assert wrong[:5] == []
    assert len(set(tokens)) >= 10_000
    reasons = Counter(str(answer[1]) for answer in found)
    assert len(reasons) >= 30, reasons


def test_the_browser_knows_the_same_reasons_and_verdicts() -> None:
    script = (assets.ROOT / "verifier/verdicts.js").read_text()
    table = script.partition("const VERDICTS = {")[2].partition("};")[0]
    told = {
        reason: verdict
        for verdict, reasons in re.findall(r"(\w+): \[([^\]]+)\]", table)
        for reason in re.findall(r'"(\w+)"', reasons)
    }
    assert {reason: told.get(reason, "NOT_A_CARD") for reason in Reason} == {
        reason: verdict.value for reason, verdict in VERDICT_OF.items()
    }


def test_each_step_is_numbered_in_both() -> None:
    script = (assets.ROOT / "verifier/verifier.js").read_text()
    source = Path(Verifier.verify.__code__.co_filename).read_text()
    for step in range(1, 10):
        described = re.compile(rf"^ (?:\*|      ) {step}\. (\w+)", re.MULTILINE)
        mine, theirs = described.search(script), described.search(source)
        assert mine is not None
        assert theirs is not None
        assert mine[1] == theirs[1]


def mutate(city: City, chance: random.Random, count: int) -> list[str]:
    """Damage tokens at every layer: text, packed bytes, message, payloads signed again with the right key."""
    whole = [encode(CARD, city.card), encode(FULL_CARD, city.card)]
    layers = [_text, _packed, _message, _payload, _claims, _header]
    return [chance.choice(layers)(city, chance, chance.choice(whole)) for _ in range(count)]


def _flip(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        what, place = chance.randrange(5), chance.randrange(len(changed))
        if what == 0:
            changed[place] ^= 1 << chance.randrange(8)
        elif what == 1:
            changed[place] = chance.choice(
                (0, 0x18, 0x1F, 0x5F, 0x7F, 0xA0, 0xBF, 0xC2, 0xF6, 0xF9, 0xFB, 0xFF)
            )
        elif what == 2 and len(changed) > 1:
            del changed[place]
        elif what == 3:
            changed.insert(place, chance.randrange(256))
        else:
            changed = changed[: place + 1]
    return bytes(changed)


def _text(_: City, chance: random.Random, token: str) -> str:
    signs = list(token)
    for _i in range(chance.choice((1, 2, 3))):
        place = chance.randrange(len(signs))
        signs[place] = chance.choice("0123456789ABCDEFXYZ $%*+-./:a\u00e9\U0001f600\n")
    if chance.random() < 0.2:
        signs = signs[: chance.randrange(len(signs) + 1)]
    if chance.random() < 0.05:
        signs = signs * 5
    return "".join(signs)


def _packed(_: City, chance: random.Random, token: str) -> str:
    packed = zlib.compress(qrtext.read_text(token), chance.randrange(10))
    if chance.random() < 0.1:
        packed = zlib.compress(bytes(chance.choice(SIZES)))
    if chance.random() < 0.9:
        packed = packed[:2] + _flip(chance, packed[2:])
    return base45(packed)


def _message(_: City, chance: random.Random, token: str) -> str:
    return base45(zlib.compress(_flip(chance, qrtext.read_text(token))))


def _payload(city: City, chance: random.Random, _: str) -> str:
    payload = write_claims(chance.choice((CARD, FULL_CARD)))
    return base45(zlib.compress(cose.sign1(_flip(chance, payload), city.card)))


def _claims(city: City, chance: random.Random, _: str) -> str:
    claims: Any = codec.decode(write_claims(chance.choice((CARD, FULL_CARD))))
    numbers = [0, -1, 2**40, 2**64 - 1, -(2**64)]
    odd = [None, *numbers, "", "x", "1", b"", b"x", [], {}, [1], {1: 1}, "\u202e", "a" * 150]
    where = claims if chance.random() < 0.5 else claims[169]
    key = chance.choice([*where, 13, 22, "new"])
    if chance.random() < 0.3:
        where.pop(key, None)
    else:
        where[key] = chance.choice(odd)
    if chance.random() < 0.3:
        signed = _edge(chance)
        return encode(signed, city.card)
    return base45(zlib.compress(cose.sign1(codec.encode(claims), city.card)))


def _edge(chance: random.Random) -> CardClaims:
    """A card that is in order, at the edges of its time."""
    start = chance.choice((NOW - 1, NOW, NOW + 1))
    end = chance.choice((NOW + 1, NOW + 2, 4_102_444_800))
    name = chance.choice(("محمد", "Nguyễn", "\U0001d518", "a\u200cb", "é" * 100))
    issued = min(start, end - 1)
    return replace(CARD, issued_at=issued, valid_from=min(start, end - 1), expires_at=end, name=name)


def _header(city: City, chance: random.Random, token: str) -> str:
    message: Any = codec.decode(qrtext.read_text(token)[1:])
    header: Any = codec.decode(message[0])
    what = chance.randrange(6)
    if what == 0:
        header[1] = chance.choice((-7, -8, -35, 5, None, "ES256", 2**63))
    elif what == 1:
        header[4] = chance.choice((b"", b"12345678", bytes.fromhex(city.status.key_id), "x", None))
    elif what == 2:
        header[chance.choice((2, 3, 16, 33, "x"))] = chance.choice((1, b"x", "x", []))
    elif what == 3:
        message[1] = chance.choice(({1: -7}, {}, {"x": 1}, None))
    elif what == 4:
        message[3] = chance.choice((bytes(64), bytes(63), b"", b"\xff" * 64, None))
    else:
        message[2] = chance.choice((None, b"", message[2] + b"\x00", 1))
    message[0] = codec.encode(header)
    return base45(zlib.compress(b"\xd2" + codec.encode(message)))
