#!/usr/bin/env python3
"""Measure the verifier page in Chromium: frame to verdict, bytes and time of the first load, and offline.

.venv/bin/python scripts/bench/verifier_page.py
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from idsvc.web.app import create_app  # noqa: E402 - the checkout must be on the path first
from tests.journeys.films import film  # noqa: E402
from tests.web.browsing import Site, running  # noqa: E402
from tests.web.conftest import make_runtime  # noqa: E402
from tests.web.issuer import Issuer, make_small_portrait  # noqa: E402

SCANS = 60
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
"""A slow 4G connection: 1.6 Mbit/s down, 150 ms."""
MEASURES = "performance.getEntriesByName('frame-to-verdict')"
READY = "body[data-ready=yes][data-lists=fresh]"
BARE = """async ({ scans }) => {
  const { prepareZXingModule, readBarcodes } = await import("/verify/static/vendor/zxing/reader/index.js");
  const locateFile = (name) => `/verify/static/vendor/zxing/reader/${name}`;
  await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
  const video = document.getElementById("video");
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0);
  const picture = context.getImageData(0, 0, canvas.width, canvas.height);
  const times = [];
  for (let scan = 0; scan < scans; scan++) {
    const began = performance.now();
    const found = await readBarcodes(picture, {
      formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true, tryInvert: false, tryDownscale: true,
    });
    if (found.length) times.push(performance.now() - began);
  }
  return times;
}"""


def _figures(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95) - 1]
    return f"{name}: median {statistics.median(times):.1f} ms, p95 {p95:.1f} ms (N={len(times)})"


def _scan(page: Page, site: Site) -> None:
    page.goto(f"{site.origin}/verify/")
    page.locator(READY).wait_for()
    page.locator("#start").click()
    count = f"{MEASURES}.length"
    for done in range(1, SCANS + 2):
        while page.evaluate(count) < done:
            page.wait_for_timeout(20)
        page.locator("#next").click()
    times = page.evaluate(f"{MEASURES}.map((entry) => entry.duration)")
    print(_figures("frame to verdict", times[1:]))
    print(_figures("bare decode by zxing-wasm", page.evaluate(BARE, {"scans": SCANS})))


def _first_load(context: BrowserContext, site: Site, *, slow: bool) -> Page:
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes: list[float] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    if slow:
        session.send("Network.emulateNetworkConditions", SLOW)
    began = time.monotonic()
    page.goto(f"{site.origin}/verify/")
    page.locator(READY).wait_for()
    ready = time.monotonic() - began
    kind = "1.6 Mbit/s, 150 ms" if slow else "local"
    print(
        f"first load ({kind}): page ready after {ready:.2f} s, {sum(sizes) / 1000:.0f} kB for the page itself"
    )
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    held = time.monotonic() - began
    print(f"  everything for offline use held after {held:.2f} s (only the page's own line is slow)")
    return page


def _held(site: Site) -> str:
    """Add up what the first visit brings to the device, as it travels."""
    client = site.app.test_client()
    names = client.get("/verify/service-worker.js").text.partition("FILES = ")[2].partition(";")[0]
    paths = [*json.loads(names), "/verify/service-worker.js", "/trust/list.cwt", "/status/1.cwt"]
    sizes = [len(client.get(path, headers={"Accept-Encoding": "gzip"}).data) for path in paths]
    return f"first visit in all: {len(paths)} files, {sum(sizes) / 1000:.0f} kB compressed"


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        issuer = Issuer()
        public = issuer.publish(Path(folder) / "public")
        shot = film(Path(folder) / "card.mjpeg", issuer.token(portrait=make_small_portrait()))
        with running(create_app(make_runtime(public))) as site:
            _measure(playwright, site, shot)


def _measure(playwright: Playwright, site: Site, shot: Path) -> None:
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=[*camera, f"--use-file-for-fake-video-capture={shot}"]
    )
    _scan(browser.new_context().new_page(), site)
    _first_load(browser.new_context(), site, slow=True)
    context = browser.new_context()
    page = _first_load(context, site, slow=False)
    print(_held(site))
    page.reload()
    page.locator("body[data-ready=yes]").wait_for()
    site.stop()
    began = time.monotonic()
    page.reload()
    page.locator(READY).wait_for()
    print(f"second load with the server gone: page ready after {time.monotonic() - began:.2f} s")
    site.start(site.app)
    browser.close()


if __name__ == "__main__":
    main()
