"""What the journeys share: a city's site, a real browser, and films for its camera."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from idsvc.credential import Portrait
from idsvc.web.app import create_app
from tests.web.browsing import Site, launch, running
from tests.web.conftest import make_runtime
from tests.web.issuer import Issuer, make_small_portrait

FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="session")
def face() -> Portrait:
    return make_small_portrait()


@pytest.fixture
def public(tmp_path: Path, issuer: Issuer) -> Path:
    return issuer.publish(tmp_path / "public")


@pytest.fixture
def site(public: Path) -> Iterator[Site]:
    with running(create_app(make_runtime(public))) as started:
        yield started


@contextmanager
def browsing(
    playwright: Playwright, *flags: str, locale: str = "en-US", **options: object
) -> Iterator[BrowserContext]:
    """Open a fresh browser; whatever a page logs as an error fails the journey."""
    browser = launch(playwright, *flags)
    context = browser.new_context(locale=locale, viewport=PHONE, **options)  # type: ignore[arg-type]
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda line: faults.append(line.text) if _is_fault(line.type, line.text) else None)
    yield context
    browser.close()
    assert not faults


def _is_fault(kind: str, text: str) -> bool:
    # the browser itself logs each failed request: journeys without a network make them on purpose
    # and an address without https cannot have every protection
    expected = ("Failed to load resource", "The Cross-Origin-Opener-Policy header has been ignored")
    return kind == "error" and not text.startswith(expected)


def open_verifier(context: BrowserContext, site: Site, query: str = "") -> Page:
    """Open the verifier page and wait until it has its lists."""
    page = context.new_page()
    page.goto(f"{site.origin}/verify/{query}")
    page.locator("body[data-ready=yes][data-lists=fresh]").wait_for()
    return page


def present(page: Page, token: str) -> None:
    """Give the page a token as a hand scanner does."""
    page.evaluate(
        """token => { for (const key of [...token, "Enter"]) document.body.dispatchEvent(
             new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) }""",
        token,
    )


def wait_for_verdict(page: Page, verdict: str | None = None) -> str:
    """Wait for a verdict on the screen; gives its name."""
    wanted = f"[data-verdict={verdict}]" if verdict else "[data-verdict]"
    page.locator(f"#verdict{wanted}").wait_for(timeout=20_000)
    return page.locator("#verdict").get_attribute("data-verdict") or ""
