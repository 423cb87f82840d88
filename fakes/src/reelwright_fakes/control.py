"""The Python client of the control API."""

from __future__ import annotations

from typing import Any, Self, TypeVar

import httpx
import msgspec

from reelwright_fakes.events import Event
from reelwright_fakes.ledger import Bill, Book, Entry
from reelwright_fakes.scenarios import Scenario

T = TypeVar("T")
# The server ends a long poll; the client only has to outlast it.
PATIENCE_S = 5.0


class ControlRefused(Exception):
    """The server did not understand or could not do what was asked."""


class NotInTime(Exception):
    """What `wait_for` waited for did not happen."""


class Control:
    """Scripts and questions one fake server. Blocks: in a coroutine, call `wait_for` through `asyncio.to_thread`."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address.rstrip('/')}/_control/", trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def script(self, *scenarios: Scenario) -> list[int]:
        """Posts scenarios, the first that matches wins; answers their numbers."""
        raw = self._ask("POST", "scenarios", scenarios)
        return msgspec.json.decode(raw, type=dict[str, list[int]])["numbers"]

    def remove(self, number: int) -> None:
        """Takes a scenario back."""
        self._ask("DELETE", f"scenarios/{number}")

    def scenarios(self) -> dict[int, Scenario]:
        """The posted scenarios by number."""
        return msgspec.json.decode(self._ask("GET", "scenarios"), type=dict[int, Scenario])

    def ledger(self) -> Book:
        """Every submission and the totals per intent."""
        return msgspec.json.decode(self._ask("GET", "ledger"), type=Book)

    def bill(self) -> Bill:
        """What everything cost so far."""
        return msgspec.json.decode(self._ask("GET", "bill"), type=Bill)

    def events(
        self, event: str | None = None, *, vendor: str | None = None, provider_id: str | None = None
    ) -> list[Event]:
        """What happened so far, as far as it agrees with everything given."""
        asked = _given(event=event, vendor=vendor, provider_id=provider_id)
        return msgspec.json.decode(self._ask("GET", "events", asked=asked), type=list[Event])

    def wait_for(
        self,
        event: str | None = None,
        *,
        submissions: int | None = None,
        vendor: str | None = None,
        provider_id: str | None = None,
        count: int = 1,
        timeout_s: float = 10.0,
    ) -> list[Event]:
        """Waits for `submissions` accepted or `count` events of a kind; answers the events. Raises NotInTime."""
        asked = _given(
            event=event,
            submissions=submissions,
            vendor=vendor,
            provider_id=provider_id,
            count=count,
            timeout_s=timeout_s,
        )
        return msgspec.json.decode(self._ask("GET", "wait", asked=asked, timeout_s=timeout_s), type=list[Event])

    def release(self, provider_id: str | None = None) -> None:
        """Lets the held answers of one submission go, or all."""
        self._ask("POST", "release", {"provider_id": provider_id})

    def finish(self, provider_id: str) -> Entry:
        """Ends work now, as its scenario says; also work that would never finish."""
        return msgspec.json.decode(self._ask("POST", "finish", {"provider_id": provider_id}), type=Entry)

    def advance(self, seconds: float) -> None:
        """Moves the clock: delays end, files expire."""
        self._ask("POST", "clock", {"advance_s": seconds})

    def demand_key(self, vendor: str, key: str | None) -> None:
        """Makes a vendor take this key only; None: any."""
        self._ask("POST", "keys", {"vendor": vendor, "key": key})

    def reset(self) -> None:
        """As if the server had just been started."""
        self._ask("POST", "reset")

    def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        asked: dict[str, Any] | None = None,
        timeout_s: float = 10.0,
    ) -> bytes:
        content = None if body is None else msgspec.json.encode(body)
        answer = self._http.request(method, path, content=content, params=asked, timeout=timeout_s + PATIENCE_S)
        if answer.status_code == httpx.codes.REQUEST_TIMEOUT:
            raise NotInTime(f"{asked} did not happen in {timeout_s:g} s")
        if answer.is_error:
            raise ControlRefused(answer.json()["error"] if answer.content[:1] == b"{" else answer.text)
        return answer.content


def _given(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
