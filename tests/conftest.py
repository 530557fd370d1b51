"""What every test shares: the marker that skips, by count, what this machine cannot run."""

import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import settings
from playwright.sync_api import Playwright, sync_playwright

_HOW: dict[str, str] = {
    "chromium": "apt-get install chromium",
    "postgresql": "start PostgreSQL on 127.0.0.1:5432, or name another by IDSVC_TEST_POSTGRES",
    "postgres-server": "apt-get install postgresql (its initdb and pg_ctl are used for private clusters)",
    "softhsm2-util": "apt-get install softhsm2",
    "ippeveprinter": "apt-get install cups-ipp-utils avahi-daemon dbus",
    "ffmpeg": "apt-get install ffmpeg",
    "msgfmt": "apt-get install gettext",
    "strace": "apt-get install strace",
    "node": "apt-get install nodejs npm",
    "pdftoppm": "apt-get install poppler-utils",
    "interop": "run scripts/setup_interop",
    "schemathesis": "run scripts/setup_interop",
}

# A busy machine is no failure; what must be fast is measured in scripts/bench.
settings.register_profile("tree", deadline=None)
settings.load_profile("tree")


def _postgres_answers() -> bool:
    url = urlsplit(os.environ.get("IDSVC_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432"))
    try:
        with socket.create_connection((url.hostname or "127.0.0.1", url.port or 5432), timeout=2):
            return True
    except OSError:
        return False


def _present(tool: str, root: pytest.Config) -> bool:
    if tool == "postgresql":
        return _postgres_answers()
    if tool == "postgres-server":
        return bool(list((root.rootpath.__class__("/usr/lib/postgresql")).glob("*/bin/initdb")))
    if tool in ("interop", "schemathesis"):
        return (root.rootpath / ".venv-interop" / "bin" / "python").exists()
    return shutil.which(tool) is not None or shutil.which(tool, path="/usr/sbin:/sbin") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip and count what needs a missing tool; with CI=true nothing is skipped, so it fails by itself.

    Outside tests/storage and tests/audit the fast part runs on SQLite, the slow part on PostgreSQL too.
    """
    for item in items:
        on_postgresql = "postgresql" in item.name.partition("[")[2]
        if on_postgresql and not {"storage", "audit"} & set(item.path.parts):
            item.add_marker(pytest.mark.slow)
    if os.environ.get("CI") == "true":
        return
    known: dict[str, bool] = {}
    for item in items:
        for marker in item.iter_markers("needs"):
            tool = str(marker.args[0])
            if tool not in _HOW:
                raise pytest.UsageError(f"needs({tool!r}) names a tool that tests/conftest.py does not know")
            if tool not in known:
                known[tool] = _present(tool, config)
            if not known[tool]:
                item.add_marker(pytest.mark.skip(reason=f"{tool} is missing; {_HOW[tool]}"))


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Give the one driver of browsers: a second in the same process refuses to start beside it."""
    with sync_playwright() as started:
        yield started


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every missing tool in one line, with how to get it and how many tests it costs."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", [])
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} tests skipped: {reason}")
