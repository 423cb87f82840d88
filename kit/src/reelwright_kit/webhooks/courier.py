"""The courier: takes deliveries that are due, sends them, and says when to try again; runs in every service process."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence

from reelwright_kit import logs
from reelwright_kit.database import LOST, connect_alone, outlasting
from reelwright_kit.webhooks.model import DeliveryRecord, DeliveryState
from reelwright_kit.webhooks.sending import Sender, Sent
from reelwright_kit.webhooks.store import CHANNEL, WebhookStore

log = logs.logger(__name__)

SCHEDULE_S = (0, 5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)
"""Pause before each try, the first one among them: ten tries in about 16 hours."""
JITTER = 0.2
"""A pause becomes longer by up to this part of itself, so that receivers that came back are not all told at once."""
MAX_RETRY_AFTER_S = 3600.0
LEASE_S = 60.0
"""How long a process has a delivery for itself; four times what a try may take."""
CONCURRENCY = 8
"""Tries at a time in one process."""

GONE = 410

_SHORTEST_S, _LONGEST_S = 0.25, 30.0
_PARTING_S = 5.0


class Courier:
    """Delivers the webhooks of all tenants, at least once, beside the couriers of other processes."""

    def __init__(
        self,
        url: str,
        store: WebhookStore,
        sender: Sender,
        *,
        schedule_s: Sequence[float] = SCHEDULE_S,
        lease_s: float = LEASE_S,
        concurrency: int = CONCURRENCY,
    ) -> None:
        self._url = url
        self._store = store
        self._sender = sender
        self._schedule_s = tuple(schedule_s)
        self._lease_s = lease_s
        self._concurrency = concurrency
        self._news = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Delivers while the block runs; tries that are under way then get five seconds to end."""
        tasks = [
            asyncio.create_task(self._listen_for_ever(), name="webhook-news"),
            asyncio.create_task(self._deliver_for_ever(), name="webhook-courier"),
        ]
        try:
            yield
        finally:
            await _ended(tasks)
            if self._sending:
                await asyncio.wait(self._sending, timeout=_PARTING_S)
            await _ended(list(self._sending))

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with await connect_alone(self._url) as connection:
                    await connection.execute(f"listen {CHANNEL}".encode())
                    self._news.set()
                    async for _ in connection.notifies():
                        self._news.set()
            except LOST as error:
                log.warning("webhook_news_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _deliver_for_ever(self) -> None:
        while True:
            self._news.clear()
            try:
                pause_s = await outlasting(self._round)
            except Exception as error:
                # A courier that ends would be missed by nobody.
                log.exception("webhook_courier_crashed", error=type(error).__name__)
                pause_s = _LONGEST_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._news.wait()

    async def _round(self) -> float:
        """Takes what is due and fits; returns for how many seconds there is nothing to do unless there is news."""
        free = self._concurrency - len(self._sending)
        taken = await self._store.take(free, self._lease_s) if free else ()
        for delivery in taken:
            task = asyncio.create_task(self._deliver(delivery), name=delivery.id)
            self._sending.add(task)
            task.add_done_callback(self._on_done)
        if len(self._sending) >= self._concurrency:
            # The first try to end is news.
            return _LONGEST_S
        if len(taken) == free:
            return 0.0
        next_s = await self._store.next_due_s()
        # What is overdue and was not taken is being taken by somebody else this very moment.
        return _LONGEST_S if next_s is None else min(max(next_s, _SHORTEST_S), _LONGEST_S)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        if len(self._sending) == self._concurrency:
            self._news.set()
        self._sending.discard(task)

    async def _deliver(self, delivery: DeliveryRecord) -> None:
        try:
            # The database is asked before anything is sent, so this sends once.
            sent = await outlasting(
                lambda: self._sender.send(delivery.tenant, delivery.url, delivery.id, delivery.body)
            )
            state, pause_s = self._outcome(delivery, sent)
            await outlasting(lambda: self._store.settle(delivery, sent.attempt, state, pause_s))
        except Exception as error:
            # It is due again when the lease ends.
            log.exception("webhook_crashed", delivery=delivery.id, error=type(error).__name__)
            return
        said = log.warning if state is DeliveryState.FAILED else log.info
        said("webhook_tried", delivery=delivery.id, job=delivery.job, state=state.value, status=sent.attempt.status)

    def _outcome(self, delivery: DeliveryRecord, sent: Sent) -> tuple[DeliveryState, float | None]:
        if sent.attempt.delivered:
            return DeliveryState.DELIVERED, None
        tries = delivery.tries + 1
        if sent.attempt.status == GONE or tries >= len(self._schedule_s):
            return DeliveryState.FAILED, None
        pause_s = self._schedule_s[tries] * random.uniform(1, 1 + JITTER)
        return DeliveryState.PENDING, max(pause_s, min(sent.retry_after_s, MAX_RETRY_AFTER_S))


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
