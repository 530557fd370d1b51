"""The page for everybody: no axe finding in any state, keyboard alone, announced, no need of colour."""

import itertools
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, Playwright, expect

from idsvc.credential import CardStatus, Portrait
from idsvc.domain.ids import StatusIndex
from tests.journeys.conftest import FAKE_CAMERA, browsing, open_verifier, present, wait_for_verdict
from tests.web.browsing import Site
from tests.web.issuer import DAY, Issuer
from tests.web.tokens import tamper

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]
AXE = Path(__file__).resolve().parents[1] / "web/vendor/axe.min.js"
LANGUAGES = ["en", "es", "ar"]
STATES = {5: CardStatus.REVOKED, 6: CardStatus.SUSPENDED}


def verdicts(issuer: Issuer, face: Portrait) -> dict[str, Callable[[], str]]:
    """Name a token for each verdict that a scan with fresh lists can have."""
    past = issuer.now - 900 * DAY
    return {
        "GENUINE": lambda: issuer.token(portrait=face),
        "GENUINE_STATUS_UNCHECKED": lambda: issuer.token(portrait=face, status_index=StatusIndex(40_000)),
        "EXPIRED": lambda: issuer.token(issued_at=past, valid_from=past, expires_at=issuer.now - DAY),
        "NOT_YET_VALID": lambda: issuer.token(valid_from=issuer.now + 3 * DAY),
        "REVOKED": lambda: issuer.token(status_index=StatusIndex(5)),
        "SUSPENDED": lambda: issuer.token(status_index=StatusIndex(6)),
        "TAMPERED": lambda: tamper(issuer.token()),
        "UNKNOWN_KEY": lambda: Issuer().token(),
        "WRONG_ISSUER": lambda: Issuer(issuer="https://id.lakeside.example").token(),
        "NOT_A_CARD": lambda: "THIS IS A MENU AND NO CARD AT ALL",
        "UNREADABLE": lambda: issuer.token()[:300],
    }


def findings(page: Page) -> list[str]:
    """Run axe over the page as it stands."""
    page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_any_state(
    playwright: Playwright, site: Site, public: Path, issuer: Issuer, face: Portrait, language: str
) -> None:
    issuer.publish(public, STATES)
    with browsing(playwright, *FAKE_CAMERA) as context:
        page = open_verifier(context, site, f"?lang={language}")
        assert findings(page) == []
        for verdict, token in verdicts(issuer, face).items():
            present(page, token())
            wait_for_verdict(page, verdict)
            assert findings(page) == [], verdict
        page.locator("#next").click()
        page.locator("#start").click()
        page.locator("#stop").wait_for()
        assert findings(page) == []
        page.locator("#stop").click()
        page.evaluate(
            """() => { navigator.mediaDevices.getUserMedia = () => {
                throw new DOMException("", "NotAllowedError") } }"""
        )
        page.locator("#start").click()
        page.locator("#notice").wait_for()
        assert findings(page) == []
        page.goto(f"{site.origin}/verify/poster")
        assert findings(page) == []
        page.goto(f"{site.origin}/")
        assert findings(page) == []
        page.goto(f"{site.origin}/nowhere")
        assert findings(page) == []


def test_every_verdict_is_announced_and_takes_the_focus(
    playwright: Playwright, site: Site, public: Path, issuer: Issuer, face: Portrait
) -> None:
    issuer.publish(public, STATES)
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        for verdict, token in verdicts(issuer, face).items():
            present(page, token())
            wait_for_verdict(page, verdict)
            heading = page.locator("#verdict-title").inner_text()
            sentence = page.locator("#verdict-sentence").inner_text()
            expect(page.locator("#announcer")).to_have_text(f"{heading}. {sentence}")
            expect(page.locator("#verdict-title")).to_be_focused()
        assert page.locator("#announcer").get_attribute("aria-live") == "assertive"


def test_the_keyboard_alone_reaches_everything(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait
) -> None:
    with browsing(playwright, *FAKE_CAMERA) as context:
        page = open_verifier(context, site)

        def walk(steps: int) -> list[str]:
            reached = []
            for _ in range(steps):
                page.keyboard.press("Tab")
                reached.append(
                    page.evaluate(
                        "(({id, className, name, value}) => id || name && `${name}=${value}` || className)"
                        "(document.activeElement)"
                    )
                )
            return reached

        assert walk(5) == ["language", "start", "button quiet pick", "purpose=identity", "update"]
        for control in ("#start", "input[name=purpose]:checked + span"):
            expect(page.locator(control)).to_be_visible()
        page.locator("#start").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#stop")).to_be_visible()
        page.locator("#stop").focus()
        page.keyboard.press("Space")
        expect(page.locator("#start")).to_be_visible()
        page.keyboard.press("Tab")
        # typed as a hand scanner types, with a button in focus: its spaces and Enter press nothing
        present(page, issuer.token(portrait=face))
        wait_for_verdict(page, "GENUINE")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#facts")).to_contain_text("April 23, 1991")
        page.keyboard.press("Tab")
        expect(page.locator("#next")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#idle-title")).to_be_focused()


def test_a_real_hand_scanner_types_past_the_button_in_focus(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait
) -> None:
    token = issuer.token(portrait=face)
    assert " " in token
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        page.locator("#start").focus()
        session = context.new_cdp_session(page)
        for sign in [*token, "\r"]:
            key = "Enter" if sign == "\r" else sign
            session.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "text": sign})
            session.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})
        wait_for_verdict(page, "GENUINE")


@pytest.mark.parametrize("deficiency", ["achromatopsia", "deuteranopia", "protanopia", "tritanopia"])
def test_the_four_kinds_of_verdict_are_told_apart_without_colour(
    playwright: Playwright, site: Site, public: Path, issuer: Issuer, face: Portrait, deficiency: str
) -> None:
    issuer.publish(public, STATES)
    tokens = verdicts(issuer, face)
    shots = {}
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        session = context.new_cdp_session(page)
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})
        for verdict in ("GENUINE", "GENUINE_STATUS_UNCHECKED", "EXPIRED", "REVOKED"):
            present(page, tokens[verdict]())
            wait_for_verdict(page, verdict)
            shape = page.locator(".call .shape").screenshot()
            shots[verdict] = Image.open(BytesIO(shape)).convert("L").resize((48, 48))
    for (one, first), (two, second) in itertools.combinations(shots.items(), 2):
        # the shapes alone, in grey, differ in a tenth of their light and more
        difference = ImageStat.Stat(ImageChops.difference(first, second)).mean[0]
        assert difference > 25, (one, two, difference)


@pytest.mark.parametrize(("width", "zoom"), [(320, 1), (1280, 4)])
def test_nothing_is_cut_off_on_a_narrow_screen_or_at_four_times_the_size(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait, width: int, zoom: int
) -> None:
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        page.set_viewport_size({"width": width // zoom, "height": 640})
        for path in ("verify", "home"):
            if path == "verify":
                present(page, issuer.token(portrait=face, name="Wolfeschlegelsteinhausenbergerdorff-Okafor"))
                wait_for_verdict(page, "GENUINE")
            else:
                page.goto(site.origin)
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, path


@pytest.mark.parametrize(
    ("purpose", "shown", "hidden"),
    [
        ("identity", ["Amara", "Valid until", "21 or over"], ["4829", "April 23, 1991"]),
        ("age21", ["21 or over", "Yes"], ["Amara", "4829", "1991", "Valid until"]),
        ("residency", ["Amara", "Proved residence on"], ["4829", "1991", "21 or over"]),
        (
            "bank",
            ["Amara", "482915037264", "City of Riverbend", "April 23, 1991", "Issued on"],
            ["21 or over"],
        ),
    ],
)
def test_a_purpose_shows_what_it_needs_and_nothing_else(
    playwright: Playwright,
    site: Site,
    issuer: Issuer,
    face: Portrait,
    purpose: str,
    shown: list[str],
    hidden: list[str],
) -> None:
    with browsing(playwright) as context:
        page = open_verifier(context, site, f"?purpose={purpose}")
        present(page, issuer.token(portrait=face))
        wait_for_verdict(page, "GENUINE")
        content = page.locator("#person").evaluate("person => person.outerHTML")
        for text in shown:
            assert text in content
        for text in hidden:
            assert text not in content
