"""The subcommands `film` and `estimate`: a sentence in, a film or its price out."""

from __future__ import annotations

from pathlib import Path

import grpc
import typer
from google.protobuf import duration_pb2
from rich.console import Console

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.story.v1 import story_service_pb2 as pb
from reelwright_cli.connection import Suite, run, the_suite
from reelwright_cli.film_estimates import estimate as estimated
from reelwright_cli.film_estimates import estimate_line, estimate_table, say_after, say_before
from reelwright_cli.films import finish_film, order_film
from reelwright_cli.options import (
    OUT,
    AsJson,
    Aspect,
    Language,
    MaxCost,
    Models,
    Music,
    Out,
    Prompt,
    Resolution,
    Scenes,
    Seconds,
    Seed,
    Style,
    Voice,
    as_json,
    film_models_of,
)
from reelwright_cli.suite.trouble import Trouble

app = typer.Typer()


@app.command()
def film(
    prompt: Prompt,
    scenes: Scenes = 0,
    seconds: Seconds = 0,
    aspect: Aspect = "16:9",
    resolution: Resolution = 720,
    language: Language = "",
    style: Style = "",
    voice: Voice = "",
    music: Music = True,
    seed: Seed = None,
    model: Models = None,
    max_cost: MaxCost = None,
    out: Out = OUT,
) -> None:
    """Make a film from a sentence and watch it being made; says what it may and what it did cost."""
    request = _request(prompt, scenes, seconds, aspect, resolution, language, style, voice, music, seed, model)
    if max_cost is not None:
        request.max_cost_micros = max_cost

    async def work() -> None:
        console = Console(stderr=True)
        async with the_suite() as suite:
            await say_before(suite, request, console)
            print(await _made(suite, request, out, console))

    run(work())


@app.command()
def estimate(
    prompt: Prompt,
    scenes: Scenes = 0,
    seconds: Seconds = 0,
    aspect: Aspect = "16:9",
    resolution: Resolution = 720,
    language: Language = "",
    style: Style = "",
    voice: Voice = "",
    music: Music = True,
    seed: Seed = None,
    model: Models = None,
    json: AsJson = False,
) -> None:
    """Say what a film would cost; nothing is made."""
    request = _request(prompt, scenes, seconds, aspect, resolution, language, style, voice, music, seed, model)

    async def work() -> pb.EstimateFilmResponse:
        async with the_suite() as suite:
            return await estimated(suite, request)

    answer = run(work())
    if json:
        print(as_json(answer))
        return
    console = Console()
    if answer.items:
        console.print(estimate_table(answer))
    console.print(estimate_line(answer), highlight=False)


def _request(
    prompt: str,
    scenes: int,
    seconds: int,
    aspect: str,
    resolution: int,
    language: str,
    style: str,
    voice: str,
    music: bool,
    seed: int | None,
    model: list[str] | None,
) -> pb.MakeFilmRequest:
    return pb.MakeFilmRequest(
        prompt=prompt,
        scenes=scenes,
        duration=duration_pb2.Duration(seconds=seconds) if seconds else None,
        aspect_ratio=aspect,
        resolution=resolution,
        language=language,
        style=style,
        voice=voice,
        music=music,
        seed=seed,
        models=pb.FilmModels(**film_models_of(model or [])),
    )


async def _made(suite: Suite, request: pb.MakeFilmRequest, out: Path, console: Console) -> Path:
    job = await order_film(suite, request, console)
    try:
        directory = await finish_film(suite, job, out, console)
    except (Trouble, grpc.aio.AioRpcError):
        # What came to nothing may have cost something too.
        say_after((await suite.jobs.GetJob(jobs.GetJobRequest(id=job))).job, console)
        raise
    say_after((await suite.jobs.GetJob(jobs.GetJobRequest(id=job))).job, console)
    return directory
