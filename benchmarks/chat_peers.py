"""Other gateways for the same API: each in an environment of its own, with the version that is pinned here."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chat_tools import HOME, Missing, done
from benchmarks.chat_upstream import LOOPBACK, PATIENCE_S, listening, running
from reelwright_cli.suite.checks import free_ports

LITELLM, PORTKEY, TENSORZERO = "LiteLLM", "Portkey", "TensorZero"


@dataclass(frozen=True)
class Target:
    """Where a gateway takes chat completions, and what it must be told with each."""

    url: str
    model: str
    headers: dict[str, str] = field(default_factory=dict)


Peer = Callable[[str, Path], AbstractAsyncContextManager[Target]]
"""Runs a gateway to the API at the first argument, with its files in the second; raises Missing."""

LITELLM_CONFIG = """
model_list:
  - model_name: bench
    litellm_params: {{model: openai/bench, api_base: "{url}", api_key: none}}
"""
TENSORZERO_CONFIG = """
[gateway]
observability.enabled = false
[models.bench]
routing = ["upstream"]
[models.bench.providers.upstream]
type = "openai"
model_name = "bench"
api_base = "{url}/"
api_key_location = "none"
"""
# The wheel brings the gateway only inside of a client, which it gives the address.
TENSORZERO_PROGRAM = """
import asyncio, os, sys, openai, tensorzero
async def main(config, told):
    client = openai.AsyncOpenAI(api_key="none")
    patched = await tensorzero.patch_openai_client(client, config_file=config, async_setup=True)
    with open(told + ".part", "w") as file:
        file.write(str(patched.base_url))
    os.rename(told + ".part", told)
    await asyncio.Event().wait()
asyncio.run(main(*sys.argv[1:]))
"""


@contextlib.asynccontextmanager
async def litellm(url: str, directory: Path) -> AsyncIterator[Target]:
    """LiteLLM's proxy, one worker, as its command starts it."""
    python = await _python("litellm", "litellm[proxy]==1.106.12")
    config = directory / "litellm.yaml"
    config.write_text(LITELLM_CONFIG.format(url=url))
    [port], key = free_ports(1), f"sk-{secrets.token_hex(16)}"
    environment = _plain() | {"LITELLM_MASTER_KEY": key, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = (python.parent / "litellm", "--config", config, "--host", LOOPBACK, "--port", port)
    async with running(command, directory / "litellm.log", environment):
        await listening(port)
        bearer = {"authorization": f"Bearer {key}"}
        yield Target(f"http://{LOOPBACK}:{port}/v1/chat/completions", "bench", bearer)


@contextlib.asynccontextmanager
async def portkey(url: str, directory: Path) -> AsyncIterator[Target]:
    """Portkey's gateway on Node."""
    root = HOME / "portkey"
    package = root / "node_modules" / "@portkey-ai" / "gateway"
    if not package.is_dir():
        root.mkdir(parents=True, exist_ok=True)
        await done("npm", "install", "--prefix", root, "--no-audit", "--no-fund", "@portkey-ai/gateway@1.15.2")
    [port] = free_ports(1)
    command = ("node", "build/start-server.js", "--headless", f"--port={port}")
    async with running(command, directory / "portkey.log", _plain(), package):
        await listening(port)
        told = {"x-portkey-provider": "openai", "x-portkey-custom-host": url, "authorization": "Bearer none"}
        yield Target(f"http://{LOOPBACK}:{port}/v1/chat/completions", "bench", told)


@contextlib.asynccontextmanager
async def tensorzero(url: str, directory: Path) -> AsyncIterator[Target]:
    """TensorZero's gateway in Rust, without its observability, so that it needs no database."""
    python = await _python("tensorzero", "tensorzero==2026.6.0", "openai==3.57.0")
    config, told = directory / "tensorzero.toml", directory / "tensorzero.url"
    config.write_text(TENSORZERO_CONFIG.format(url=url))
    command = (python, "-W", "ignore", "-c", TENSORZERO_PROGRAM, config, told)
    async with running(command, directory / "tensorzero.log", _plain()):
        yield Target(f"{await _written(told)}chat/completions", "tensorzero::model_name::bench")


PEERS: dict[str, Peer] = {TENSORZERO: tensorzero, PORTKEY: portkey, LITELLM: litellm}


async def _python(name: str, *packages: str) -> Path:
    """The interpreter of an environment with exactly these packages of its own."""
    uv, root = (sys.executable, "-m", "uv"), HOME / name
    python, mark = root / "bin" / "python", root / "complete"
    if not mark.is_file() or mark.read_text().split() != list(packages):
        await done(*uv, "venv", "--quiet", "--clear", "--python", sys.executable, root)
        await done(*uv, "pip", "install", "--quiet", "--python", python, *packages)
        mark.write_text(" ".join(packages))
    return python


def _plain() -> dict[str, str]:
    """The environment without a way around through a proxy."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


async def _written(told: Path) -> str:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with contextlib.suppress(OSError):
                    return await asyncio.to_thread(told.read_text)
                await asyncio.sleep(0.1)
    raise Missing("did not say where it listens")
