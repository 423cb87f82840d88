"""The use-case: responses made while the caller stays, or on their own, got, watched, cancelled and deleted."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit import caller
from reelwright_kit.access.errors import ScopeMissing
from reelwright_kit.calling import refused
from reelwright_kit.database import outlasting
from reelwright_kit.errors import AppError, FieldInvalid, RequestIdReused, Unexpected
from reelwright_kit.ids import new_id
from reelwright_kit.jobs.rendering import digest_of
from reelwright_llm.responses.errors import ResponseNotBackground
from reelwright_llm.responses.making import Making
from reelwright_llm.responses.news import News
from reelwright_llm.responses.store import Held, Record, ResponseStore
from reelwright_llm.responses.task import Order, Task
from reelwright_llm.responses.working import Workers

Batches = AsyncGenerator[list[pb.ResponseEvent]]


class Responding:
    """Makes and keeps responses for tenants."""

    def __init__(
        self, making: Making, store: ResponseStore, news: News, workers: Workers, join_window_s: float
    ) -> None:
        self._making = making
        self._store = store
        self._news = news
        self._workers = workers
        self._join_window_s = join_window_s

    async def create(self, request: pb.CreateResponseRequest) -> pb.Response:
        """The response when it has ended; with `background`, as it was accepted."""
        order = await self._order(request)
        if not order.logged:
            return await self._whole(order)
        accepted = await self._accepted(order)
        if request.background:
            return accepted
        return await self._waited_for(order.tenant, accepted.id)

    async def stream(self, request: pb.CreateResponseRequest) -> Batches:
        """The events as they happen."""
        order = await self._order(request)
        events = self._streamed(order) if not order.logged else self._followed(order)
        async with contextlib.aclosing(events):
            async for told in events:
                yield told

    async def get(self, response: str) -> Record:
        """One response; raises ResponseNotFound."""
        return await self._store.get(caller.current().tenant, response)

    async def watch(self, response: str, after: int) -> Batches:
        """The events of a logged response after number `after`; raises ResponseNotFound and ResponseNotBackground."""
        if not (await self.get(response)).logged:
            raise ResponseNotBackground(response, "watched")
        async with contextlib.aclosing(self._news.watch(caller.current().tenant, response, after)) as events:
            async for told in events:
                yield told

    async def cancel(self, response: str) -> Record:
        """The response, which has ended; raises ResponseNotFound and ResponseNotBackground."""
        record = await self._store.cancel(caller.current().tenant, response)
        if not record.logged:
            raise ResponseNotBackground(response, "cancelled")
        return record

    async def delete(self, response: str) -> None:
        """Removes a response; raises ResponseNotFound."""
        await self._store.delete(caller.current().tenant, response)

    async def _order(self, request: pb.CreateResponseRequest) -> Order:
        known = caller.current()
        if request.HasField("image_tool") and "image" not in known.scopes:
            raise ScopeMissing("image")
        history: list[llm.Message] = []
        if request.previous:
            before = await self._store.get(known.tenant, request.previous)
            if not before.ended:
                raise FieldInvalid("previous", f"{request.previous} has not ended; wait for it")
            history = list(before.conversation)
        # What outlives its caller, and what may be asked for again, is written down from the beginning.
        logged = request.background or bool(request.request_id) or request.HasField("image_tool")
        digest = digest_of(request)
        order = Order(
            new_id("resp"), known.tenant, known.key, known.call_id, request, digest, history, request.request_id, logged
        )
        self._making.check(order)
        return order

    async def _accepted(self, order: Order) -> pb.Response:
        """The response of `order`, which this process works on; or the one that was accepted for it before."""
        if before := await self._before(order):
            return before
        task = Task.new(order)
        task.queue()
        accepted = pb.Response()
        accepted.CopyFrom(task.response)
        if await self._store.add(task, task.teller.take()):
            await self._workers.take_on(Held(task, 1))
            return accepted
        again = await self._before(order)
        if again is None:
            raise Unexpected(request_id=order.call_id)
        return again

    async def _before(self, order: Order) -> pb.Response | None:
        if order.request_id:
            found = await self._store.known(order.tenant, order.request_id)
        elif caller.current().retries:
            # SDKs ask again on their own, without saying that it is the same.
            found = await self._store.recent(order, self._join_window_s)
        else:
            found = None
        if found is None:
            return None
        response, digest = found
        if digest != order.digest:
            raise RequestIdReused(order.request_id, "response", response)
        caller.mark_replayed()
        return await self._store.response(order.tenant, response)

    async def _waited_for(self, tenant: str, response: str) -> pb.Response:
        # It goes on when the caller leaves: what was asked for is paid for, and the caller may come back.
        async with contextlib.aclosing(self._news.watch(tenant, response)) as events:
            async for _ in events:
                pass
        made = await outlasting(lambda: self._store.response(tenant, response))
        if made.state == pb.RESPONSE_STATE_FAILED and not made.output:
            raise refused(made.error)
        return made

    async def _followed(self, order: Order) -> Batches:
        accepted = await self._accepted(order)
        async with contextlib.aclosing(self._news.watch(order.tenant, accepted.id)) as events:
            async for told in events:
                yield told

    async def _whole(self, order: Order) -> pb.Response:
        task = Task.new(order)
        task.start()
        async with contextlib.aclosing(self._making.events(task)) as events:
            async for _ in events:
                task.teller.take()
        task.end()
        await self._keep(task)
        return task.response

    async def _streamed(self, order: Order) -> Batches:
        task = Task.new(order)
        task.start()
        begun = False
        try:
            async with contextlib.aclosing(self._making.events(task)) as events:
                async for told in events:
                    begun = True
                    yield told
            task.end()
        except AppError as error:
            if not begun:
                raise
            task.fail(error)
        await self._keep(task)
        yield task.teller.take()

    async def _keep(self, task: Task) -> None:
        """Keeps a response that has ended, also when the database is away for a while: it was paid for."""
        if task.order.stored:
            await outlasting(lambda: self._store.add(task, ()))
