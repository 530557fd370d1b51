"""Point a camera at a card: every card, light and trouble, in a real browser with a film for its camera."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from idsvc.credential import NO_EXPIRY, CardStatus, Portrait
from idsvc.domain.ids import StatusIndex
from tests.journeys.conftest import FAKE_CAMERA, browsing, open_verifier, wait_for_verdict
from tests.journeys.films import film
from tests.web.browsing import Site
from tests.web.issuer import DAY, Issuer
from tests.web.tokens import base45, tamper

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]
NAME = "Amara Okafor-Delgado"


@dataclass(frozen=True)
class Scene:
    """What is held before the camera, how, and what must be said."""

    text: Callable[[Issuer, Portrait], str]
    verdict: str
    says: str
    held: dict[str, float] = field(default_factory=dict)


def _stranger(_: Issuer, __: Portrait) -> str:
    other = Issuer(issuer="https://id.lakeside.example")
    return other.token()


SCENES = {
    "genuine": Scene(lambda city, face: city.token(portrait=face), "GENUINE", "Is this the person?"),
    "no expiry": Scene(
        lambda city, face: city.token(portrait=face, expires_at=NO_EXPIRY), "GENUINE", "Is this"
    ),
    "upside down": Scene(
        lambda city, face: city.token(portrait=face), "GENUINE", "Is this", held={"turned": 180}
    ),
    "on its side": Scene(lambda city, _: city.token(), "GENUINE", "Is this", held={"turned": 75, "far": 1.3}),
    "dim": Scene(lambda city, face: city.token(portrait=face), "GENUINE", "Is this", held={"light": 0.2}),
    "expired": Scene(
        lambda city, _: city.token(
            issued_at=city.now - 900 * DAY, valid_from=city.now - 900 * DAY, expires_at=city.now - 2 * DAY
        ),
        "EXPIRED",
        "Real card. It ended on",
    ),
    "not yet valid": Scene(
        lambda city, _: city.token(valid_from=city.now + 3 * DAY), "NOT_YET_VALID", "Real card. It begins on"
    ),
    "revoked": Scene(
        lambda city, _: city.token(status_index=StatusIndex(5)),
        "REVOKED",
        "This alone is no sign of wrongdoing.",
    ),
    "suspended": Scene(
        lambda city, _: city.token(status_index=StatusIndex(6)), "SUSPENDED", "The holder may have found it."
    ),
    "tampered": Scene(
        lambda city, _: tamper(city.token()), "TAMPERED", "This code was not made by the city."
    ),
    "another city": Scene(_stranger, "WRONG_ISSUER", "A card of another city or program."),
    "a foreign code": Scene(lambda *_: "https://menu.example/table/12", "NOT_A_CARD", "not on a card"),
    "a bomb": Scene(lambda *_: base45(zlib.compress(b"bomb" * 10_000)), "NOT_A_CARD", "not on a card"),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_a_card_before_the_camera_gets_its_verdict(
    scene: Scene,
    playwright: Playwright,
    site: Site,
    public: Path,
    issuer: Issuer,
    face: Portrait,
    tmp_path: Path,
) -> None:
    issuer.publish(public, {5: CardStatus.REVOKED, 6: CardStatus.SUSPENDED})
    shot = film(tmp_path / "card.mjpeg", scene.text(issuer, face), **scene.held)
    with browsing(playwright, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={shot}") as context:
        page = open_verifier(context, site)
        page.get_by_role("button", name="Start the camera").click()
        assert wait_for_verdict(page) == scene.verdict
        expect(page.locator("#verdict-sentence")).to_contain_text(scene.says)
        expect(page.locator("#verdict-title")).to_be_focused()
        body = page.locator("body")
        if scene.verdict == "GENUINE":
            expect(body).to_contain_text(NAME)
        else:
            expect(body).not_to_contain_text("Amara")
            expect(page.locator("#person")).to_be_hidden()
        # the next scan is one tap
        page.get_by_role("button", name="Next card").click()
        wait_for_verdict(page, scene.verdict)


def test_a_damaged_code_gets_a_hint_after_five_seconds_and_no_verdict(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait, tmp_path: Path
) -> None:
    shot = film(tmp_path / "card.mjpeg", issuer.token(portrait=face), torn=0.4)
    with browsing(playwright, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={shot}") as context:
        page = open_verifier(context, site)
        page.get_by_role("button", name="Start the camera").click()
        expect(page.locator("#scan-title")).to_have_text("Hold the code inside the frame.")
        expect(page.locator("#hint.shown")).to_have_count(0)
        expect(page.locator("#hint.shown")).to_be_visible(timeout=8_000)
        expect(page.locator("#announcer")).to_contain_text("Hold the card flat")
        page.get_by_role("button", name="Stop the camera").click()
        expect(page.get_by_role("button", name="Start the camera")).to_be_visible()


def test_a_hidden_page_forgets_the_card_and_closes_the_camera(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait, tmp_path: Path
) -> None:
    shot = film(tmp_path / "card.mjpeg", issuer.token(portrait=face))
    with browsing(playwright, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={shot}") as context:
        page = open_verifier(context, site)
        page.get_by_role("button", name="Start the camera").click()
        wait_for_verdict(page, "GENUINE")
        page.evaluate(
            """() => { Object.defineProperty(document, "hidden", { value: true, configurable: true });
                       document.dispatchEvent(new Event("visibilitychange")) }"""
        )
        expect(page.locator("#idle-title")).to_be_visible()
        assert NAME not in page.content()
        assert "blob:" not in page.content()
        assert page.evaluate("document.getElementById('video').srcObject") is None


def test_a_verdict_clears_itself_after_thirty_seconds(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait
) -> None:
    with browsing(playwright) as context:
        page = context.new_page()
        page.clock.install()
        page.goto(f"{site.origin}/verify/")
        page.locator("body[data-ready=yes][data-lists=fresh]").wait_for()
        page.evaluate("navigator.clipboard")
        _paste(page, issuer.token(portrait=face))
        wait_for_verdict(page, "GENUINE")
        page.clock.run_for(29_000)
        expect(page.locator("#name")).to_have_text(NAME)
        page.clock.run_for(1_100)
        expect(page.locator("#idle-title")).to_be_visible()
        assert NAME not in page.content()


def _paste(page: object, token: str) -> None:
    page.evaluate(  # type: ignore[attr-defined]
        """token => { const data = new DataTransfer(); data.setData("text/plain", token);
             document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true})) }""",
        token,
    )


@pytest.mark.parametrize(
    ("error", "heading", "help_text"),
    [
        ("NotAllowedError", "The camera is not allowed", "browser’s settings"),
        ("NotFoundError", "No camera found", "Connect a camera"),
        ("NotReadableError", "The camera is in use", "Close the other program"),
    ],
)
def test_without_a_camera_the_page_says_what_to_do(
    playwright: Playwright, site: Site, error: str, heading: str, help_text: str
) -> None:
    with browsing(playwright) as context:
        context.add_init_script(
            f"if (navigator.mediaDevices) "
            f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{error}') }}"
        )
        page = open_verifier(context, site)
        page.get_by_role("button", name="Start the camera").click()
        expect(page.get_by_role("heading", name=heading)).to_be_focused()
        expect(page.locator("#notice-help")).to_contain_text(help_text)
        expect(page.locator("#announcer")).to_contain_text(heading)
        expect(page.get_by_role("button", name="Choose a picture")).to_be_visible()


def test_a_camera_that_the_person_refuses_is_told_as_such(playwright: Playwright, site: Site) -> None:
    with browsing(playwright, "--use-fake-device-for-media-stream", "--deny-permission-prompts") as context:
        page = open_verifier(context, site)
        page.get_by_role("button", name="Start the camera").click()
        expect(page.get_by_role("heading", name="The camera is not allowed")).to_be_visible()


def test_an_address_without_https_is_told_as_such(playwright: Playwright, site: Site) -> None:
    with browsing(playwright, "--host-resolver-rules=MAP card.example 127.0.0.1") as context:
        page = context.new_page()
        page.goto(f"http://card.example:{site.port}/verify/")
        expect(page.get_by_role("heading", name="This page was not opened securely")).to_be_visible()


def test_a_picture_of_a_card_is_read_on_the_device(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait, tmp_path: Path
) -> None:
    from tests.journeys.films import draw_card  # noqa: PLC0415 - only here

    draw_card(issuer.token(portrait=face)).save(tmp_path / "card.png")
    (tmp_path / "letter.png").write_bytes(b"no picture at all")
    sent: list[str] = []
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        page.on("request", lambda request: sent.append(request.method))
        page.set_input_files("#picture", tmp_path / "card.png")
        wait_for_verdict(page, "GENUINE")
        assert page.locator("#portrait").evaluate("image => image.naturalWidth") > 20
        page.get_by_role("button", name="Next card").click()
        page.set_input_files("#picture", tmp_path / "letter.png")
        expect(page.get_by_role("heading", name="This is not a picture")).to_be_visible()
    assert set(sent) <= {"GET"}
