"""A sentence becomes a film, whichever way it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import av
import httpx
import pytest

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from tests.e2e.suite import Client, RunningSuite, spoken_text

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PROMPT = "A lighthouse keeper befriends a storm"


def sse_events(url: str, job: str, last_id: int = 0) -> list[dict[str, object]]:
    """A job's events as a browser gets them."""
    headers = {"Last-Event-ID": str(last_id)} if last_id else {}
    with httpx.stream("GET", f"{url}/api/v1/jobs/{job}/events", headers=headers, timeout=110) as stream:
        if stream.status_code == 204:
            return []
        assert stream.headers["content-type"].startswith("text/event-stream")
        return [json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: ")]


def download(client: Client, asset: assets.Asset) -> bytes:
    """A file by gRPC."""
    pieces = client.assets.DownloadAsset(assets.DownloadAssetRequest(id=asset.id))
    return b"".join(piece.data for piece in pieces)


@pytest.fixture(scope="module")
def made(suite: RunningSuite) -> tuple[jobs.Job, list[jobs.JobEvent]]:
    """A film made by gRPC, with all its events."""
    with suite.channel() as channel:
        client = Client(channel)
        job = client.film(PROMPT, scenes=4)
        events = list(client.watch(job.id))
        return client.jobs.GetJob(jobs.GetJobRequest(id=job.id)).job, events


def test_the_film_is_what_was_promised(
    made: tuple[jobs.Job, list[jobs.JobEvent]], client: Client, tmp_path: Path
) -> None:
    """At least 20 s of H.264 and AAC, soft subtitles that say what the .srt says, faststart, pictures that differ."""
    job, _ = made
    film = job.result.film
    path = tmp_path / "film.mp4"
    path.write_bytes(download(client, film.film))

    with av.open(str(path)) as container:
        codecs = {stream.type: stream.codec_context.name for stream in container.streams if stream.type != "data"}
        assert codecs == {"video": "h264", "audio": "aac", "subtitle": "mov_text"}
        assert container.duration is not None and container.duration / av.time_base >= 20
        video = container.streams.video[0]
        assert (video.width, video.height) == (640, 360)
    head = path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")
    assert len({picture.sha256 for picture in film.pictures}) == len(film.pictures) >= 4
    assert film.title and film.title != PROMPT
    board = json.loads(download(client, film.storyboard))
    told = " ".join(shot["narration"] for shot in board["shots"])
    assert spoken_text(download(client, film.subtitles).decode()) == told
    assert download(client, film.poster).startswith(b"\xff\xd8")


def test_events_are_gapless_and_progress_never_goes_back(made: tuple[jobs.Job, list[jobs.JobEvent]]) -> None:
    """Sequence numbers count from 1, percent is monotonic, stages, shots, previews and a terminal event are there."""
    job, events = made

    assert [event.sequence for event in events] == list(range(1, job.latest_sequence + 1))
    percents = [event.percent for event in events]
    assert percents == sorted(percents) and percents[-1] == 100
    assert {"outlining", "shooting", "editing"} <= {event.stage for event in events}
    assert {event.part.key for event in events if event.HasField("part")} == {f"shot-{n}" for n in (1, 2, 3, 4)}
    assert sum(event.HasField("preview") for event in events) >= 4
    assert any(event.HasField("eta") for event in events)
    assert events[-1].state == jobs.Job.STATE_SUCCEEDED and events[-1].result.film.film.id


def test_rest_gives_the_same_film_and_the_same_events(
    made: tuple[jobs.Job, list[jobs.JobEvent]], suite: RunningSuite
) -> None:
    """POST /api/v1/films and server-sent events make the film that gRPC made, for the same sentence and seed."""
    job, _ = made
    body = {"prompt": PROMPT, "scenes": 4, "resolution": 360, "seed": 7}
    answer = httpx.post(f"{suite.url}/api/v1/films", json=body, timeout=30)
    assert answer.status_code == 200, answer.text

    events = sse_events(suite.url, answer.json()["id"])

    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    film = events[-1]["result"]["film"]  # type: ignore[index]
    assert film["title"] == job.result.film.title
    assert [p["sha256"] for p in film["pictures"]] == [p.sha256 for p in job.result.film.pictures]
    assert film["film"]["sha256"] == job.result.film.film.sha256
    assert film["subtitles"]["sha256"] == job.result.film.subtitles.sha256


def test_the_command_gives_the_same_film(
    made: tuple[jobs.Job, list[jobs.JobEvent]], suite: RunningSuite, client: Client, tmp_path: Path
) -> None:
    """`reelwright film` leaves the film, subtitles, poster, storyboard and pictures in a folder named by title."""
    job, _ = made
    options = ["--scenes", "4", "--resolution", "360", "--seed", "7", "--out", str(tmp_path)]

    finished = suite.cli("film", PROMPT, *options)

    assert finished.returncode == 0, finished.stderr
    folder = Path(finished.stdout.strip())
    assert {path.name for path in folder.iterdir()} == {
        "film.mp4", "film.srt", "poster.jpg", "storyboard.json", *(f"scene-0{n}.png" for n in (1, 2, 3, 4)),
    }  # fmt: skip
    assert (folder / "film.mp4").read_bytes() == download(client, job.result.film.film)
    assert "100.0%" in finished.stderr and "picture done" in finished.stderr


def test_two_watchers_and_a_resumed_one_see_the_same(
    made: tuple[jobs.Job, list[jobs.JobEvent]], suite: RunningSuite, client: Client
) -> None:
    """gRPC and server-sent events give the same log, and from sequence N the same rest of it."""
    job, events = made
    middle = job.latest_sequence // 2

    by_sse, rest_by_sse = sse_events(suite.url, job.id), sse_events(suite.url, job.id, middle)
    rest = list(client.watch(job.id, after=middle))

    assert list(client.watch(job.id)) == events
    assert rest == events[middle:]
    assert [e["sequence"] for e in by_sse] == [e.sequence for e in events]
    assert by_sse[middle:] == rest_by_sse
    assert sse_events(suite.url, job.id, job.latest_sequence) == []


def test_another_sentence_gives_another_film(made: tuple[jobs.Job, list[jobs.JobEvent]], client: Client) -> None:
    """No picture, no line and no sound of one sentence's film is in another's; portrait is upright."""
    job, _ = made
    other = client.film("Two robots arguing about the last battery", aspect_ratio="9:16")
    last = list(client.watch(other.id))[-1]

    film = last.result.film
    assert last.state == jobs.Job.STATE_SUCCEEDED, last.error
    assert (film.film.width, film.film.height) == (360, 640)
    assert not {p.sha256 for p in film.pictures} & {p.sha256 for p in job.result.film.pictures}
    assert spoken_text(download(client, film.subtitles).decode()) != spoken_text(
        download(client, job.result.film.subtitles).decode()
    )
    sounds = {
        child.result.audio.audio.sha256 for child in client.children(other.id) if child.kind in ("speech", "music")
    }
    assert not sounds & {c.result.audio.audio.sha256 for c in client.children(job.id) if c.kind in ("speech", "music")}
