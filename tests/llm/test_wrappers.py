"""What stands around models and the way to them: fallbacks, cache, limits, breaker, spans; seen over the real wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import grpc
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_kit.jobs.commission import ProviderBusy
from reelwright_llm.coalescing import together
from reelwright_llm.providers.wire.breaker import BreakerWire
from reelwright_llm.providers.wire.events import Events
from reelwright_llm.providers.wire.http import Refusal
from reelwright_llm.providers.wire.refusals import seconds_of, wait_of
from tests.llm.asking import MODEL, asked, chat, chunks, failed, stream, words
from tests.llm.conftest import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_next_model_answers_when_one_has_trouble(desk: Desk) -> None:
    """Whole and streamed; who answered is said."""
    whole = await desk.llm.Chat(chat(model="openai/no-such-model"))
    pieces = await chunks(desk, stream(model="openai/no-such-model"))
    assert (whole.model, pieces[0].model, pieces[-1].model) == ("azure/spare",) * 3
    assert words(pieces) and len(asked(desk, "openai")) == len(asked(desk, "azure")) == 2


async def test_only_who_answered_is_paid(desk: Desk) -> None:
    """The first fails for its host, and the second answers for nothing."""
    desk.vendors.script(Scenario(match=Match(vendor="openai", nth=1), faults=(Fault(kind="status", status=500),)))
    answer = await desk.llm.Chat(chat(model="openai/first"))
    assert (answer.model, answer.cost.settled_micros) == ("fast/second", 0)


async def test_a_question_that_is_wrong_is_not_asked_of_another(desk: Desk) -> None:
    """What is too long for one is told."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Chat(chat("Hello [fake:400 code=context_length_exceeded times=always]", model="openai/first"))
    assert failed(raised.value).reason == "CONTEXT_TOO_LONG" and len(asked(desk)) == 1


async def test_a_stream_that_began_is_not_begun_again(desk: Desk) -> None:
    """Its reader has its beginning already."""
    with pytest.raises(grpc.aio.AioRpcError):
        await chunks(desk, stream("Tell all. [fake:chunks=20] [fake:reset after_pieces=6]", model="openai/first"))
    assert len(asked(desk)) == 1


async def test_an_equal_question_is_answered_from_the_cache_where_it_may_be(desk: Desk) -> None:
    """For nothing, whole and streamed; another question, or one that does not allow it, is asked."""
    first = await desk.llm.Chat(chat("A riddle?", cache_max_age="60s"))
    again = await desk.llm.Chat(chat("A riddle?", cache_max_age="60s"))
    told = await chunks(desk, stream("A riddle?", cache_max_age="60s"))
    assert again.choices == first.choices and words(told) == first.choices[0].message.content
    assert first.cost.settled_micros > 0 == again.cost.settled_micros == told[-1].cost.settled_micros
    assert len(asked(desk)) == 1
    await desk.llm.Chat(chat("A riddle?"))
    await desk.llm.Chat(chat("A riddle?", cache_max_age="60s", seed=1))
    await desk.llm.Chat(chat("A riddle?", cache_max_age="60s", extra={"other": 1}))
    assert len(asked(desk)) == 4


async def test_a_provider_is_asked_so_much_at_a_time_and_no_more(tight: Desk) -> None:
    """One call runs, one waits, the third is sent away at once; who waited is answered afterwards."""
    first = asyncio.ensure_future(tight.llm.Chat(chat("One [fake:hold]")))
    await asyncio.to_thread(tight.vendors.wait_for, event="held")
    second = asyncio.ensure_future(tight.llm.Chat(chat("Two")))
    third = asyncio.ensure_future(tight.llm.Chat(chat("Three")))
    done, (waiting,) = await asyncio.wait({second, third}, return_when=asyncio.FIRST_COMPLETED, timeout=30)
    (refused,) = done
    error = refused.exception()
    assert isinstance(error, grpc.aio.AioRpcError) and failed(error).reason == "PROVIDER_LIMITED"
    assert failed(error).retry_s == 1.0 and len(asked(tight)) == 1
    await asyncio.to_thread(tight.vendors.release)
    assert (await first).choices and (await waiting).choices
    assert len(asked(tight)) == 2


async def test_a_place_is_free_again_when_its_caller_has_left(tight: Desk) -> None:
    """Otherwise nobody would be answered after this."""
    for _ in range(3):
        left = tight.llm.Chat(chat("One [fake:hold]"))
        waiting = asyncio.ensure_future(left)
        await asyncio.to_thread(tight.vendors.wait_for, event="held")
        left.cancel()
        await asyncio.to_thread(tight.vendors.wait_for, event="closed")
        await asyncio.wait({waiting})
        tight.vendors.reset()
    assert (await tight.llm.Chat(chat("Two"))).choices


async def test_a_provider_that_keeps_failing_is_left_alone(tight: Desk) -> None:
    """Two failures, then nothing is asked of it; others are."""
    for word in ("one", "two"):
        with pytest.raises(grpc.aio.AioRpcError):
            await tight.llm.Chat(chat(f"{word} [fake:500]", model="fast/qwen"))
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await tight.llm.Chat(chat("three", model="fast/qwen"))
    told = failed(raised.value)
    assert (told.code, told.reason) == ("UNAVAILABLE", "PROVIDER_BUSY") and 500 < (told.retry_s or 0) <= 600
    assert len(asked(tight)) == 2
    assert (await tight.llm.Chat(chat("four", model=MODEL))).choices


class Flaky:
    """A way to a vendor that answers as it is told."""

    provider = "acme"

    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None

    async def post(self, path: str, body: Any) -> Any:
        self.calls += 1
        if self.error:
            raise self.error
        return {}

    async def stream(self, path: str, body: Any) -> AsyncGenerator[bytes]:
        yield b"{}"


async def test_a_breaker_lets_one_try_after_its_pause() -> None:
    """One that fails keeps it closed, one that succeeds opens it; what a vendor refuses is no failure."""
    now, wire = [0.0], Flaky()
    breaker = BreakerWire(wire, 2, 10.0, lambda: now[0])
    wire.error = Refusal(400, {}, None)
    for _ in range(5):
        with pytest.raises(Refusal):
            await breaker.post("", None)
    wire.error = Refusal(503, {}, None)
    for _ in range(2):
        with pytest.raises(Refusal):
            await breaker.post("", None)
    with pytest.raises(ProviderBusy):
        await breaker.post("", None)
    now[0] = 11.0
    with pytest.raises(Refusal):
        await breaker.post("", None)
    with pytest.raises(ProviderBusy):
        await breaker.post("", None)
    now[0], wire.error = 30.0, None
    await breaker.post("", None)
    await breaker.post("", None)
    assert wire.calls == 10


async def test_events_are_read_from_pieces_of_any_size() -> None:
    """Comments, other fields and both ends of lines; an event that is cut off is none."""
    wire = b": hello\r\ndata: one\r\n\r\nevent: x\ndata:two\ndata: three\n\n\ndata: cut"

    for size in (1, 2, 7, 100):
        events, cut = Events(), [wire[at : at + size] for at in range(0, len(wire), size)]
        assert [data for piece in cut for data in events.data_of(piece)] == [b"one", b"two\nthree"]


async def test_what_is_pending_goes_out_together_and_a_failure_comes_last() -> None:
    """In order, the first alone, then at most so many at a time; the source is closed when its reader leaves."""
    closed = list[bool]()

    async def source(fails: bool) -> AsyncGenerator[int]:
        try:
            for number in range(10):
                yield number
            if fails:
                raise ProviderBusy("acme", "broke off")
        finally:
            closed.append(True)

    assert [batch async for batch in together(source(False), 4)] == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9]]
    seen = list[int]()
    with pytest.raises(ProviderBusy):
        await _gathered(together(source(True), 64), seen)
    assert seen == list(range(10)) and closed == [True, True]
    leaving = together(source(False), 1)
    assert await anext(leaving) == [0]
    await leaving.aclose()
    assert closed == [True] * 3


async def _gathered(batches: AsyncGenerator[list[int]], into: list[int]) -> None:
    async for batch in batches:
        into += batch


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "9"}, 9.0),
        ({"x-ratelimit-reset-requests": "1m2s", "x-ratelimit-reset-tokens": "20ms"}, 62.0),
        ({"retry-after": "100000"}, 120.0),
        ({"retry-after": "soon"}, None),
    ],
)
async def test_the_time_to_wait_is_read_where_vendors_put_it(headers: dict[str, str], seconds: float | None) -> None:
    """At most two minutes."""
    assert wait_of(headers) == seconds
    assert seconds_of("nonsense") is None


async def test_an_answer_has_a_span_with_its_tokens_and_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole and streamed."""
    from reelwright_llm.providers.interface import Question, Turn
    from reelwright_llm.providers.local_text import LocalText
    from reelwright_llm.wrappers.traced import TracedText

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer", provider.get_tracer)
    model, question = TracedText(LocalText()), Question((Turn("user", "A secret fox."),), seed=1)
    await model.answer(question)
    _ = [piece async for piece in model.stream(question)]
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == ["chat local/text"] * 2
    for span in spans:
        assert span.attributes is not None
        assert span.attributes["gen_ai.provider.name"] == "local" and span.attributes["gen_ai.usage.output_tokens"]
        assert "secret" not in str(span.attributes)
