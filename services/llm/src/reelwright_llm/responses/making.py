"""Makes responses: asks the model, has the pictures drawn that it wants, and asks again, until there is nothing to do.

What is to be done next follows from what has been produced, so that another process can go on after any step.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.ids import new_id
from reelwright_llm.chatting import Chatting
from reelwright_llm.coalescing import together
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.joining import joined
from reelwright_llm.providers.interface import Piece
from reelwright_llm.reading import asked_from
from reelwright_llm.rendering import chat_message
from reelwright_llm.responses import tool
from reelwright_llm.responses.drawing import Drawing
from reelwright_llm.responses.saying import Saying
from reelwright_llm.responses.task import FINISHES, Order, Task

Events = AsyncGenerator[list[pb.ResponseEvent]]


class Making:
    """Makes responses, step by step."""

    def __init__(self, chatting: Chatting, drawing: Drawing) -> None:
        self._chatting = chatting
        self._drawing = drawing

    def check(self, order: Order) -> None:
        """Raises what is wrong with the request and can be known without asking the model."""
        tool.check(order.request)
        asked = asked_from(question(order, []))
        if not self._draws_alone(order):
            self._chatting.check(asked)

    async def events(self, task: Task) -> Events:
        """Does what is left to be done; gives the events as they happen, but neither the first ones nor the end.

        What was told last belongs to what `task` holds at that moment: both can be kept together.
        """
        while (step := self._next(task)) is not None:
            async with contextlib.aclosing(step) as events:
                async for told in events:
                    yield told

    def _next(self, task: Task) -> Events | None:
        if task.response.incomplete_reason:
            return None
        if not task.produced and self._draws_alone(task.order):
            return self._wished(task)
        if not task.produced:
            return self._asked(task)
        if call := tool.waiting(task.order.request, task.produced):
            return self._drawing.draw(task, call)
        if self._draws_alone(task.order) or not tool.answered(task.produced):
            return None
        return self._asked(task)

    def _draws_alone(self, order: Order) -> bool:
        """Whether the model cannot ask for pictures: then one is drawn of what the caller said last."""
        if not order.request.HasField("image_tool") or order.request.chat.tools:
            return False
        card = self._chatting.model(order.request.chat.model).card
        return "tools" not in card.capabilities

    async def _wished(self, task: Task) -> Events:
        """Takes the caller's last words for the wish of a model that has none."""
        words = tool.last_words(task.order.conversation)
        if not words:
            raise CapabilityUnsupported("image_tool", task.response.model, "tools")
        call = llm.ToolCall(id=new_id("call"), type="function", function=tool.wish(words))
        task.response.model = self._chatting.model(task.order.request.chat.model).card.id
        task.add((), llm.Message(role="assistant", tool_calls=[call]))
        yield task.teller.take()

    async def _asked(self, task: Task) -> Events:
        """One answer of the model."""
        own = tool.NAME if task.order.request.HasField("image_tool") else ""
        saying, pieces = Saying(task.teller, own), list[Piece]()
        stream = self._chatting.stream(asked_from(question(task.order, task.produced)))
        async with contextlib.aclosing(together(stream)) as batches:
            async for batch in batches:
                for piece in batch:
                    _take_down(task.response, piece)
                    for delta in piece.deltas:
                        saying.add(delta)
                pieces += batch
                yield task.teller.take()
        _finish(task, saying, pieces)
        yield task.teller.take()


def question(order: Order, produced: list[llm.Message]) -> llm.ChatRequest:
    """What the model is asked next."""
    asked = llm.ChatRequest()
    asked.CopyFrom(order.request.chat)
    del asked.messages[:]
    if order.request.instructions:
        asked.messages.add(role="system", content=order.request.instructions)
    asked.messages.extend(order.conversation)
    asked.messages.extend(produced)
    if produced and (asked.tool_choice.function or asked.tool_choice.mode == "required"):
        # The function that had to be called has been.
        asked.ClearField("tool_choice")
    tool.offer(asked, order.request, produced)
    return asked


def _take_down(response: pb.Response, piece: Piece) -> None:
    head = piece.head
    response.model = head.model or response.model
    response.provider = head.provider or response.provider
    response.service_tier = head.service_tier or response.service_tier


def _finish(task: Task, saying: Saying, pieces: list[Piece]) -> None:
    answer = chat_message(joined(pieces))
    choice = answer.choices[0] if answer.choices else llm.Choice(message=llm.Message(role="assistant", content=""))
    reason = FINISHES.get(choice.finish_reason, "")
    task.response.incomplete_reason = reason
    task.charge(answer.usage if answer.HasField("usage") else None, answer.cost.settled_micros)
    said = choice.message
    if not (said.HasField("content") or said.tool_calls or said.refusal):
        said.content = ""
    task.add(saying.end(not reason), said)
