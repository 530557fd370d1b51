"""The page beside what `idsvc publish` writes: nothing it asks for is missing; a scan asks for nothing."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from idsvc import resources
from idsvc.bootstrap import open_full, system_clock
from idsvc.bootstrap.founding import Places, found_for_development
from idsvc.config import read_settings
from idsvc.program import evidence_document, load
from idsvc.storage.database import Database
from idsvc.web.app import create_app
from tests.journeys.conftest import browsing, open_verifier, present, wait_for_verdict
from tests.web.browsing import running
from tests.web.conftest import make_runtime
from tests.web.issuer import Issuer

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]
PROGRAM = resources.path("templates/programs/riverbend/program.toml")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Found an installation, publish from it, and give the public folder."""
    places = Places(tmp_path_factory.mktemp("city") / "installation")
    found_for_development(places, program=load(PROGRAM), now=system_clock(), random=os.urandom)
    environment = places.environment(program=PROGRAM, database_url=f"sqlite:///{places.folder / 'idsvc.db'}")
    database = Database(environment["IDSVC_DATABASE_URL"], random=os.urandom)
    database.upgrade()
    database.close()
    runtime = open_full(read_settings(environment))
    runtime.publish(places.public, evidence_document(runtime.program))
    runtime.database.close()
    return places.public


def test_no_request_of_the_page_fails_and_every_list_is_fetched_before_any_scan(
    playwright: Playwright, published: Path
) -> None:
    with running(create_app(make_runtime(published))) as site, browsing(playwright) as context:
        answers: dict[str, int] = {}
        broken: list[str] = []
        context.on("response", lambda answer: answers.update({answer.url: answer.status}))
        context.on("requestfailed", lambda request: broken.append(request.url))
        page = open_verifier(context, site)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_load_state("networkidle")
        assert {url: status for url, status in answers.items() if status >= 400} == {}
        assert broken == []
        lists = sorted(path.name for path in (published / "status").iterdir())
        asked = sorted(url.rpartition("/")[2] for url in answers if "/status/" in url)
        assert asked == lists
        assert len(lists) > 1
        answers.clear()
        present(page, Issuer().token())
        wait_for_verdict(page, "UNKNOWN_KEY")
        page.wait_for_timeout(500)
        assert answers == {}
