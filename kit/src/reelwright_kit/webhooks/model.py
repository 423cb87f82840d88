"""What a webhook is at rest: its secret, its delivery and every attempt."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class DeliveryState(enum.StrEnum):
    """Where a delivery stands; the last two are final unless it is sent again."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class SecretRecord:
    """One row of reelwright.webhook_secrets."""

    secret: str
    create_time: datetime
    previous: str | None = None
    """The secret before this one, as long as it signs along."""
    previous_expire_time: datetime | None = None

    @property
    def signing(self) -> tuple[str, ...]:
        """The secrets that sign now."""
        return (self.secret, self.previous) if self.previous else (self.secret,)


@dataclass(frozen=True)
class DeliveryRecord:
    """One row of reelwright.webhook_deliveries."""

    id: str
    tenant: str
    job: str
    type: str
    url: str
    body: str
    state: DeliveryState
    tries: int
    due_time: datetime
    taken: int
    create_time: datetime
    end_time: datetime | None = None


@dataclass(frozen=True)
class Attempt:
    """One try, as it went."""

    time: datetime
    duration_ms: int
    status: int = 0
    """HTTP status; 0 when there was no answer."""
    answer: str = ""
    error: str = ""
    number: int = 1

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class DeliveryFilter:
    """Which deliveries to list; empty fields do not filter."""

    job: str = ""
    state: str = ""
