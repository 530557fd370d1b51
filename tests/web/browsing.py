"""A real server on a free port and a real browser, for tests of pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from playwright.sync_api import Browser, Playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from idsvc.web.app import Application


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - Werkzeug's name
        pass


class Site:
    """One application behind a real socket; it can be stopped and started again on the same port."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        self.port = self._server.server_port
        self._run()

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def _run(self) -> None:
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def start(self, app: Application) -> None:
        self.app = app
        self._server = make_server("127.0.0.1", self.port, app, threaded=True, request_handler=_Quiet)
        self._run()


@contextmanager
def running(app: Application) -> Iterator[Site]:
    site = Site(app)
    try:
        yield site
    finally:
        site.stop()


def launch(playwright: Playwright, *flags: str) -> Browser:
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(flags))
