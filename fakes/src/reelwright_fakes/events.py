"""What happened, in order: tests wait for it instead of sleeping."""

from __future__ import annotations

from typing import Literal

import msgspec

from reelwright_fakes.signal import Signal

Kind = Literal[
    "refused", "rejected", "accepted", "held", "dropped", "answered", "polled", "fetched", "cancelled",
    "finished", "fault", "closed", "downloaded", "webhook", "webhook_failed",
]  # fmt: skip


class Event(msgspec.Struct, frozen=True):
    """One thing that happened; `order` counts from 1 since the last reset."""

    order: int
    kind: Kind
    vendor: str
    provider_id: str | None = None
    detail: str = ""


class Events:
    """The list of events since the last reset."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._all: list[Event] = []

    def record(self, kind: Kind, vendor: str, provider_id: str | None = None, detail: str = "") -> None:
        """Adds an event and wakes everybody who waits for one."""
        self._all.append(Event(len(self._all) + 1, kind, vendor, provider_id, detail))
        self._signal.ring()

    def matching(
        self, kind: str | None = None, *, vendor: str | None = None, provider_id: str | None = None
    ) -> list[Event]:
        """The events that agree with everything that is given."""
        return [
            event
            for event in self._all
            if kind in (None, event.kind)
            and vendor in (None, event.vendor)
            and provider_id in (None, event.provider_id)
        ]

    def clear(self) -> None:
        """Forgets everything."""
        self._all.clear()
