"""A whole suite that asks for keys, behind a real Envoy: five services as processes, the adapters, one database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from tests.gateway.edge import adapters, envoy
from tests.kit.orders import new_job
from tests.processes import ServiceProcess

from reelwright_gateway.envoy import SERVICES
from reelwright_kit import database
from reelwright_kit.database import Pool
from reelwright_kit.jobs.store import JobStore

ADMIN_KEY = "the-first-key-of-the-edge-0123456789"

# A picture of one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f0005000"
    "1ff89993d1d0000000049454e44ae426082"
)


@dataclass(frozen=True)
class Keyed:
    """A running suite; `rest` speaks to Envoy."""

    port: int
    rest: httpx.AsyncClient
    pool: Pool

    async def key(self, **fields: Any) -> tuple[str, str]:
        """Id and secret of a new key."""
        made = await self.rest.post("/api/v1/keys", json={"name": "test"} | fields, headers=bearer(ADMIN_KEY))
        made.raise_for_status()
        return made.json()["key"]["id"], made.json()["secret"]

    async def revoke(self, key: str) -> None:
        """Ends a key."""
        (await self.rest.post(f"/api/v1/keys/{key}:revoke", json={}, headers=bearer(ADMIN_KEY))).raise_for_status()

    async def owned(self, tenant: str) -> dict[str, str]:
        """Ids of things of a tenant, by the API that shows them: a file, a job that nobody works on, a delivery..."""
        _, secret = await self.key(tenant=tenant)
        kept = await self.rest.post("/api/v1/assets?filename=p.png", content=PIXEL, headers=bearer(secret))
        job = await JobStore(self.pool).admit(tenant, new_job(prefix="img", app="nobody", queue="nobody.none"))
        async with self.pool.connection() as connection:
            await connection.execute(
                "insert into reelwright.webhook_deliveries (id, tenant, job, type, url, body, state)"
                " values (%s, %s, %s, 'job.succeeded', 'https://example.com', '{}', 'FAILED')",
                (f"dlv_{tenant}", tenant, job.id),
            )
        said = {"chat": {"messages": [{"role": "user", "content": "x"}]}}
        response = await self.rest.post("/api/v1/llm/responses", json=said, headers=bearer(secret))
        return {
            "AssetService": kept.json()["id"],
            "JobService": job.id,
            "WebhookService": f"dlv_{tenant}",
            "ResponseService": response.json()["id"],
        }


def bearer(secret: str) -> dict[str, str]:
    """Headers with a key."""
    return {"authorization": f"Bearer {secret}"}


@contextlib.asynccontextmanager
async def open_keyed(directory: Path, database_url: str) -> AsyncIterator[Keyed]:
    """A suite of its own, which knows ADMIN_KEY."""
    environment = {
        "REELWRIGHT_AUTH": "keys",
        "REELWRIGHT_ADMIN_KEY": ADMIN_KEY,
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": database_url,
        "REELWRIGHT_STORE_URL": f"file://{directory}/files",
        "REELWRIGHT_EXECUTOR_ID": "one",
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_DRAIN_S": "1",
    }
    async with contextlib.AsyncExitStack() as stack:
        services: dict[str, Any] = {}
        for name in SERVICES:
            # One after another, so that a busy machine needs patience for one at a time.
            process = await ServiceProcess.start(f"reelwright_{name}", environment)
            stack.push_async_callback(process.kill)
            services[name] = SimpleNamespace(port=int((await process.said("serving"))["port"]))
        behind = await stack.enter_async_context(adapters(services, asyncio.Event(), auth="keys", heartbeat_s=0.2))
        port, _ = await stack.enter_async_context(envoy(directory, services, behind))
        pool = await stack.enter_async_context(database.connect(database_url, 2))
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20)
        yield Keyed(port, await stack.enter_async_context(client), pool)
