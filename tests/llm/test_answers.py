"""A question under a request id is asked of a model once: at one time, after a break, after a failure."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from reelwright_kit import caller, database
from reelwright_kit.caller import Caller
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.database import Pool
from reelwright_kit.errors import PartUnavailable, RequestIdReused
from reelwright_kit.money.prices import Prices
from reelwright_kit.money.texts import Texts
from reelwright_kit.money.usage import UsageRecorder
from reelwright_llm.answers import Answers, Claim
from reelwright_llm.chatting import Asked, Chatting
from reelwright_llm.metering import Meter
from reelwright_llm.providers.interface import Answer, Head, ModelCard, Piece, Question, TextModel, Turn, Usage
from reelwright_llm.wrappers.priced import PricedText

TENANT = "local"
PATIENCE_S = 30.0
QUESTION = Question((Turn("user", "Why?"),))
ASKED = Asked(QUESTION, request_id="a", digest=b"why")


class Slow:
    """A model that answers when it is told to, and counts how often it was asked."""

    card = ModelCard("slow", "test", "Slow", "chat")

    def __init__(self) -> None:
        self.asked = 0
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.refuses = False

    async def answer(self, question: Question) -> Answer:
        self.asked += 1
        number = self.asked
        self.begun.set()
        await self.go.wait()
        if self.refuses:
            raise PartUnavailable("provider")
        return Answer.said(Head(f"txt_{number}"), f"answer {number}", "stop", Usage(1, 1))

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        self.asked += 1
        yield Piece.said("one ")
        yield Piece.said("two", "stop", Usage(1, 1))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """The connections of one process."""
    async with database.connect(database_url, 8) as opened:
        yield opened


@pytest.fixture
def model() -> Slow:
    """A model that all processes ask."""
    return Slow()


def process(pool: Pool, model: Slow) -> Chatting:
    meter = Meter(Prices.load(), Texts(pool, allow_unknown_price=True), UsageRecorder(pool))
    models: list[TextModel] = [PricedText(model, meter)]
    return Chatting(Catalogue(models, "slow"), Answers(pool))


async def ask(chatting: Chatting, asked: Asked = ASKED) -> tuple[str, bool]:
    """The answer, and whether it was given before."""
    caller.become(Caller(TENANT, "call"))
    return (await chatting.answer(asked)).head.id, caller.replayed()


async def read(chatting: Chatting, asked: Asked = ASKED) -> tuple[list[str], bool]:
    """The pieces of a streamed answer, and whether it was given before."""
    caller.become(Caller(TENANT, "call"))
    return [piece.text async for piece in chatting.stream(asked)], caller.replayed()


async def test_calls_at_one_time_ask_the_model_once_whichever_process_they_reach(pool: Pool, model: Slow) -> None:
    one, other = process(pool, model), process(pool, model)
    first = asyncio.create_task(ask(one))
    async with asyncio.timeout(PATIENCE_S):
        await model.begun.wait()
        others = [asyncio.create_task(ask(chatting)) for chatting in (one, other) * 5]
        with pytest.raises(RequestIdReused):
            await ask(other, Asked(QUESTION, request_id="a", digest=b"how"))
        model.go.set()
        assert await first == ("txt_1", False)
        assert set(await asyncio.gather(*others)) == {("txt_1", True)}
    assert model.asked == 1


async def test_what_was_asked_for_is_kept_for_a_caller_who_left(pool: Pool, model: Slow) -> None:
    chatting = process(pool, model)
    leaving = asyncio.create_task(ask(chatting))
    async with asyncio.timeout(PATIENCE_S):
        await model.begun.wait()
        leaving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leaving
        back = asyncio.create_task(ask(chatting))
        model.go.set()
        assert await back == ("txt_1", True)
    assert model.asked == 1


async def test_an_answer_that_failed_leaves_its_id_to_the_next_call(pool: Pool, model: Slow) -> None:
    chatting = process(pool, model)
    model.go.set()
    model.refuses = True
    with pytest.raises(PartUnavailable):
        await ask(chatting)
    model.refuses = False
    assert await ask(chatting) == ("txt_2", False)


async def test_an_answer_whose_maker_is_gone_is_made_by_the_next_call(pool: Pool, model: Slow) -> None:
    assert await Answers(pool).claim(Claim(TENANT, "a", b"why")) is None
    async with pool.connection() as connection:
        await connection.execute("update reelwright.answers set open_until = clock_timestamp() - interval '1 second'")
    model.go.set()
    assert await ask(process(pool, model)) == ("txt_1", False)


async def test_a_call_without_an_id_is_asked_every_time(pool: Pool, model: Slow) -> None:
    chatting = process(pool, model)
    model.go.set()
    assert [await ask(chatting, Asked(QUESTION)) for _ in range(2)] == [("txt_1", False), ("txt_2", False)]


async def test_a_streamed_answer_is_given_again(pool: Pool, model: Slow) -> None:
    chatting = process(pool, model)
    assert await read(chatting) == (["one ", "two"], False)
    assert await read(chatting) == (["one two", ""], True)
    assert model.asked == 1


async def test_a_stream_that_was_broken_off_leaves_its_id_to_the_next_call(pool: Pool, model: Slow) -> None:
    chatting = process(pool, model)
    caller.become(Caller(TENANT, "call"))
    async with contextlib.aclosing(chatting.stream(ASKED)) as pieces:
        assert (await anext(pieces)).text == "one "
    assert await read(chatting) == (["one ", "two"], False)
