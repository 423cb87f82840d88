"""The `demo` command: a suite of its own, one film, and nothing left behind but the film."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import msgspec
from rich.console import Console

from reelwright.story.v1 import story_service_pb2 as pb
from reelwright_cli.connection import connected
from reelwright_cli.films import make_film
from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite.checks import free_ports
from reelwright_cli.suite.running import suite
from reelwright_cli.suite.table import StatusBoard


async def demo(settings: SuiteSettings, prompt: str, out: Path, console: Console) -> None:
    """Starts a suite on a free port with an empty data directory, makes a film of `prompt`, and stops everything."""
    with tempfile.TemporaryDirectory(prefix="reelwright-demo-", ignore_cleanup_errors=True) as data:
        # Nobody goes on with its jobs, so nobody would need the answers of providers; and nobody else calls it.
        own = msgspec.structs.replace(settings, port=free_ports(1)[0], data_dir=data, hand_over_s=0.0, auth="off")
        console.print("Starting the suite: PostgreSQL, five services, the HTTP adapters and Envoy", highlight=False)
        async with suite(own, StatusBoard(Console(quiet=True), "")), connected(f"127.0.0.1:{own.port}") as behind:
            console.print(f"Ready on http://127.0.0.1:{own.port}. Making a film of: {prompt}", highlight=False)
            began = time.monotonic()
            directory = await make_film(behind, pb.MakeFilmRequest(prompt=prompt), out, console)
            seconds = time.monotonic() - began
        console.print(f"\nThe film took {seconds:.0f} s. It is here:", highlight=False)
        for path in sorted(directory.iterdir()):
            console.print(f"  {path}  {path.stat().st_size / 1024:,.0f} KiB", highlight=False, soft_wrap=True)
