"""The llm service as a process that asks vendors which are played on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright.llm.v1 import responses_service_pb2_grpc as responses_rpc
from reelwright_fakes.control import Control
from reelwright_fakes.testing import Fake, running
from tests.postgres import Postgres
from tests.processes import ServiceProcess

PRICES = """
[[price]]
model = "openai/*"
from = 2026-01-01
source = "A test."
micros_per_million_input_tokens = 2_000_000
micros_per_million_cached_input_tokens = 500_000
micros_per_million_output_tokens = 10_000_000

[[price]]
model = "anthropic/*"
from = 2026-01-01
source = "A test."
micros_per_million_input_tokens = 2_000_000
micros_per_million_cached_input_tokens = 0
micros_per_million_output_tokens = 10_000_000
"""
TIGHT = {
    "REELWRIGHT_LLM_CONCURRENT": "1",
    "REELWRIGHT_LLM_BREAKER_FAILURES": "2",
    "REELWRIGHT_LLM_BREAKER_PAUSE_S": "600",
}


@dataclass(frozen=True)
class Desk:
    """The service's stub, the control of the vendors behind it, and the process."""

    llm: rpc.LlmServiceAsyncStub
    responses: responses_rpc.ResponseServiceAsyncStub
    assets: assets_service_pb2_grpc.AssetServiceAsyncStub
    vendors: Control
    process: ServiceProcess
    database: str


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    """The vendors."""
    with running() as played:
        yield played


def settings(fake: Fake, database: str, store: Path) -> dict[str, str]:
    """The environment of a service that has a key for every vendor."""
    prices = store / "prices.toml"
    prices.write_text(PRICES)
    return {
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": database,
        "REELWRIGHT_STORE_URL": store.as_uri(),
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_DRAIN_S": "1",
        "REELWRIGHT_PRICES": str(prices),
        "REELWRIGHT_UNKNOWN_PRICE": "allow",
        "REELWRIGHT_LLM_BREAKER_FAILURES": "1000",
        "REELWRIGHT_LLM_ALIASES": "quick=openai/gpt-4.1-mini",
        "REELWRIGHT_LLM_FALLBACKS": "openai/no-such-model>azure/spare,openai/first>fast/second",
        "OPENAI_API_KEY": "sk-right",
        "OPENAI_BASE_URL": f"{fake.address}/openai/v1",
        "AZURE_OPENAI_API_KEY": "fake",
        "AZURE_OPENAI_ENDPOINT": f"{fake.address}/azure",
        "OPENAI_API_VERSION": "2026-10-01",
        "AZURE_OPENAI_DEPLOYMENTS": "spare",
        "FAST_LLM_API_KEY": "fake",
        "FAST_LLM_BASE_URL": f"{fake.address}/openai/v1",
        "FAST_LLM_MODELS": "qwen",
        "ANTHROPIC_API_KEY": "fake",
        "ANTHROPIC_BASE_URL": f"{fake.address}/anthropic",
        "GEMINI_API_KEY": "fake",
        "GOOGLE_GEMINI_BASE_URL": f"{fake.address}/gemini",
    }


async def started(fake: Fake, database: str, environment: dict[str, str]) -> AsyncIterator[Desk]:
    """A service with this environment, until the test is over."""
    process = await ServiceProcess.start("reelwright_llm", environment)
    try:
        async with process.channel() as channel:
            assets = assets_service_pb2_grpc.AssetServiceStub(channel)
            responses = responses_rpc.ResponseServiceStub(channel)
            yield Desk(rpc.LlmServiceStub(channel), responses, assets, fake.control, process, database)
    finally:
        await process.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def serving(fake: Fake, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One service for the tests of a file."""
    database = postgres.fresh()
    async for desk in started(fake, database, settings(fake, database, tmp_path_factory.mktemp("llm"))):
        yield desk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def serving_tight(
    fake: Fake, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """One that asks a vendor for one thing at a time and gives it up after two failures."""
    database = postgres.fresh()
    environment = settings(fake, database, tmp_path_factory.mktemp("tight")) | TIGHT
    async for desk in started(fake, database, environment):
        yield desk


@pytest.fixture
def desk(serving: Desk) -> Desk:
    """The service, with vendors that remember nothing."""
    serving.vendors.reset()
    return serving


@pytest.fixture
def tight(serving_tight: Desk) -> Desk:
    """The narrow service, with vendors that remember nothing."""
    serving_tight.vendors.reset()
    return serving_tight
