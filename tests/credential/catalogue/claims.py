"""Claims that no card has, lacks, or writes in that way, inside messages that the city's own key signed."""

from collections.abc import Iterator
from dataclasses import replace

from idsvc.credential import NO_EXPIRY, GenderCode, Portrait, PortraitFormat, Reason
from tests.credential.catalogue.world import Vector, World
from tests.credential.city import CARD, STATUS_URI, WEBP
from tests.credential.forge import ABSENT, STATUS, card

BEACON = "https://beacon.example/status/1.cwt"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


def sets(world: World) -> Iterator[Vector]:
    """Give a claim too many or too few, and claim 169 in another form."""
    city_key = world.city.card
    for key, name in (
        (3, "language"),
        (5, "first name"),
        (6, "middle name"),
        (7, "last name"),
        (10, "address"),
        (11, "e-mail"),
        (12, "phone"),
        (13, "nationality"),
        (14, "marital status"),
        (15, "guardian"),
        (16, "photo"),
        (17, "photo format"),
        (18, "best fingers"),
        (19, "name in a second language"),
        (20, "second language"),
        (21, "location code"),
        (22, "legal status"),
        (23, "country of issuance"),
        (24, "not assigned"),
        (50, "right thumb"),
        (61, "left iris"),
        (63, "right palm"),
        (65, "voice"),
        (99, "not assigned"),
        (-1, "private use"),
    ):
        yield Vector(f"169: {key}, {name}", card(city_key, CARD, holder={key: "x"}), Reason.CLAIM_FORBIDDEN)
    for claim, name in (
        (2, "subject"),
        (3, "audience"),
        (7, "token id"),
        (8, "confirmation key"),
        (-260, "health certificate"),
        (170, "not assigned"),
        ("nationality", "a text"),
    ):
        yield Vector(f"CWT: {claim}, {name}", card(city_key, CARD, {claim: "x"}), Reason.CLAIM_FORBIDDEN)
    for missing, name in ((1, "issuer"), (4, "end"), (5, "begin"), (6, "time of issue"), (STATUS, "status")):
        yield Vector(f"no {name}", card(city_key, CARD, {missing: ABSENT}), Reason.CLAIM_MISSING)
    for label, name in ((1, "number"), (2, "version"), (4, "name")):
        yield Vector(f"no {name} in 169", card(city_key, CARD, holder={label: ABSENT}), Reason.CLAIM_MISSING)
    yield Vector("no claim 169", card(city_key, CARD, {169: ABSENT}), Reason.CLAIM_169_MISSING)
    for name, form in (
        ("bytes", b"\xa0"),
        ("text", "holder"),
        ("list", [1]),
        ("number", 169),
        ("null", None),
        ("map with texts", {"id": "1", "fullName": "X"}),
    ):
        yield Vector(f"claim 169 as {name}", card(city_key, CARD, {169: form}), Reason.CLAIM_169_FORM)
    yield Vector("claim 169 without entries", card(city_key, CARD, {169: {}}), Reason.CLAIM_MISSING)
    for version in ("2", "1.0", "", 1, None):
        yield Vector(f"version {version!r}", card(city_key, CARD, holder={2: version}), Reason.VERSION)
    yield Vector("the least that a card has", card(city_key, CARD, holder={8: ABSENT}), Reason.GENUINE)


def times(world: World) -> Iterator[Vector]:
    """Give times in other forms and out of range."""
    for label, name in ((4, "end"), (5, "begin"), (6, "time of issue")):
        for form, value in (("text", "1781524800"), ("null", None), ("bytes", b"\0"), ("list", [1])):
            yield Vector(f"{name} as {form}", card(world.city.card, CARD, {label: value}), Reason.TIME_FORM)
        for form, number in (
            ("negative", -1),
            ("very negative", -(2**64)),
            ("after the last time there is", NO_EXPIRY + 1),
            ("as 2**64 - 1", 2**64 - 1),
        ):
            yield Vector(f"{name} {form}", card(world.city.card, CARD, {label: number}), Reason.TIME_RANGE)
    for name, label in (("begin", 5), ("time of issue", 6)):
        text = card(world.city.card, CARD, {label: CARD.expires_at})
        yield Vector(f"{name} at the end", text, Reason.TIME_RANGE)
    yield Vector("begin before issue", card(world.city.card, CARD, {5: 0}), Reason.GENUINE)


def values(world: World) -> Iterator[Vector]:
    """Give every other claim in other forms."""
    city_key = world.city.card

    def outer(name: str, value: object, reason: Reason, label: int) -> Vector:
        return Vector(name, card(city_key, CARD, {label: value}), reason)

    def inner(name: str, value: object, reason: Reason, label: int) -> Vector:
        return Vector(name, card(city_key, CARD, holder={label: value}), reason)

    for name, issuer in (("empty", ""), ("with a space", "https://id x"), ("long", "x" * 201), ("number", 1)):
        yield outer(f"issuer: {name}", issuer, Reason.ISSUER_FORM, 1)
    place = {"idx": 77, "uri": STATUS_URI}
    for name, status in (
        ("a map without entries", {}),
        ("another mechanism", {"status_attestation": place}),
        ("two mechanisms", {"status_list": place, "token_status": place}),
        ("a number", 77),
        ("a list", [77, STATUS_URI]),
        ("no place", {"status_list": {"uri": STATUS_URI}}),
        ("no address", {"status_list": {"idx": 77}}),
        ("a text as place", {"status_list": place | {"idx": "77"}}),
        ("a negative place", {"status_list": place | {"idx": -1}}),
        ("a place beyond all lists", {"status_list": place | {"idx": 1 << 26}}),
        ("an address in bytes", {"status_list": place | {"uri": b"x"}}),
        ("an empty address", {"status_list": place | {"uri": ""}}),
        ("an address with a line feed", {"status_list": place | {"uri": STATUS_URI + "\n"}}),
        ("one entry more", {"status_list": place | {"bits": 2}}),
    ):
        yield outer(f"status: {name}", status, Reason.STATUS_FORM, STATUS)
    yield outer(
        "status: an address nobody named",
        {"status_list": place | {"uri": BEACON}},
        Reason.STATUS_URI_UNKNOWN,
        STATUS,
    )
    for name, number in (
        ("empty", ""),
        ("lower case", "abc"),
        ("long", "1" * 33),
        ("a number", 1),
        ("\u0661" * 12, "\u0661" * 12),
    ):
        yield inner(f"number: {name}", number, Reason.NUMBER_FORM, 1)
    for text in (
        "1990-01-01",
        "19900230",
        "19901301",
        "19900100",
        "00000101",
        "1990011",
        "199001011",
        "",
        19900101,
    ):
        yield inner(f"birth date {text!r}", text, Reason.BIRTH_DATE_FORM, 8)
    yield inner(
        "birth date in other digits",
        "\u0661\u0669\u0669\u0660\u0660\u0661\u0660\u0661",
        Reason.BIRTH_DATE_FORM,
        8,
    )
    yield inner("birth date 29 February", "20000229", Reason.GENUINE, 8)
    yield inner("birth date 29 February of a common year", "19000229", Reason.BIRTH_DATE_FORM, 8)
    for gender in (0, 4, -1, "1", None, 2**64 - 1):
        yield inner(f"gender {gender!r}", gender, Reason.GENDER_FORM, 9)
    for choice in GenderCode:
        yield Vector(f"gender {choice}", world.issue(replace(CARD, gender=choice)), Reason.GENUINE)


def names(world: World) -> Iterator[Vector]:
    """Give names that could deceive the eye or a terminal, and honest ones of many scripts."""

    def inner(name: str, value: object, reason: Reason, label: int) -> Vector:
        return Vector(name, card(world.city.card, CARD, holder={label: value}), reason)

    for name, text in (
        ("empty", ""),
        ("101 characters", "x" * 101),
        ("a number", 1),
        ("bytes", b"X"),
        ("a line feed", "Ann\nB"),
        ("a line feed at the end", "Ann\n"),
        ("a zero byte", "Ann\0"),
        ("an escape", "Ann\x1b[2J"),
        ("delete", "Ann\x7f"),
        ("a C1 control", "Ann\x85"),
        ("right-to-left override", "Ann\u202eB"),
        ("left-to-right embedding", "Ann\u202aB"),
        ("an isolate", "Ann\u2066B"),
        ("right-to-left mark", "Ann\u200f"),
        ("Arabic letter mark", "Ann\u061c"),
        ("zero-width space", "Ann\u200bB"),
        ("byte order mark", "\ufeffAnn"),
        ("soft hyphen", "An\u00adn"),
        ("word joiner", "An\u2060n"),
        ("line separator", "Ann\u2028B"),
        ("paragraph separator", "Ann\u2029B"),
        ("annotation", "Ann\ufff9B"),
        ("a language tag", "Ann\U000e0041"),
        ("no character", "Ann\uffff"),
        ("musical control", "Ann\U0001d173"),
    ):
        yield inner(f"name: {name}", text, Reason.NAME_FORM, 4)
    for name, text in (
        ("one letter", "X"),
        ("100 characters", "x" * 100),
        ("100 characters of four bytes", "\U00020000" * 100),
        ("Arabic", "\u0645\u062d\u0645\u062f \u0639\u0644\u064a"),
        ("a joiner", "\u0915\u094d\u200d\u0937"),
        ("a non-joiner", "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("a variant of a character", "\u845b\U000e0100"),
        ("combining marks", "Nguye\u0302\u0303n"),
    ):
        yield inner(f"name: {name}", text, Reason.GENUINE, 4)


def portraits(world: World) -> Iterator[Vector]:
    """Give pictures that are none, or not what they say, and forms that are no face."""

    def made(name: str, face: object, reason: Reason = Reason.PORTRAIT_FORM) -> Vector:
        return Vector(name, card(world.city.card, CARD, holder={62: face}), reason)

    yield made("SVG as PNG", [{0: SVG, 1: 0, 2: 0}])
    yield made("SVG as WebP", [{0: SVG, 1: 0, 2: 4}])
    yield made("HTML as JPEG", [{0: HTML, 1: 0, 2: 1}])
    yield made("HTML as AVIF", [{0: HTML, 1: 0, 2: 3}])
    yield made("GIF as PNG", [{0: b"GIF89a", 1: 0, 2: 0}])
    yield made("WebP as JPEG", [{0: WEBP, 1: 0, 2: 1}])
    yield made("an AVIF sequence", [{0: b"\0\0\0\x20ftypavis", 1: 0, 2: 3}])
    yield made("JPEG 2000", [{0: b"\0\0\0\x0cjP  \r\n\x87\n", 1: 0, 2: 2}])
    yield made("an unknown picture format", [{0: WEBP, 1: 0, 2: 5}])
    yield made("an empty picture", [{0: b"", 1: 0, 2: 4}])
    yield made("the picture as text", [{0: "RIFF", 1: 0, 2: 4}])
    yield made("a template", [{0: WEBP, 1: 1, 2: 4}])
    yield made("a sound", [{0: WEBP, 1: 2, 2: 4}])
    yield made("no picture format", [{0: WEBP, 1: 0}])
    yield made("an issuer of its own", [{0: WEBP, 1: 0, 2: 4, 3: "x"}])
    yield made("two faces", [{0: WEBP, 1: 0, 2: 4}, {0: WEBP, 1: 0, 2: 4}])
    yield made("no face", [])
    yield made("a face outside of a list", {0: WEBP, 1: 0, 2: 4})
    yield made("bytes", WEBP)
    for start, kind in (
        (b"\x89PNG\r\n\x1a\n", PortraitFormat.PNG),
        (b"\xff\xd8\xff\xe0", PortraitFormat.JPEG),
        (b"\0\0\0\x20ftypavif", PortraitFormat.AVIF),
        (WEBP, PortraitFormat.WEBP),
    ):
        picture = Portrait(start + bytes(range(200)), kind)
        yield Vector(f"{kind.name}", world.issue(replace(CARD, portrait=picture)), Reason.GENUINE)
