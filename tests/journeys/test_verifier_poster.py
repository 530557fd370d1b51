"""The poster for a counter: one sheet of paper in every language, and never an address that nobody set."""

from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Playwright, expect

from idsvc.web.app import create_app
from idsvc.web.languages import COOKIE
from tests.journeys.conftest import browsing
from tests.web.browsing import Site
from tests.web.conftest import make_runtime

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]
LANGUAGES = ["en", "es", "ar"]
PAPERS = {"Letter": (612, 792), "A4": (595, 842)}


HOST = "check.riverbend.example"


def print_poster(
    playwright: Playwright, origin: str, language: str, paper: str
) -> tuple[list[tuple[int, int]], str]:
    """Print the page; gives the size of each sheet in points, and the text of all."""
    with browsing(playwright, f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as context:
        context.add_cookies([{"name": COOKIE, "value": language, "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}/verify/poster")
        expect(page.locator("html")).to_have_attribute("lang", language)
        document = pypdfium2.PdfDocument(page.pdf(format=paper))
    sizes = [(int(width), int(height)) for width, height in (sheet.get_size() for sheet in document)]
    return sizes, "".join(sheet.get_textpage().get_text_bounded() for sheet in document)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_poster_is_one_sheet_with_the_address_that_was_set(
    playwright: Playwright, site: Site, public: Path, language: str, paper: str
) -> None:
    origin = f"http://{HOST}:{site.port}"
    site.stop()
    site.start(create_app(make_runtime(public, IDSVC_BASE_URL=origin)))
    sizes, text = print_poster(playwright, origin, language, paper)
    assert sizes == [PAPERS[paper]]
    assert f"{origin}/verify/" in text
    assert "IDSVC_BASE_URL" not in text


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_set_address_the_sheet_has_a_line_to_write_on_and_the_screen_says_why(
    playwright: Playwright, site: Site, language: str, paper: str
) -> None:
    sizes, text = print_poster(playwright, site.origin, language, paper)
    assert sizes == [PAPERS[paper]]
    assert "localhost" not in text
    assert "IDSVC_BASE_URL" not in text
    with browsing(playwright) as context:
        page = context.new_page()
        page.goto(f"{site.origin}/verify/poster")
        expect(page.locator(".setting")).to_contain_text("set IDSVC_BASE_URL")
        expect(page.locator(".blank")).to_be_visible()
        assert "localhost" not in page.locator("body").inner_text()
