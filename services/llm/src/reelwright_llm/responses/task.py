"""A response in the making: what was asked, what has come of it so far, and its state as messages of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.errors import AppError, Failure
from reelwright_kit.jobs.rendering import status_message
from reelwright_llm.responses.telling import Teller

OPEN = (pb.RESPONSE_STATE_QUEUED, pb.RESPONSE_STATE_IN_PROGRESS)
"""States of a response that has not ended."""

PREFIX = "RESPONSE_STATE_"

FINISHES = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""Finish reasons of an answer that is not whole, as responses say them."""


@dataclass(frozen=True)
class Order:
    """A response as it was asked for, and by whom."""

    id: str
    tenant: str
    key: str
    call_id: str
    request: pb.CreateResponseRequest
    digest: bytes
    history: Sequence[llm.Message] = ()
    """The conversation of the response that this one goes on from."""
    request_id: str = ""
    logged: bool = False
    """Whether its events are kept and it outlives its caller."""

    @property
    def stored(self) -> bool:
        """Whether it can be got and gone on from."""
        return not self.request.HasField("store") or self.request.store

    @property
    def conversation(self) -> list[llm.Message]:
        """All that was said before the answer."""
        return [*self.history, *self.request.chat.messages]


class Task:
    """One response while somebody works on it."""

    def __init__(self, order: Order, response: pb.Response, teller: Teller, produced: Iterable[llm.Message] = ()):
        self.order = order
        self.response = response
        self.teller = teller
        self.produced = list(produced)
        self.job = ""
        """The job of the picture that is being drawn."""

    @classmethod
    def new(cls, order: Order) -> Task:
        """A response of which nothing has been made."""
        response = pb.Response(id=order.id, model=order.request.chat.model, last_sequence=-1)
        response.request.CopyFrom(order.request)
        del response.request.chat.messages[:]
        response.request.chat.ClearField("parent")
        response.create_time.GetCurrentTime()
        return cls(order, response, Teller())

    def queue(self) -> None:
        """Accepts it; somebody will begin."""
        self.response.state = pb.RESPONSE_STATE_QUEUED
        self._tell(pb.RESPONSE_EVENT_KIND_CREATED)
        self._tell(pb.RESPONSE_EVENT_KIND_QUEUED)

    def start(self) -> None:
        """Begins, which accepts it if nobody has."""
        self.response.state = pb.RESPONSE_STATE_IN_PROGRESS
        if self.teller.sequence == 0:
            self._tell(pb.RESPONSE_EVENT_KIND_CREATED)
        self._tell(pb.RESPONSE_EVENT_KIND_STARTED)

    def add(self, items: Iterable[pb.OutputItem], said: llm.Message) -> None:
        """Takes down what was made, and what it adds to the conversation."""
        self.response.output.extend(items)
        self.produced.append(said)

    def charge(self, usage: llm.Usage | None, micros: int) -> None:
        """Adds what one answer of a model used and cost."""
        if usage is not None:
            _sum(self.response.usage, usage)
        self.response.cost.settled_micros += micros

    def end(self) -> None:
        """Ends well, or before its end where there is a reason for it."""
        short = self.response.incomplete_reason
        self._end(pb.RESPONSE_STATE_INCOMPLETE if short else pb.RESPONSE_STATE_COMPLETED)

    def fail(self, error: AppError) -> None:
        """Ends with a failure; what has been made stays."""
        if status := status_message(Failure.of(error).kept()):
            self.response.error.CopyFrom(status)
        self.teller.break_off()
        self._end(pb.RESPONSE_STATE_FAILED)

    def cancel(self) -> None:
        """Ends because its caller wants it."""
        self.teller.break_off()
        self._end(pb.RESPONSE_STATE_CANCELLED)

    def _end(self, state: pb.ResponseState.ValueType) -> None:
        self.response.state = state
        self.response.end_time.GetCurrentTime()
        self._tell(pb.RESPONSE_EVENT_KIND_ENDED)

    def _tell(self, kind: pb.ResponseEventKind.ValueType) -> None:
        self.response.last_sequence = self.teller.sequence
        self.teller.tell(kind, response=self.response)


def state_name(response: pb.Response) -> str:
    """The state as the database has it."""
    return pb.ResponseState.Name(response.state).removeprefix(PREFIX)


def _sum(total: llm.Usage, more: llm.Usage) -> None:
    for field in more.DESCRIPTOR.fields:
        if field.type == field.TYPE_INT32:
            setattr(total, field.name, getattr(total, field.name) + getattr(more, field.name))
    total.estimated = total.estimated or more.estimated
    total.extra.MergeFrom(more.extra)
