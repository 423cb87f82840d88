"""Two whole chains behind a real Envoy: to the real llm service, and to one that answers as a test tells it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import openai
import pytest
import pytest_asyncio

from reelwright_fakes.testing import Fake, running
from reelwright_gateway.envoy import SERVICES
from reelwright_kit.client import IN_PROCESS
from tests.conformance.kept import Kept
from tests.conformance.programs import node_directory
from tests.conformance.scripted import Script, serving
from tests.gateway.edge import adapters, envoy, free_port
from tests.postgres import Postgres
from tests.processes import ServiceProcess

SILENCE_S = 0.1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The chains live as long as the session: so does the loop that serves them.
    for item in items:
        if "tests/conformance" in item.path.as_posix():
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass(frozen=True)
class Chain:
    """What clients are pointed at; `rest` speaks to Envoy."""

    url: str
    rest: httpx.AsyncClient


@contextlib.asynccontextmanager
async def chain_to(directory: Path, port: int) -> AsyncIterator[Chain]:
    """Envoy and the adapters before an llm service."""
    services: dict[str, Any] = {name: SimpleNamespace(port=port) for name in SERVICES}
    async with (
        adapters(services, asyncio.Event(), heartbeat_s=SILENCE_S) as behind,
        envoy(directory, services, behind) as (front, _),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{front}/v1", timeout=30) as rest,
    ):
        yield Chain(f"http://127.0.0.1:{front}/v1", rest)


GRPC, WITHIN = "grpc", "in-process"
WAYS = (GRPC, WITHIN)
"""How the dialect reaches the llm service; it cannot tell which."""


@contextlib.asynccontextmanager
async def housing(directory: Path, environment: Mapping[str, str], port: int) -> AsyncIterator[Chain]:
    """Envoy and adapters with an llm service in their process; the other services are asked at `port`."""
    others = {f"REELWRIGHT_{name.upper()}_ADDRESS": f"127.0.0.1:{port}" for name in (*SERVICES, "jobs")}
    own = {"REELWRIGHT_LLM_ADDRESS": IN_PROCESS, "REELWRIGHT_EXECUTOR_ID": "two", "REELWRIGHT_DRAIN_S": "1"}
    own["REELWRIGHT_HEARTBEAT_S"] = str(SILENCE_S)
    listen = {"REELWRIGHT_LISTEN": f"127.0.0.1:{free_port()}"}
    process = await ServiceProcess.start("reelwright_gateway", {**environment, **others, **own, **listen})
    services: dict[str, Any] = {name: SimpleNamespace(port=port) for name in SERVICES}
    try:
        behind = int((await process.said("serving"))["port"])
        async with (
            envoy(directory, services, behind) as (front, _),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{front}/v1", timeout=30) as rest,
        ):
            yield Chain(f"http://127.0.0.1:{front}/v1", rest)
    finally:
        await process.kill()


@contextlib.asynccontextmanager
async def real_chain(directory: Path, database_url: str, way: str = GRPC, **changed: str) -> AsyncIterator[Chain]:
    """The chain to the real service, whose environment may be changed."""
    environment = {
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": database_url,
        "REELWRIGHT_STORE_URL": f"file://{directory}/files",
        "REELWRIGHT_EXECUTOR_ID": "one",
        "REELWRIGHT_NOTICE_S": "0",
    }
    process = await ServiceProcess.start("reelwright_llm", environment | changed)
    try:
        port = int((await process.said("serving"))["port"])
        inside = housing(directory / "envoy", environment | changed, port)
        async with inside if way == WITHIN else chain_to(directory / "envoy", port) as opened:
            yield opened
    finally:
        await process.kill()


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=WAYS)
async def chain(
    request: pytest.FixtureRequest, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Chain]:
    """The chain to the real service with its local engine, in both ways."""
    async with real_chain(tmp_path_factory.mktemp("chain"), postgres.fresh(), request.param) as opened:
        yield opened


Asking = Callable[[dict[str, Any]], Awaitable[Any]]


@pytest.fixture(scope="session")
def session_kept() -> Kept:
    return Kept()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def scripted_chain(
    tmp_path_factory: pytest.TempPathFactory, session_kept: Kept
) -> AsyncIterator[tuple[Chain, Script]]:
    script = Script()
    async with serving(script, session_kept) as port, chain_to(tmp_path_factory.mktemp("scripted"), port) as opened:
        yield opened, script


@pytest.fixture
def scripted(scripted_chain: tuple[Chain, Script]) -> tuple[Chain, Script]:
    """The chain to a service that answers as told, and what tells it."""
    scripted_chain[1].forget()
    return scripted_chain


@pytest.fixture
def script(scripted: tuple[Chain, Script]) -> Script:
    """What tells the service at the end of `scripted` how to answer."""
    return scripted[1]


@pytest.fixture
def kept(session_kept: Kept) -> Kept:
    """What tells the ResponseService at the end of `scripted` how to answer."""
    session_kept.forget()
    return session_kept


@pytest.fixture
def scripted_rest(scripted: tuple[Chain, Script]) -> Any:
    """HTTP to the service that answers as told."""
    return scripted[0].rest


@pytest.fixture
def asked_json(scripted_rest: httpx.AsyncClient) -> Asking:
    """Asks for a response and gives the answer as it came."""

    async def ask(asked: dict[str, Any]) -> Any:
        answer = await scripted_rest.post("responses", json={"model": "acme/writer", "input": "Hi"} | asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest_asyncio.fixture(loop_scope="session")
async def sdk(chain: Chain) -> AsyncIterator[openai.AsyncOpenAI]:
    """The SDK as it comes, at the real service."""
    async with openai.AsyncOpenAI(base_url=chain.url, api_key="none") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def told(scripted: tuple[Chain, Script]) -> AsyncIterator[openai.AsyncOpenAI]:
    """The SDK as it comes, at the service that answers as told."""
    async with openai.AsyncOpenAI(base_url=scripted[0].url, api_key="none") as client:
        yield client


@pytest.fixture(scope="session")
def vendor() -> Iterator[Fake]:
    """The vendor's stand-in."""
    with running() as fake:
        yield fake


def environment_of(vendor: Fake) -> dict[str, str]:
    """What points an llm service at it."""
    return {
        "OPENAI_API_KEY": "sk-any",
        "OPENAI_BASE_URL": vendor.bases("openai")["base_url"],
        "REELWRIGHT_LLM_ALIASES": "best=openai/gpt-4.1",
        "REELWRIGHT_UNKNOWN_PRICE": "allow",
        "REELWRIGHT_LLM_BREAKER_FAILURES": "1000",
        "NO_PROXY": "127.0.0.1",
    }


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=WAYS)
async def paid(
    request: pytest.FixtureRequest, vendor: Fake, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Chain]:
    """The chain to it, in both ways."""
    directory, environment = tmp_path_factory.mktemp("paid"), environment_of(vendor)
    async with real_chain(directory, postgres.fresh(), request.param, **environment) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def client(paid: Chain, vendor: Fake) -> AsyncIterator[openai.AsyncOpenAI]:
    """The SDK at the vendor's stand-in, which has forgotten everything."""
    vendor.control.reset()
    async with openai.AsyncOpenAI(base_url=paid.url, api_key="none", max_retries=0) as opened:
        yield opened


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the Node SDK."""
    for needed in ("node", "npm"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed here")
    return node_directory(tmp_path_factory.mktemp("node") / "client")
