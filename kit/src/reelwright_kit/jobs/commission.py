"""What a provider that is paid for its work is to us: asked once, looked at until it is done, collected from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from reelwright_kit.errors import AppError, Code
from reelwright_kit.jobs.model import Json

Show = Callable[[Path, str], Awaitable[None]]
"""Shows a file of this media type that can be looked at before the work is done."""


class NotTaken(Exception):
    """The provider certainly did not take the work; it may be asked again after a while."""

    def __init__(self, cause: str, retry_after_s: float | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.retry_after_s = retry_after_s


class Unanswered(Exception):
    """The provider may or may not have taken the work: the connection ended before its answer was read."""


class Unreachable(Exception):
    """A question that costs nothing was not answered; it may be asked again."""

    def __init__(self, cause: str, retry_after_s: float | None = None) -> None:
        super().__init__(cause)
        self.retry_after_s = retry_after_s


class ProviderFailed(AppError):
    """The provider refused or failed the work."""

    code = Code.FAILED_PRECONDITION
    reason = "PROVIDER_FAILED"

    def __init__(self, provider: str, cause: str, **metadata: object) -> None:
        super().__init__(f"{provider}: {cause}", (), provider=provider, **metadata)


class ContentBlocked(ProviderFailed):
    """The provider's rules for content forbid the request or its result."""

    code = Code.INVALID_ARGUMENT
    reason = "CONTENT_BLOCKED"


class ProviderQuota(ProviderFailed):
    """The account at the provider has no money or no allowance left."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "PROVIDER_QUOTA"


class ProviderBusy(ProviderFailed):
    """The provider could not be reached, or took no work, for too long."""

    code = Code.UNAVAILABLE
    reason = "PROVIDER_BUSY"
    retry_after_s = 30.0


class ResultUnavailable(AppError):
    """The provider is done, and its result cannot be fetched at the moment; a retry fetches it without paying again."""

    code = Code.UNAVAILABLE
    reason = "RESULT_UNAVAILABLE"
    retry_after_s = 30.0

    def __init__(self, provider: str, cause: str) -> None:
        super().__init__(f"{provider}: the result cannot be fetched: {cause}", (), provider=provider)


@dataclass(frozen=True)
class Ticket:
    """What a provider answered when it took the work."""

    id: str
    """The provider's own id, unique at the provider."""
    place: Json = field(default_factory=dict)
    """What it takes to look at the work, collect it and withdraw it; kept in the ledger, so no secrets."""
    done: bool = False
    """The answer was the result, which has been written to the file."""
    micros: int | None = None
    """What it cost, when `done` and known."""


@dataclass(frozen=True)
class Sighting:
    """How far the provider is."""

    result: Json | None = None
    """What it takes to collect, once it is done."""
    percent: float | None = None
    stage: str = "generating"
    queue_position: int | None = None
    """How many are before it in the provider's own queue."""


class Commission(Protocol):
    """One piece of work for one provider."""

    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def estimated_micros(self) -> int:
        """What it is expected to cost, millionths of a US dollar; 0 when not known."""

    async def submit(self, intent: str, out: Path, show: Show) -> Ticket:
        """Asks the provider once; a provider that answers with the result has it written to `out`.

        `intent` is the client's reference where the vendor has a place for one. Raises NotTaken or an AppError when the
        provider certainly did not take it; whatever else is raised counts as not known.
        """

    async def find(self, intent: str, since: datetime) -> Sequence[Ticket]:
        """Work that the provider took since then and that may be this; empty where it cannot be looked up."""

    async def look(self, place: Json) -> Sighting:
        """How far it is. Raises Unreachable, or an AppError when nothing will come of it."""

    async def collect(self, result: Json, out: Path) -> int | None:
        """Writes the result to `out`; what it cost, None when not known. Raises Unreachable."""

    async def withdraw(self, place: Json) -> bool:
        """Asks the provider to stop; whether nothing will be charged. Raises Unreachable."""
