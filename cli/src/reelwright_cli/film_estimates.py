"""What a film would cost, and what it did cost, in words."""

from __future__ import annotations

import grpc
from rich.console import Console
from rich.table import Table

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.story.v1 import story_service_pb2 as pb
from reelwright_cli.connection import Suite
from reelwright_kit.money.amounts import dollars

UNKNOWN = "the price of a model is not known"


async def estimate(suite: Suite, request: pb.MakeFilmRequest) -> pb.EstimateFilmResponse:
    """What the film would cost."""
    return await suite.story.EstimateFilm(pb.EstimateFilmRequest(request=request))


def estimate_line(answer: pb.EstimateFilmResponse) -> str:
    """An estimate in one line."""
    if answer.known:
        return f"Estimate: {dollars(answer.estimated_micros)}"
    return f"Estimate: {dollars(answer.estimated_micros)} or more: {UNKNOWN}"


def estimate_table(answer: pb.EstimateFilmResponse) -> Table:
    """An estimate item by item, within 80 columns."""
    table = Table(box=None, pad_edge=False)
    table.add_column("what", no_wrap=True)
    table.add_column("count", justify="right", no_wrap=True)
    table.add_column("model", overflow="fold")
    table.add_column("cost", justify="right", no_wrap=True)
    for item in answer.items:
        table.add_row(item.what, str(item.count), item.model, dollars(item.estimated_micros))
    return table


async def say_before(suite: Suite, request: pb.MakeFilmRequest, console: Console) -> None:
    """Says what the film is expected to cost; a suite that cannot estimate makes it all the same."""
    try:
        console.print(estimate_line(await estimate(suite, request)), highlight=False)
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.UNIMPLEMENTED:
            raise


def say_after(job: jobs.Job, console: Console) -> None:
    """Says what a job did cost."""
    line = f"Cost: {dollars(job.cost.settled_micros)}"
    if job.cost.reserved_micros:
        line += f", and {dollars(job.cost.reserved_micros)} still held"
    console.print(line, highlight=False)
