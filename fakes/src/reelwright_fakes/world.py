"""Everything one server knows and does beside answering: time, money, files, webhooks and work under way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine

import httpx

from reelwright_fakes.clock import Clock
from reelwright_fakes.events import Events, Kind
from reelwright_fakes.files import Files
from reelwright_fakes.ledger import Ledger, Submission
from reelwright_fakes.scenarios import Scenarios
from reelwright_fakes.signal import Signal
from reelwright_fakes.vendor import Delivery

WEBHOOK_TIMEOUT_S = 15.0


class World:
    """The state of one server; touched from the server's own loop only."""

    def __init__(self) -> None:
        self.signal = Signal()
        self.clock = Clock(self.signal)
        self.events = Events(self.signal)
        self.ledger = Ledger()
        self.files = Files()
        self.scenarios = Scenarios()
        self.keys: dict[str, str] = {}
        self.released: dict[str | None, int] = {}
        self._holds = 0
        self._http: httpx.AsyncClient
        self._work: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Opens what webhooks are posted with, and ends whatever still runs when the server stops."""
        async with httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_S, trust_env=False) as self._http:
            yield
            self.signal.close()
            self._cancel()
            await asyncio.gather(*self._work, return_exceptions=True)

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Runs something beside the answers."""
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def tell(self, kind: Kind, submission: Submission, detail: str = "") -> None:
        """Records an event about a submission; what a reset has forgotten leaves no trace when it ends late."""
        if self.ledger.holds(submission):
            self.events.record(kind, submission.vendor, submission.provider_id, detail)

    def reset(self) -> None:
        """Forgets everything, as if the server had just been started; held answers are let go."""
        self._cancel()
        self.release(None)
        for part in (self.events, self.ledger, self.files, self.scenarios, self.keys):
            part.clear()
        self.clock.rewind()
        self.signal.ring()

    def release(self, provider_id: str | None) -> None:
        """Lets held answers go: those of one submission, or all that are held now (None)."""
        if provider_id is None:
            self._holds += 1
        else:
            self.released[provider_id] = self.released.get(provider_id, 0) + 1
        self.signal.ring()

    async def hold(self, provider_id: str | None) -> None:
        """Waits until the answer is released."""
        all_then, one_then = self._holds, self.released.get(provider_id, 0)
        await self.signal.until(lambda: self._holds > all_then or self.released.get(provider_id, 0) > one_then)

    async def post(self, submission: Submission, url: str, delivery: Delivery) -> None:
        """Delivers a webhook once; what the receiver says is an event."""
        try:
            answer = await self._http.post(url, content=delivery.body, headers=dict(delivery.headers))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self.tell("webhook_failed", submission, f"{type(error).__name__}: {error}")
        else:
            self.tell("webhook", submission, str(answer.status_code))

    def _cancel(self) -> None:
        for task in self._work:
            task.cancel()
