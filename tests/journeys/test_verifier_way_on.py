"""Where nothing can be said of a card, the page says what to do, in the shapes of the agencies' paper."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from tests.journeys.conftest import browsing, open_verifier, present, wait_for_verdict
from tests.web.browsing import Site
from tests.web.issuer import Issuer

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]
HOURS_LATER = "Date.now = ((now) => () => now() + 3 * 3600 * 1000)(Date.now)"


def shape_shown(page: Page, screen: str) -> str:
    """Tell which of the four shapes a screen shows."""
    (shown,) = [
        name
        for name in ("green", "amber", "grey", "red")
        if page.locator(f"#{screen} .shape g.{name}").is_visible()
    ]
    return shown


def test_an_unknown_key_under_lists_of_now_is_no_matter_of_updating(
    playwright: Playwright, site: Site
) -> None:
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        page.wait_for_load_state("networkidle")
        present(page, Issuer().token())
        wait_for_verdict(page, "UNKNOWN_KEY")
        expect(page.locator("#verdict-sentence")).to_contain_text(
            "give it back and send the person to the city"
        )
        expect(page.locator("#update-verdict")).to_be_hidden()
        assert shape_shown(page, "verdict") == "amber"


def test_an_unknown_key_under_older_lists_offers_an_update_and_then_another_scan(
    playwright: Playwright, site: Site
) -> None:
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        page.wait_for_load_state("networkidle")
        page.evaluate(HOURS_LATER)
        present(page, Issuer().token())
        wait_for_verdict(page, "UNKNOWN_KEY")
        expect(page.locator("#verdict-sentence")).to_contain_text("Update it and scan again")
        site.stop()
        try:
            page.locator("#update-verdict").click()
            expect(page.locator("#verdict-sentence")).to_contain_text("Check the internet connection")
            expect(page.locator("#update-verdict")).to_be_visible()
        finally:
            site.start(site.app)
        page.locator("#update-verdict").click()
        expect(page.locator("#verdict-sentence")).to_have_text(
            "The lists are up to date now. Scan the card again."
        )
        expect(page.locator("#next")).to_be_focused()
        present(page, Issuer().token())
        expect(page.locator("#verdict-sentence")).to_contain_text("send the person to the city")
        expect(page.locator("#update-verdict")).to_be_hidden()


def test_a_file_that_is_no_picture_and_a_picture_without_a_code_are_told_apart(
    playwright: Playwright, site: Site, tmp_path: Path
) -> None:
    blank, menu, empty = tmp_path / "blank.png", tmp_path / "menu.png", tmp_path / "empty.png"
    Image.new("RGB", (400, 300), "white").save(blank)
    menu.write_text("Soup of the day")
    empty.write_bytes(b"")
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        for file in (menu, empty):
            page.locator("#picture").set_input_files(file)
            expect(page.get_by_role("heading", name="This is not a picture")).to_be_focused()
            expect(page.locator("#notice-help")).to_contain_text("JPEG or PNG")
            assert shape_shown(page, "notice") == "amber"
            page.reload()
            page.locator("body[data-ready=yes]").wait_for()
        page.locator("#picture").set_input_files(blank)
        expect(page.get_by_role("heading", name="Could not read")).to_be_focused()
        expect(page.locator("#notice-help")).to_contain_text("No code was found in the picture")
        assert shape_shown(page, "notice") == "grey"


def test_a_code_that_cannot_be_read_is_grey_and_a_square_wherever_it_is_told(
    playwright: Playwright, site: Site, issuer: Issuer
) -> None:
    with browsing(playwright) as context:
        page = open_verifier(context, site)
        present(page, issuer.token()[:300])
        wait_for_verdict(page, "UNREADABLE")
        assert shape_shown(page, "verdict") == "grey"
