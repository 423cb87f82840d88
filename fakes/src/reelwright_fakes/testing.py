"""Starts a fake inside a test process and stops it again."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reelwright_fakes.control import Control
from reelwright_fakes.serving import Server, address_of, listen
from reelwright_fakes.vendors import VENDORS
from reelwright_fakes.world import World


@dataclass(frozen=True)
class Fake:
    """A running server: its address, like `http://127.0.0.1:40123`, and its control."""

    address: str
    control: Control

    def bases(self, vendor: str) -> Mapping[str, str]:
        """The base addresses of a vendor by the names the documentation gives them; raises KeyError."""
        found = {one.name: one for one in VENDORS}[vendor]
        return {name: self.address + path for name, path in found.bases.items()}


@contextlib.contextmanager
def running(*, host: str = "127.0.0.1", port: int = 0) -> Iterator[Fake]:
    """A server in a thread of this process, on a free loopback port; it answers as soon as this yields."""
    listening = listen(host, port)
    server = Server(World())
    thread = threading.Thread(target=server.run, args=([listening],), name="reelwright-fakes", daemon=True)
    thread.start()
    address = address_of(listening)
    try:
        with Control(address) as control:
            yield Fake(address, control)
    finally:
        server.should_exit = True
        thread.join()
