"""One try: the body is signed and posted, and how that went is written down."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reelwright_kit.addresses import AddressRefused
from reelwright_kit.fetching import Answer, Fetcher, FetchFailed
from reelwright_kit.webhooks.errors import WebhookUrlRefused
from reelwright_kit.webhooks.model import Attempt
from reelwright_kit.webhooks.signing import signed_headers
from reelwright_kit.webhooks.store import WebhookStore


@dataclass(frozen=True)
class Sent:
    """A try and when the receiver wants the next one."""

    attempt: Attempt
    retry_after_s: float = 0.0


async def require_reachable(fetcher: Fetcher, url: str, field: str) -> None:
    """Raises WebhookUrlRefused naming `field` when `url` may not be told, or when nobody knows its host."""
    try:
        await fetcher.check(url)
    except (AddressRefused, FetchFailed) as error:
        raise WebhookUrlRefused(field, error.cause) from None


class Sender:
    """Posts events with the signatures of their tenant."""

    def __init__(self, store: WebhookStore, fetcher: Fetcher) -> None:
        self._store = store
        self._fetcher = fetcher

    async def send(self, tenant: str, url: str, event: str, body: str) -> Sent:
        """Posts `body` once; a receiver that cannot be reached is an attempt without a status."""
        secret = await self._store.secret(tenant)
        content, began, start = body.encode(), datetime.now(UTC), time.monotonic()
        headers = signed_headers(event, int(began.timestamp()), content, secret.signing)
        answer, cause = Answer(0, "", ""), ""
        try:
            # The host is looked up and checked again: it may have moved since the job was admitted.
            answer = await self._fetcher.post(url, headers, content)
        except (AddressRefused, FetchFailed) as error:
            cause = error.cause
        duration_ms = round(1000 * (time.monotonic() - start))
        attempt = Attempt(began, duration_ms, answer.status, answer.text, cause)
        return Sent(attempt, _seconds(answer.retry_after, datetime.now(UTC)))


def _seconds(retry_after: str, now: datetime) -> float:
    """The header as seconds from `now`, 0 when there is none or it makes no sense."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        wished = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return max((wished.replace(tzinfo=wished.tzinfo or UTC) - now).total_seconds(), 0.0)
