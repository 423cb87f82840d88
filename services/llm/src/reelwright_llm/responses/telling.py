"""Numbers what happens in a response, and knows which of its items are still open."""

from __future__ import annotations

from typing import Any

from reelwright.llm.v1 import responses_service_pb2 as pb


class Teller:
    """The events of one response, in order, without a gap."""

    def __init__(self, sequence: int = 0, index: int = 0) -> None:
        self.sequence = sequence
        """Number of the next event."""
        self._index = index
        self._open: dict[str, tuple[int, pb.OutputItem]] = {}
        self._pending: list[pb.ResponseEvent] = []

    @classmethod
    def after(cls, events: list[pb.ResponseEvent]) -> Teller:
        """Goes on after `events`, all that were told by another worker."""
        added = [event for event in events if event.kind == pb.RESPONSE_EVENT_KIND_ITEM_ADDED]
        done = {event.item.id for event in events if event.kind == pb.RESPONSE_EVENT_KIND_ITEM_DONE}
        teller = cls(events[-1].sequence + 1 if events else 0, len(added))
        teller._open = {event.item.id: (event.item_index, event.item) for event in added if event.item.id not in done}
        return teller

    def tell(self, kind: pb.ResponseEventKind.ValueType, **fields: Any) -> None:
        """Tells one event."""
        self._pending.append(pb.ResponseEvent(sequence=self.sequence, kind=kind, **fields))
        self.sequence += 1

    def take(self) -> list[pb.ResponseEvent]:
        """What was told since the last time."""
        told, self._pending = self._pending, []
        return told

    def open(self, item: pb.OutputItem) -> None:
        """Tells that an item began; it has the next place."""
        self._open[item.id] = (self._index, item)
        self.tell(pb.RESPONSE_EVENT_KIND_ITEM_ADDED, item_index=self._index, item_id=item.id, item=item)
        self._index += 1

    def about(self, kind: pb.ResponseEventKind.ValueType, item: pb.OutputItem, /, **fields: Any) -> None:
        """Tells something about an open item."""
        self.tell(kind, item_index=self._open[item.id][0], item_id=item.id, **fields)

    def close(self, item: pb.OutputItem) -> None:
        """Tells that an item is whole, or as whole as its status says."""
        self.about(pb.RESPONSE_EVENT_KIND_ITEM_DONE, item, item=item)
        del self._open[item.id]

    def break_off(self) -> None:
        """Closes what is open: nobody goes on with it."""
        for _, item in list(self._open.values()):
            item.status = "incomplete"
            self.close(item)
