"""One fake server for all tests, wiped between them; plain clients; a place for webhooks to arrive."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from tests.fakes.mailbox import Letter, Mailbox

from reelwright_fakes.testing import Fake, running


@pytest.fixture(scope="session")
def server() -> Iterator[Fake]:
    with running() as fake:
        yield fake


@pytest.fixture
def fake(server: Fake, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The server, as if just started. The SDKs obey proxy variables even for this machine."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    server.control.reset()
    return server


@pytest.fixture(scope="session")
def client(server: Fake) -> Iterator[httpx.Client]:
    headers = {"Authorization": "Bearer any"}
    with httpx.Client(base_url=server.address, headers=headers, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def http(fake: Fake, client: httpx.Client) -> httpx.Client:
    """A client that shows a key and never retries."""
    return client


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Where webhooks arrive."""
    box = Mailbox()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            box.letters.put(Letter(body, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    house = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    box.address = f"http://127.0.0.1:{house.server_port}/hook"
    thread = threading.Thread(target=house.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with contextlib.closing(house.socket):
        yield box
        house.shutdown()
        thread.join()
        house.server_close()
