"""The gateway as users run it, in both ways: Envoy and the parts behind it, by the table of `reelwright up`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from benchmarks.chat_upstream import Upstream
from benchmarks.stage import NewsBoard
from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite.checks import free_ports
from reelwright_cli.suite.parts import EDGE, Part, lay_out
from reelwright_cli.suite.supervisor import Supervisor, Watched

ADAPTERS, LLM = "adapters", "llm"
WORKERS = "2"

# What the benchmark's own models cost; the one with a price costs little enough never to be refused.
PRICES = """
[[price]]
model = "openai/*"
from = 2026-01-01
source = "The benchmark's own."
free = true

[[price]]
model = "fast/*"
from = 2026-01-01
source = "The benchmark's own."
free = true

[[price]]
model = "openai/paid"
from = 2026-01-01
source = "The benchmark's own."
micros_per_million_input_tokens = 1_000_000
micros_per_million_output_tokens = 1_000_000
"""
FREE, PAID, STREAMED = "openai/free", "openai/paid", "fast/"


@dataclass(frozen=True)
class Gateway:
    """A running gateway."""

    port: int
    parts: tuple[Watched, ...]

    @property
    def url(self) -> str:
        """Where chat completions are taken."""
        return f"http://127.0.0.1:{self.port}/v1/chat/completions"

    def cpu_s(self, *, edge: bool) -> float:
        """Processor time that Envoy has used so far, or all the other parts together."""
        chosen = (one for one in self.parts if (one.part.name == EDGE) is edge)
        return sum(_used(one.process.pid) for one in chosen if one.process)


@contextlib.asynccontextmanager
async def gateway(
    directory: Path, database_url: str, upstream: Upstream, *, in_process: bool
) -> AsyncIterator[Gateway]:
    """Envoy, the adapters and the llm service, in the process of the adapters or in its own."""
    await asyncio.to_thread(directory.mkdir)
    [port] = free_ports(1)
    parts = lay_out(SuiteSettings(port=port, data_dir=str(directory)), directory, database_url)
    names = (ADAPTERS, EDGE) if in_process else (LLM, ADAPTERS, EDGE)
    prices = directory / "prices.toml"
    prices.write_text(PRICES)
    changed = {
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": upstream.fixed,
        "FAST_LLM_BASE_URL": upstream.streaming,
        "REELWRIGHT_PRICES": str(prices),
        "REELWRIGHT_WORKERS": WORKERS,
    }
    board = NewsBoard()
    chosen = [_changed(part, changed, in_process=in_process) for part in parts if part.name in names]
    supervisor = Supervisor(chosen, directory / "logs", board.changed)
    board.show(supervisor.watched)
    async with supervisor.running():
        await supervisor.all_well()
        yield Gateway(port, tuple(supervisor.watched))


def _changed(part: Part, changed: Mapping[str, str], *, in_process: bool) -> Part:
    own = {"REELWRIGHT_LLM_ADDRESS": "in-process", "REELWRIGHT_EXECUTOR_ID": "adapters-0"}
    inside = own if in_process and part.name == ADAPTERS else {}
    return replace(part, environment={**part.environment, **changed, **inside})


def _used(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(_seconds([process, *process.children(recursive=True)]))


def _seconds(processes: Iterable[psutil.Process]) -> Iterable[float]:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            yield times.user + times.system
