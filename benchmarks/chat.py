"""Chat through the gateway and through others, to the same upstream on the same cores, alternately."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from benchmarks import chat_streams, stage
from benchmarks.chat_copy import copying
from benchmarks.chat_load import Round, load, middle
from benchmarks.chat_ours import FREE, PAID, STREAMED, WORKERS, Gateway, gateway
from benchmarks.chat_peers import LITELLM, PEERS, PORTKEY, TENSORZERO, Target
from benchmarks.chat_tools import Missing
from benchmarks.chat_upstream import Upstream, edge_before, upstream
from benchmarks.rows import Row, percentile

IN_FLIGHT = (1, 16, 64)
ROUNDS, SECONDS, WARM_UP_S = 2, 4, 5

UPSTREAM, EDGE, COPY = "the upstream itself", "Envoy alone", "copied only"
IN_PROCESS, GRPC = "in-process", "over gRPC"
PRICED = "in-process, a model with a price"
OURS = (IN_PROCESS, GRPC)

Results = Mapping[str, Mapping[int, Round]]

RATIO_MARKS = {
    (IN_PROCESS, LITELLM, 16): 40.0,
    (IN_PROCESS, PORTKEY, 16): 4.0,
    (IN_PROCESS, TENSORZERO, 16): 0.65,
    (IN_PROCESS, TENSORZERO, 64): 1.0,
    (GRPC, LITELLM, 16): 15.0,
    (GRPC, PORTKEY, 16): 1.5,
}
"""How many times the calls in a second of a peer we mean to make."""
ADDED_MARKS_MS = {IN_PROCESS: 0.7, GRPC: 1.8}
FIRST_WORD_MARKS_MS = {IN_PROCESS: 1.0}
PIECE_MARKS_US = {IN_PROCESS: 40.0, GRPC: 80.0}


async def measure() -> AsyncIterator[Row]:
    """Rows of calls, of how they compare, and of streams; a peer that cannot be had here says why in a row."""
    async with contextlib.AsyncExitStack() as stack:
        base = await stack.enter_async_context(stage.database())
        source = await stack.enter_async_context(upstream(base.directory))
        ours = {
            way: await stack.enter_async_context(
                gateway(base.directory / name, base.url, source, in_process=way == IN_PROCESS)
            )
            for way, name in ((IN_PROCESS, "in"), (GRPC, "grpc"))
        }
        targets = await _ours(stack, base.directory, source, ours)
        for name, peer in PEERS.items():
            try:
                targets[name] = await stack.enter_async_context(peer(source.fixed, base.directory))
            except Missing as missing:
                yield Row("chat", f"{name} is missing: {missing}", 0, {})
        async for row in _calls(targets, base.directory):
            yield row
        async for row in _streams(source, ours):
            yield row


async def _ours(
    stack: contextlib.AsyncExitStack, directory: Path, source: Upstream, ours: Mapping[str, Gateway]
) -> dict[str, Target]:
    """What is loaded beside the peers."""
    edge = await stack.enter_async_context(edge_before(directory / "edge", source.port))
    copy = await stack.enter_async_context(copying(directory, source, int(WORKERS)))
    before_copy = await stack.enter_async_context(edge_before(directory / "edge-copy", copy))
    return {
        UPSTREAM: Target(f"{source.fixed}/chat/completions", "any"),
        EDGE: Target(f"{edge}/chat/completions", "any"),
        COPY: Target(f"{before_copy}/chat/completions", "any"),
        IN_PROCESS: Target(ours[IN_PROCESS].url, FREE),
        PRICED: Target(ours[IN_PROCESS].url, PAID),
        GRPC: Target(ours[GRPC].url, FREE),
    }


async def _calls(targets: Mapping[str, Target], directory: Path) -> AsyncIterator[Row]:
    for target in targets.values():
        await load(target, directory, 16, WARM_UP_S)
    results: dict[str, dict[int, Round]] = {name: {} for name in targets}
    for in_flight in IN_FLIGHT:
        rounds: dict[str, list[Round]] = {name: [] for name in targets}
        for _ in range(ROUNDS):
            for name, target in targets.items():
                rounds[name].append(await load(target, directory, in_flight, SECONDS))
        for name, of_one in rounds.items():
            results[name][in_flight] = middle(of_one)
            yield _called(f"{in_flight} in flight: {name}", results[name][in_flight])
    for row in _compared(results):
        yield row


def _called(case: str, found: Round) -> Row:
    failed = {"failed_calls": float(found.failed)} if found.failed else {}
    figures = {"calls_s": found.rate, "p50_ms": found.p50_ms, "p99_ms": found.p99_ms, **failed}
    return Row("chat", case, found.calls, figures)


def _compared(results: Results) -> list[Row]:
    """How many times as many calls as each peer, and how much longer one takes than at the upstream itself."""
    rows = []
    for peer in (LITELLM, PORTKEY, TENSORZERO):
        for way in OURS:
            for in_flight in IN_FLIGHT if peer in results else ():
                times = results[way][in_flight].rate / results[peer][in_flight].rate
                mark = RATIO_MARKS.get((way, peer, in_flight))
                rows.append(_marked(f"{in_flight} in flight: {way} / {peer}", "ratio_x", times, mark))
    floor = results[UPSTREAM][1].p50_ms
    for name in [name for name in results if name != UPSTREAM]:
        added = results[name][1].p50_ms - floor
        rows.append(_marked(f"1 in flight, added: {name}", "p50_ms", added, ADDED_MARKS_MS.get(name)))
    return rows


async def _streams(source: Upstream, ours: Mapping[str, Gateway]) -> AsyncIterator[Row]:
    alone = percentile(await chat_streams.first_words(f"{source.streaming}/chat/completions"), 50) * 1000
    yield Row("chat", f"first word: {UPSTREAM}", chat_streams.SAMPLES, {"p50_ms": alone})
    for way, one in ours.items():
        taken = percentile(await chat_streams.first_words(one.url, STREAMED), 50) * 1000
        mark = FIRST_WORD_MARKS_MS.get(way)
        yield _marked(f"first word, added: {way}", "p50_ms", taken - alone, mark, chat_streams.SAMPLES)
    pieces = chat_streams.STREAMS * chat_streams.PIECES
    for apart_ms, how in ((0, "all at once"), (chat_streams.APART_MS, f"{chat_streams.APART_MS} ms apart")):
        for way, one in ours.items():
            spent = await chat_streams.cost(one, apart_ms)
            row = _marked(f"a piece, {how}: {way}", "cpu_us", spent.parts_us, PIECE_MARKS_US[way], pieces)
            yield Row(row.bench, row.case, pieces, {**row.figures, "Envoy_us": spent.edge_us})


def _marked(case: str, name: str, value: float, mark: float | None, samples: int = 0) -> Row:
    unit = name.rpartition("_")[2]
    return Row("chat", case, samples, {name: value} | ({} if mark is None else {f"mark_{unit}": mark}))
