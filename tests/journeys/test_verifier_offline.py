"""The page works with the server gone, believes no older list, fetches and keeps nothing for a scan."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from idsvc.credential import CardStatus, Portrait
from idsvc.credential.cose import sign1
from idsvc.services.publication import ROOTS_TYPE, write_roots, write_trust_list
from idsvc.web.app import create_app
from tests.credential.city import FreshSigner
from tests.journeys.conftest import browsing, open_verifier, present, wait_for_verdict
from tests.web.browsing import Site
from tests.web.conftest import make_runtime
from tests.web.issuer import DAY, Issuer
from tests.web.tokens import tamper

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]


def visit_once(context: BrowserContext, site: Site) -> Page:
    """Open the page and wait until the service worker holds everything."""
    page = open_verifier(context, site)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.locator("body[data-ready=yes]").wait_for()
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    return page


def test_after_one_visit_cards_are_checked_with_the_server_gone(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait
) -> None:
    with browsing(playwright) as context:
        visit_once(context, site).close()
        site.stop()
        try:
            page = context.new_page()
            for query in ("", "?lang=es&purpose=bank", "?lang=ar"):
                page.goto(f"{site.origin}/verify/{query}")
                page.locator("body[data-ready=yes]").wait_for()
                present(page, issuer.token(portrait=face))
                wait_for_verdict(page, "GENUINE")
                present(page, tamper(issuer.token()))
                wait_for_verdict(page, "TAMPERED")
            page.locator("#next").click()
            page.get_by_role("button", name="تحديث الآن").click()
            expect(page.locator("#announcer")).to_contain_text("تعذّر")
        finally:
            site.start(site.app)


def test_without_any_visit_and_without_lists_the_page_says_what_is_missing(
    playwright: Playwright, site: Site, public: Path, issuer: Issuer
) -> None:
    (public / "trust/list.cwt").unlink()
    with browsing(playwright) as context:
        page = context.new_page()
        page.goto(f"{site.origin}/verify/")
        page.locator("body[data-ready=yes][data-lists=none]").wait_for()
        present(page, issuer.token())
        expect(page.get_by_role("heading", name="Not ready yet")).to_be_focused()
        expect(page.locator("#notice-help")).to_contain_text("Connect it to the internet once")


def test_with_a_list_a_week_old_the_page_says_since_when_it_could_not_check(
    playwright: Playwright, site: Site, public: Path, issuer: Issuer, face: Portrait
) -> None:
    issuer.publish(public, age=7 * DAY)
    with browsing(playwright) as context:
        page = context.new_page()
        page.goto(f"{site.origin}/verify/")
        page.locator("body[data-ready=yes][data-lists=stale]").wait_for()
        expect(page.locator("#age")).to_contain_text("Connect to the internet to update them.")
        present(page, issuer.token(portrait=face))
        wait_for_verdict(page, "GENUINE_STATUS_STALE")
        expect(page.locator("#verdict-sentence")).to_contain_text("Could not check since")
        expect(page.locator("#name")).to_have_text("Amara Okafor-Delgado")
        assert page.locator("#verdict").get_attribute("data-colour") == "amber"


def test_an_older_or_foreign_list_is_refused_and_the_newer_one_goes_on_counting(
    playwright: Playwright, site: Site, public: Path, issuer: Issuer, tmp_path: Path
) -> None:
    issuer.publish(public, {77: CardStatus.REVOKED}, age=3600, sequence=2)
    with browsing(playwright) as context:
        page = visit_once(context, site)
        foreign = (Issuer().publish(tmp_path / "foreign", sequence=9) / "trust/list.cwt").read_bytes()
        attacks: list[Callable[[], object]] = [
            lambda: issuer.publish(public, age=7200, sequence=2),
            lambda: issuer.publish(public, age=3601, sequence=1),
            lambda: (public / "status/1.cwt").write_bytes(b"\xd2\x84"),
            lambda: (public / "trust/list.cwt").write_bytes(foreign),
        ]
        for attack in attacks:
            attack()
            page.get_by_role("button", name="Update now").first.click()
            expect(page.locator("body[data-lists=refused]")).to_be_visible()
            expect(page.locator("#age")).to_contain_text("It was not used.")
            present(page, issuer.token())
            wait_for_verdict(page, "REVOKED")
            page.get_by_role("button", name="Next card").click()
            issuer.publish(public, {77: CardStatus.REVOKED}, age=3600, sequence=2)
        page.reload()  # what was accepted once is the floor after a new start too
        issuer.publish(public, age=7200, sequence=2)
        page.locator("body[data-ready=yes]").wait_for()
        present(page, issuer.token())
        wait_for_verdict(page, "REVOKED")


def restart(site: Site, public: Path) -> None:
    """Start the server again: without IDSVC_ROOTS it takes for root keys what the folder offers now."""
    site.stop()
    site.start(create_app(make_runtime(public)))


def update(page: Page, *, lists: str) -> None:
    page.evaluate("document.body.dataset.lists = 'asked'")
    page.get_by_role("button", name="Update now").first.click()
    expect(page.locator(f"body[data-lists={lists}]")).to_be_visible()


def judge(page: Page, token: str, verdict: str) -> None:
    present(page, token)
    wait_for_verdict(page, verdict)
    page.get_by_role("button", name="Next card").click()


def pinned_roots(page: Page) -> int:
    script = """async () => (await (await caches.open("idsvc-lists")).match("/trust/roots.json")).json()"""
    return len(page.evaluate(script)["keys"])


def test_whoever_replaces_roots_and_lists_together_is_not_believed_by_a_device_that_knew_the_city(
    playwright: Playwright, site: Site, public: Path, issuer: Issuer
) -> None:
    issuer.publish(public, {77: CardStatus.REVOKED}, sequence=2)
    with browsing(playwright) as context:
        page = visit_once(context, site)
        forger = Issuer()
        forger.publish(public, sequence=9)
        restart(site, public)  # at worst the page itself now offers the forger's root keys
        forged = site.app.test_client().get("/verify/config.json").get_json()["roots"]["keys"]
        assert forged == [forger.root.public.jwk()]
        for attempt in ("same page", "next start", "newer page"):
            if attempt != "same page":
                page.reload()
                page.locator("body[data-ready=yes]").wait_for()
            update(page, lists="refused")
            expect(page.locator("#age")).to_contain_text("It was not used. City lists of")
            judge(page, forger.token(), "UNKNOWN_KEY")
            judge(page, issuer.token(), "REVOKED")
        # the true list beside false roots: who signed the roots decides, not who signed the list
        issuer.publish(public, {77: CardStatus.REVOKED}, sequence=3)
        keys = [forger.root.public.jwk(), issuer.root.public.jwk()]
        false = json.dumps({"keys": keys, "sequence": 3}).encode()
        (public / "trust/roots.json").write_bytes(false)
        (public / "trust/roots.cose").write_bytes(sign1(false, forger.root, typ=ROOTS_TYPE))
        restart(site, public)
        page.reload()
        page.locator("body[data-ready=yes]").wait_for()
        update(page, lists="refused")
        assert pinned_roots(page) == 1
        forger.publish(public, sequence=10)
        update(page, lists="refused")
        judge(page, forger.token(), "UNKNOWN_KEY")


def test_root_keys_change_one_at_a_time_and_a_key_that_went_is_believed_no_more(
    playwright: Playwright, site: Site, public: Path, issuer: Issuer
) -> None:
    live, spare, new = issuer.root, FreshSigner(), FreshSigner()

    def hold_ceremony(root: FreshSigner, roots: tuple[FreshSigner, ...], sequence: int) -> None:
        trust = issuer.trust(sequence=sequence)
        write_trust_list(public, trust, root=root, roots=[each.public for each in roots])

    hold_ceremony(live, (live, spare), 1)
    restart(site, public)
    with browsing(playwright) as context:
        page = visit_once(context, site)
        assert pinned_roots(page) == 2
        hold_ceremony(spare, (spare, new), 2)  # the live key was lost
        update(page, lists="fresh")
        hold_ceremony(live, (live, spare), 3)  # and found by somebody else
        update(page, lists="refused")
        page.reload()
        page.locator("body[data-ready=yes]").wait_for()
        update(page, lists="refused")
        hold_ceremony(new, (spare, new), 4)
        update(page, lists="fresh")
        judge(page, issuer.token(), "GENUINE")
        # an earlier set of root keys comes back with its own true signature
        old = write_roots([live.public, spare.public, new.public], sequence=3)
        (public / "trust/roots.cose").write_bytes(sign1(old, spare, typ=ROOTS_TYPE))
        update(page, lists="refused")
        assert pinned_roots(page) == 2
        # without the key that signed the list in use, the device could not read its list any more
        (public / "trust/roots.cose").write_bytes(
            sign1(write_roots([spare.public], sequence=5), spare, typ=ROOTS_TYPE)
        )
        update(page, lists="refused")
        assert pinned_roots(page) == 2


def test_fifty_scans_fetch_nothing_and_leave_nothing(
    playwright: Playwright, site: Site, issuer: Issuer, face: Portrait
) -> None:
    with browsing(playwright) as context:
        page = visit_once(context, site)
        page.locator("body[data-lists=fresh]").wait_for()
        page.wait_for_load_state("networkidle")
        requests: list[str] = []
        context.on("request", lambda request: requests.append(request.url))
        tokens = [issuer.token(portrait=face, number=f"48291503{number:04}") for number in range(25)]
        for token in [each for pair in zip(tokens, map(tamper, tokens), strict=True) for each in pair]:
            present(page, token)
            wait_for_verdict(page)
            page.get_by_role("button", name="Next card").click()
            expect(page.locator("#idle-title")).to_be_visible()
        assert [address for address in requests if not address.startswith("blob:")] == []
        assert context.cookies() == []
        kept = page.evaluate(
            """async () => {
                const caches_ = {};
                for (const name of await caches.keys()) {
                    const cache = await caches.open(name);
                    caches_[name] = await Promise.all((await cache.keys()).map(async (request) => [
                        new URL(request.url).pathname,
                        new TextDecoder("latin1").decode(await (await cache.match(request)).arrayBuffer()),
                    ]));
                }
                return {
                    local: Object.entries(localStorage), session: Object.entries(sessionStorage),
                    databases: await indexedDB.databases(), caches: caches_, address: location.href,
                    history: history.length, state: history.state,
                };
            }"""
        )
        assert (kept["local"], kept["session"], kept["databases"], kept["state"]) == ([], [], [], None)
        lists = dict(kept["caches"].pop("idsvc-lists"))
        assert set(lists) == {"/trust/list.cwt", "/trust/roots.json", "/status/1.cwt"}
        (name,) = kept["caches"]
        assert name.startswith("idsvc-page-")
        assert all(path.startswith("/verify/") for path, _ in kept["caches"][name])
        everything = json.dumps(kept) + json.dumps(lists) + page.content()
        for trace in ("Amara", "Tamar", "48291503", tokens[0][:60]):
            assert trace not in everything


def test_the_page_can_be_installed_as_an_app(playwright: Playwright, site: Site) -> None:
    with browsing(playwright) as context:
        page = visit_once(context, site)
        session = context.new_cdp_session(page)
        assert session.send("Page.getAppManifest")["errors"] == []
        found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # a private window, as tests use, installs nothing; everything else is in order
        assert [each["errorId"] for each in found] in ([], ["in-incognito"])


def test_a_newer_page_replaces_the_one_on_the_device(
    playwright: Playwright, site: Site, public: Path
) -> None:
    def blue(page: Page) -> str:
        script = "getComputedStyle(document.documentElement).getPropertyValue('--primary').trim()"
        return str(page.evaluate(script))

    with browsing(playwright) as context:
        page = visit_once(context, site)
        assert blue(page) == "#1b4f8f"
        program = public / "program.json"
        program.write_text(json.dumps(json.loads(program.read_text()) | {"colors": {"primary": "#123456"}}))
        site.stop()
        site.start(create_app(make_runtime(public)))
        page.reload()
        assert blue(page) == "#1b4f8f"  # the device shows what it holds, and fetches the newer page behind
        expect(page.locator("#start")).to_have_css("background-color", "rgb(18, 52, 86)", timeout=20_000)
        page.locator("body[data-ready=yes]").wait_for()
        names = page.evaluate("caches.keys()")
        assert len([name for name in names if name.startswith("idsvc-page-")]) == 1
