"""Every answer that a model makes is counted once; one that costs is held before, settled after, free when it fails."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec import structs
from msgspec.structs import replace
from psycopg.rows import dict_row

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit import caller, database
from reelwright_kit.caller import Caller
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.database import Pool
from reelwright_kit.errors import CostCeiling, PartUnavailable
from reelwright_kit.money.entries import read
from reelwright_kit.money.prices import Prices
from reelwright_kit.money.texts import Texts
from reelwright_kit.money.usage import UsageRecorder
from reelwright_llm.answers import Answers
from reelwright_llm.chatting import Asked, Chatting
from reelwright_llm.metering import Meter
from reelwright_llm.providers.interface import Answer, Head, ModelCard, Piece, Question, TextModel, Turn, Usage
from reelwright_llm.wrappers.priced import PricedText
from tests.processes import ServiceProcess

ENTRY = """
[[price]]
model = "{model}"
from = 2026-01-01
source = "A test."
micros_per_million_input_tokens = 2_000_000
micros_per_million_output_tokens = 10_000_000
"""
ASKED = Asked(Question((Turn("user", "Why is that so?"),)), request_id="a", digest=b"why")


class Talker:
    """A model that says two words, and fails where it is told to."""

    card = ModelCard("acme/talk", "acme", "Talker", "chat")

    def __init__(self) -> None:
        self.fails_after: int | None = None

    async def answer(self, question: Question) -> Answer:
        if self.fails_after is not None:
            raise PartUnavailable("provider")
        return Answer.said(Head("txt_1"), "one two", "stop", Usage(7, 3))

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        for number, word in enumerate(("one words", "two")):
            if number == self.fails_after:
                raise PartUnavailable("provider")
            yield Piece.said(word)
        yield Piece.said("", "stop", Usage(7, 3))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """The connections of one process."""
    async with database.connect(database_url, 8) as opened:
        caller.become(Caller("local", "test"))
        yield opened


@pytest.fixture
def talker() -> Talker:
    """A model that costs 2 for a token read and 10 for one written."""
    return Talker()


@pytest.fixture
def chatting(pool: Pool, talker: Talker) -> Chatting:
    """The service's use-case with that model."""
    prices = Prices([read(ENTRY.format(model="acme/talk"))], lambda: date(2026, 11, 20))
    meter = Meter(prices, Texts(pool), UsageRecorder(pool))
    models: list[TextModel] = [PricedText(talker, meter)]
    return Chatting(Catalogue(models, "acme/talk"), Answers(pool))


async def books(pool: Pool) -> tuple[list[tuple[int, int, int]], dict[str, int]]:
    """Tokens and cost of each call in the report, and the ledger's sums."""
    async with pool.connection() as connection:
        report = await (await connection.execute("select * from reelwright.usage order by time")).fetchall()
        sums = await (
            await connection.execute(
                "select account, sum(amount_micros)::bigint as sum from reelwright.ledger_entries group by account"
            )
        ).fetchall()
    uses = [(row["input_tokens"], row["output_tokens"], row["cost_micros"]) for row in report]
    return uses, {row["account"]: row["sum"] for row in sums if row["sum"]}


async def test_an_answer_costs_the_tokens_that_it_used_and_once(chatting: Chatting, pool: Pool) -> None:
    """Given again for its request id it is neither counted nor paid."""
    for _ in range(3):
        await chatting.answer(ASKED)
    cost = 7 * 2 + 3 * 10
    assert await books(pool) == ([(7, 3, cost)], {"available": -cost, "spent": cost})


async def test_a_streamed_answer_costs_the_same(chatting: Chatting, pool: Pool) -> None:
    """Also when it is read twice under one request id."""
    for _ in range(2):
        assert "".join([piece.text async for piece in chatting.stream(ASKED)]) == "one wordstwo"
    assert (await books(pool))[0] == [(7, 3, 44)]


async def test_an_answer_that_fails_before_a_word_is_free(chatting: Chatting, talker: Talker, pool: Pool) -> None:
    """What was held is given back, and nothing is in the report."""
    talker.fails_after = 0
    with pytest.raises(PartUnavailable):
        await chatting.answer(ASKED)
    with pytest.raises(PartUnavailable):
        _ = [piece async for piece in chatting.stream(ASKED)]
    assert await books(pool) == ([], {})


async def test_an_answer_that_could_cost_more_than_its_caller_allows_is_not_asked_for(
    chatting: Chatting, pool: Pool
) -> None:
    """4 tokens read and 500 written would cost 5,008; with that allowed it is answered."""
    with pytest.raises(CostCeiling) as raised:
        await chatting.answer(replace(ASKED, question=structs.replace(ASKED.question, ceiling_micros=5_007)))
    assert raised.value.metadata["needed_micros"] == "5008"
    assert await books(pool) == ([], {})
    assert (await chatting.answer(replace(ASKED, question=structs.replace(ASKED.question, ceiling_micros=5_008)))).text


@pytest.mark.parametrize("fails", [True, False])
async def test_an_answer_that_breaks_off_costs_what_came(
    chatting: Chatting, talker: Talker, pool: Pool, fails: bool
) -> None:
    """Whichever side ends it: 15 characters read and 9 said are 4 and 3 tokens."""
    talker.fails_after = 1 if fails else None
    with contextlib.suppress(PartUnavailable):
        async with contextlib.aclosing(chatting.stream(ASKED)) as pieces:
            async for _ in pieces:
                if not fails:
                    break
    assert await books(pool) == ([(4, 3, 38)], {"available": -38, "spent": 38})


@contextlib.asynccontextmanager
async def serving(url: str, store: Path, **settings: str) -> AsyncIterator[tuple[ServiceProcess, Any]]:
    """The llm service as a process, and its stub."""
    environment = {
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": url,
        "REELWRIGHT_STORE_URL": store.as_uri(),
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_DRAIN_S": "1",
    }
    process = await ServiceProcess.start("reelwright_llm", environment | settings)
    try:
        async with process.channel() as channel:
            yield process, rpc.LlmServiceStub(channel)
    finally:
        await process.kill()


async def report(url: str) -> list[dict[str, Any]]:
    """The usage report."""
    async with await psycopg.AsyncConnection.connect(url, row_factory=dict_row) as connection:
        return await (await connection.execute("select * from reelwright.usage order by time")).fetchall()


def chat(**changed: Any) -> dict[str, Any]:
    """A question."""
    return {"messages": [pb.Message(role="user", content="Tell me of a fox.")], **changed}


async def test_every_call_of_the_service_is_in_the_report_when_it_has_stopped(
    database_url: str, tmp_path: Path
) -> None:
    """Each answer that a model made is counted, free ones too; none for one that was given again."""
    async with serving(database_url, tmp_path) as (process, stub):
        for _ in range(2):
            await stub.Chat(pb.ChatRequest(**chat(request_id="once")))
        _ = [answer async for answer in stub.StreamChat(pb.StreamChatRequest(**chat()))]
        await stub.Embed(pb.EmbedRequest(inputs=["a fox", "a crow"]))
        await stub.Moderate(pb.ModerateRequest(texts=["a fox"]))
        await stub.OptimizePrompt(pb.OptimizePromptRequest(prompt="a fox"))
        process.signal(signal.SIGTERM)
        await process.ended()
    rows = await report(database_url)
    counted = Counter[tuple[str, str]]()
    for row in rows:
        counted[row["kind"], row["model"]] += row["requests"]
    assert counted == {
        ("text", "local/text"): 3,
        ("embedding", "local/embed"): 1,
        ("moderation", "local/moderation"): 1,
    }
    assert all(row["input_tokens"] > 0 and row["cost_micros"] == 0 for row in rows)
    assert all(row["output_tokens"] > 0 for row in rows if row["kind"] == "text")


async def test_the_operators_price_of_the_local_engine_is_charged_before_the_answer(
    database_url: str, tmp_path: Path
) -> None:
    """The call is in the report with its cost when the caller has the answer."""
    prices = tmp_path / "own.toml"
    prices.write_text(ENTRY.format(model="local/text"))
    async with serving(database_url, tmp_path, REELWRIGHT_PRICES=str(prices)) as (_, stub):
        used = (await stub.Chat(pb.ChatRequest(**chat()))).usage
        (row,) = await report(database_url)
    assert row["cost_micros"] == 2 * used.input_tokens + 10 * used.output_tokens > 0
    assert (row["input_tokens"], row["output_tokens"]) == (used.input_tokens, used.output_tokens)


class _CountsNothing(BaseHTTPRequestHandler):
    """A host of OpenAI's API that gives a vector and says nothing of tokens."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        answer = b'{"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [1.0]}]}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


async def test_what_a_host_does_not_count_we_do(database_url: str, tmp_path: Path) -> None:
    """A token for four characters, and exactly where the caller numbered the tokens."""
    prices = tmp_path / "own.toml"
    prices.write_text(ENTRY.format(model="fast/embed"))
    with ThreadingHTTPServer(("127.0.0.1", 0), _CountsNothing) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        settings = {
            "REELWRIGHT_PRICES": str(prices),
            "FAST_LLM_BASE_URL": f"http://127.0.0.1:{host.server_port}/v1",
        }
        async with serving(database_url, tmp_path, **settings) as (_, stub):
            told = [
                await stub.Embed(pb.EmbedRequest(inputs=["four" * 5], model="fast/embed")),
                await stub.Embed(pb.EmbedRequest(token_inputs=[pb.TokenList(tokens=[1, 2, 3])], model="fast/embed")),
            ]
        host.shutdown()
    assert [(one.usage.input_tokens, one.usage.estimated, one.cost.settled_micros) for one in told] == [
        (5, True, 10),
        (3, True, 6),
    ]


async def test_a_price_list_that_is_wrong_is_one_line_at_the_start(database_url: str, tmp_path: Path) -> None:
    """The process ends and names the setting, the entry and the field."""
    prices = tmp_path / "own.toml"
    prices.write_text(ENTRY.format(model="local/text").replace("2_000_000", '"much"'))
    environment = {
        "REELWRIGHT_DATABASE_URL": database_url,
        "REELWRIGHT_STORE_URL": tmp_path.as_uri(),
        "REELWRIGHT_PRICES": str(prices),
    }
    process = await ServiceProcess.start("reelwright_llm", environment)
    assert await process.ended() != 0
    (line,) = [line for line in process.noise if "REELWRIGHT_PRICES" in line]
    assert "price 1 (local/text): micros_per_million_input_tokens: Expected" in line
    assert not any("Traceback" in line for line in process.noise)
