"""Works on logged responses: those accepted here, and those whose process is gone; one worker writes each."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit import caller, logs
from reelwright_kit.database import LOST, outlasting
from reelwright_kit.errors import AppError, Unexpected
from reelwright_llm.responses.drawing import Drawing
from reelwright_llm.responses.making import Making
from reelwright_llm.responses.news import News
from reelwright_llm.responses.store import LEASE_S, MOST_ATTEMPTS, Held, ResponseStore
from reelwright_llm.responses.task import state_name

log = logs.logger(__name__)

WRITE_EVERY_S = 0.1
"""How often at most the events of a response are written down, those that came meanwhile together."""
MOST_RUNNING = 256
"""Logged responses that one process works on at a time; more of them wait."""
REMOVE_EVERY_S = 600.0


class _Lost(Exception):
    """Another worker has the response, or nobody wants it any more."""


class _Journal:
    """Writes down what happens in one response."""

    def __init__(self, store: ResponseStore, held: Held) -> None:
        self._store = store
        self._held = held
        self._pending: list[pb.ResponseEvent] = []
        self._come = asyncio.Event()
        self._closing = asyncio.Event()

    def add(self, events: list[pb.ResponseEvent]) -> None:
        self._pending += events
        self._come.set()

    def close(self) -> None:
        self._closing.set()
        self._come.set()

    async def writing(self) -> None:
        """Writes what comes, the first at once, until all is written and the journal closed; raises _Lost."""
        while True:
            await self._come.wait()
            self._come.clear()
            closing = self._closing.is_set()
            await self._write()
            if closing:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WRITE_EVERY_S):
                    await self._closing.wait()

    async def _write(self) -> None:
        events, self._pending = self._pending, []
        if events and not await outlasting(lambda: self._store.write(self._held, events)):
            raise _Lost


class Workers:
    """The responses that this process works on."""

    def __init__(
        self,
        store: ResponseStore,
        news: News,
        making: Making,
        drawing: Drawing,
        *,
        age_s: float,
        key_age_s: float,
        lease_s: float = LEASE_S,
    ) -> None:
        self._store = store
        self._making = making
        self._drawing = drawing
        self._ages = (age_s, key_age_s)
        self._lease_s = lease_s
        self._running: dict[str, tuple[Held, asyncio.Task[None]]] = {}
        self._unwanted: set[str] = set()
        news.on_change(self._on_change)

    async def take_on(self, held: Held) -> None:
        """Works on a response that was accepted here, or leaves it to be taken when there is room."""
        if len(self._running) < MOST_RUNNING:
            self.begin(held)
        else:
            await self._store.release(held)

    def begin(self, held: Held) -> None:
        """Works on a response from now on."""
        response = held.task.order.id
        task = asyncio.create_task(self._work(held), name=response)
        self._running[response] = (held, task)
        task.add_done_callback(lambda _: self._forget(held))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Takes over what others have left while the block runs; what is left at its end goes on elsewhere."""
        tasks = [
            asyncio.create_task(self._look_for_ever(), name="response-leases"),
            asyncio.create_task(self._remove_for_ever(), name="response-retention"),
        ]
        try:
            yield
        finally:
            working = [task for _, task in self._running.values()]
            for task in (*tasks, *working):
                task.cancel()
            await asyncio.gather(*tasks, *working, return_exceptions=True)

    def _forget(self, held: Held) -> None:
        response = held.task.order.id
        known = self._running.get(response)
        if known and known[0] is held:
            del self._running[response]
        self._unwanted.discard(response)

    def _on_change(self, response: str, state: str) -> None:
        if state in ("CANCELLED", "DELETED"):
            self._dismiss(response)

    def _dismiss(self, response: str) -> None:
        if known := self._running.get(response):
            self._unwanted.add(response)
            known[1].cancel()

    async def _work(self, held: Held) -> None:
        order = held.task.order
        caller.become(caller.Caller(order.tenant, order.call_id, key=order.key))
        try:
            await self._make(held)
        except _Lost:
            log.info("response_left", response=order.id)
        except asyncio.CancelledError:
            if order.id in self._unwanted:
                await self._drawing.withdraw(held.task)
            else:
                with contextlib.suppress(*LOST):
                    await self._store.release(held)
            raise

    async def _make(self, held: Held) -> None:
        journal = _Journal(self._store, held)
        making = asyncio.create_task(self._made(held, journal))
        writing = asyncio.create_task(journal.writing())
        try:
            await writing
        finally:
            making.cancel()
            writing.cancel()
            await asyncio.gather(making, writing, return_exceptions=True)
        log.info("response_ended", response=held.task.order.id, state=state_name(held.task.response))

    async def _made(self, held: Held, journal: _Journal) -> None:
        task = held.task
        try:
            if held.attempt > MOST_ATTEMPTS:
                log.error("response_given_up", response=task.order.id, attempts=MOST_ATTEMPTS)
                raise Unexpected(request_id=task.order.call_id)
            task.teller.break_off()
            task.start()
            journal.add(task.teller.take())
            async with contextlib.aclosing(self._making.events(task)) as events:
                async for told in events:
                    journal.add(told)
            task.end()
        except AppError as error:
            task.fail(error)
        except Exception as error:
            log.exception("response_crashed", response=task.order.id, error=type(error).__name__)
            task.fail(Unexpected(request_id=task.order.call_id))
        finally:
            journal.add(task.teller.take())
            journal.close()

    async def _look_for_ever(self) -> None:
        while True:
            try:
                await self._look()
            except LOST as error:
                log.warning("database_unreachable", error=type(error).__name__)
            await asyncio.sleep(self._lease_s / 3)

    async def _look(self) -> None:
        """Says which are worked on here, leaves those that are not ours any more, and takes what nobody works on."""
        known = dict(self._running)
        ours = await self._store.renew(list(known))
        for response, (held, running) in known.items():
            if ours.get(response) != held.attempt:
                running.cancel()
        if room := MOST_RUNNING - len(self._running):
            for held in await self._store.take(room):
                log.warning("response_taken_over", response=held.task.order.id, attempt=held.attempt)
                self.begin(held)

    async def _remove_for_ever(self) -> None:
        while True:
            with contextlib.suppress(*LOST):
                await self._store.remove_old(*self._ages)
            await asyncio.sleep(REMOVE_EVERY_S)
