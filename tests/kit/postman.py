"""A courier without a service around it: started by tests as a process of its own."""

from __future__ import annotations

import asyncio
import os

import structlog

from reelwright_kit import database, logs
from reelwright_kit.addresses import AddressRules
from reelwright_kit.fetching import Fetcher
from reelwright_kit.webhooks.courier import Courier
from reelwright_kit.webhooks.sending import Sender
from reelwright_kit.webhooks.store import WebhookStore


async def main() -> None:
    """Delivers until it is killed."""
    url, lease_s = os.environ["REELWRIGHT_DATABASE_URL"], float(os.environ["POSTMAN_LEASE_S"])
    logs.configure("postman", "info")
    async with database.connect(url, 4) as pool:
        store = WebhookStore(pool)
        sender = Sender(store, Fetcher(AddressRules.parse(True, "", "127.0.0.0/8")))
        async with Courier(url, store, sender, lease_s=lease_s).running():
            structlog.get_logger("postman").info("on_the_way")
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
