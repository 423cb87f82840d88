"""The `film` command: orders a film, shows it being made, and fetches what came out."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator
from pathlib import Path

from google.protobuf import json_format

# Known by name only when it is imported: the errors of jobs carry its messages.
from google.rpc import error_details_pb2  # noqa: F401
from rich.console import Console

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.story.v1 import story_service_pb2 as pb
from reelwright_cli.connection import Suite
from reelwright_cli.following import show_to_success
from reelwright_cli.suite.trouble import Trouble


async def make_film(suite: Suite, request: pb.MakeFilmRequest, out: Path, console: Console) -> Path:
    """Makes a film and leaves it in `out`/<title>; raises Trouble when it does not come about."""
    return await finish_film(suite, await order_film(suite, request, console), out, console)


async def order_film(suite: Suite, request: pb.MakeFilmRequest, console: Console) -> str:
    """Orders a film; returns the id of its job."""
    if not request.request_id:
        # A call that is repeated because the answer was lost must not order a second film.
        request.request_id = str(uuid.uuid4())
    job = (await suite.story.MakeFilm(request)).job
    console.print(f"Film {job.id} (also: reelwright jobs watch {job.id})", highlight=False)
    return job.id


async def finish_film(suite: Suite, job: str, out: Path, console: Console) -> Path:
    """Shows a film being made and leaves it in `out`/<title>; raises Trouble when it does not come about."""
    last = await show_to_success(suite, job, console, "Film")
    return await fetch_film(suite, last.result.film, out)


async def fetch_film(suite: Suite, film: jobs.FilmResult, out: Path) -> Path:
    """Copies the film, subtitles, poster, storyboard and pictures into `out`/<title>."""
    directory = out / folder_name(film.title)
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"{directory} cannot be written ({error.strerror})") from None
    for name, asset in _files(film):
        with (directory / name).open("wb") as file:
            async for piece in suite.assets.DownloadAsset(assets.DownloadAssetRequest(id=asset.id)):
                file.write(piece.data)
    return directory


def _files(film: jobs.FilmResult) -> Iterator[tuple[str, assets.Asset]]:
    yield "film.mp4", film.film
    yield "poster.jpg", film.poster
    yield "storyboard.json", film.storyboard
    if film.HasField("subtitles"):
        yield "film.srt", film.subtitles
    for number, picture in enumerate(film.pictures, 1):
        suffix = picture.filename.rpartition(".")[2]
        yield f"scene-{number:02}.{suffix}", picture


def folder_name(title: str) -> str:
    """A title as a folder name: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "film"


def as_json(job: jobs.Job) -> str:
    """A job for programs."""
    return json_format.MessageToJson(job, preserving_proto_field_name=True)
