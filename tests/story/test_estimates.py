"""What a film costs is known before it is made, by the services that will make its parts, and is what it then costs."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from google.protobuf import duration_pb2

from reelwright.audio.v1 import audio_service_pb2 as audio
from reelwright.audio.v1 import audio_service_pb2_grpc as audio_rpc
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import llm_service_pb2_grpc as llm_rpc
from reelwright.story.v1 import story_service_pb2 as story
from reelwright.video.v1 import video_service_pb2 as video
from reelwright.video.v1 import video_service_pb2_grpc as video_rpc
from tests.chaos.lot import Lot
from tests.paid.studio import MODELS
from tests.services.answers import refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


def wanted(model: str = "", **changed: Any) -> story.MakeFilmRequest:
    """A small film with pictures of this model."""
    small: dict[str, Any] = {"prompt": "A lighthouse keeper befriends a storm", "scenes": 2, "resolution": 360}
    return story.MakeFilmRequest(**(small | {"models": story.FilmModels(image=model)} | changed))


async def estimated(lot: Lot, request: story.MakeFilmRequest) -> story.EstimateFilmResponse:
    """The estimate of a film."""
    return await lot.story.EstimateFilm(story.EstimateFilmRequest(request=request))


async def ended(lot: Lot, job: str) -> pb.Job:
    """The job at its end."""
    async with lot.watching(job) as film:
        await film.ended()
    return (await lot.jobs("llm").GetJob(pb.GetJobRequest(id=job))).job


async def test_every_part_is_asked_of_the_service_that_makes_it(priced_lot: Lot) -> None:
    """With a price for everything each item is that price for what a film typically has, and they add up."""
    answer = await estimated(priced_lot, wanted())
    items = [(item.what, item.count, item.model, item.estimated_micros) for item in answer.items]
    assert items == [
        ("text", 3, "local/text", (900 + 2 * 150) * 1 + (600 + 2 * 315) * 4),
        ("picture", 2, "local/image", 2 * 1_000),
        # What is said is 90 characters, 16 in a second; a clip is 1.5 s longer.
        ("clip", 2, "local/video", 2 * 712_000),
        ("voice", 2, "local/speech", 2 * 90 * 15),
        ("music", 1, "local/music", 345),
        ("edit", 1, "local/editor", 0),
    ]
    assert answer.known and answer.estimated_micros == sum(item[3] for item in items)


async def test_the_wished_film_is_what_is_estimated(priced_lot: Lot) -> None:
    """Resolution, length and silence reach the services: larger and longer clips cost more, no music nothing."""
    long = wanted(duration=duration_pb2.Duration(seconds=43), resolution=720, music=False)
    items = {item.what: item.estimated_micros for item in (await estimated(priced_lot, long)).items}
    assert items["clip"] == 2 * 20 * 400_000 and "music" not in items


async def test_a_film_that_is_only_validated_answers_with_its_estimate(priced_lot: Lot) -> None:
    """MakeFilm is admitted at the same estimate; nothing is made for it."""
    job = (await priced_lot.story.MakeFilm(wanted(validate_only=True))).job
    assert job.id == "" and job.cost.estimated_micros == (await estimated(priced_lot, wanted())).estimated_micros > 0


async def test_a_price_that_is_not_known_is_said_and_refused(priced_lot: Lot) -> None:
    """The estimate says so, and neither the film nor its picture is made as the settings are."""
    unknown = "replicate/black-forest-labs/flux-dev"
    answer = await estimated(priced_lot, wanted(unknown))
    assert not answer.known and {i.what: i.estimated_micros for i in answer.items}["picture"] == 0
    images: image_rpc.ImageServiceAsyncStub = image_rpc.ImageServiceStub(priced_lot.channels["image"])
    picture = image.CreateImageRequest(prompt="a crow", model=unknown)
    assert not (await images.EstimateCost(image.EstimateCostRequest(request=picture))).known
    for call in (priced_lot.story.MakeFilm(wanted(unknown)), images.CreateImage(picture)):
        refused = await refusal(call)
        assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "PRICE_UNKNOWN")
        assert refused.metadata["model"] == unknown


async def test_what_is_wrong_with_a_part_is_said_before_the_film_is_taken(free_lot: Lot) -> None:
    """A model or a voice that is not there fails the order, not the film."""
    models, voice = wanted("acme/paint"), wanted(voice="nobody")
    for request, reason in ((models, "MODEL_NOT_FOUND"), (voice, "VOICE_NOT_FOUND")):
        assert (await refusal(free_lot.story.MakeFilm(request))).reason == reason
        assert (await refusal(estimated(free_lot, request))).reason == reason


@pytest.mark.parametrize("vendor", ["fal", "replicate"])
async def test_a_film_costs_what_was_estimated(free_lot: Lot, vendor: str) -> None:
    """To the micro-dollar, by our books and by the vendor's, where a picture has a price."""
    request = wanted(MODELS[vendor], seed=3)
    estimate = (await estimated(free_lot, request)).estimated_micros
    film = await ended(free_lot, (await free_lot.story.MakeFilm(request)).job.id)
    assert film.state == pb.Job.STATE_SUCCEEDED, film
    assert film.cost.settled_micros == film.cost.estimated_micros == estimate == 2 * 3_000
    children = (await free_lot.jobs("llm").ListJobs(pb.ListJobsRequest(parent=film.id))).jobs
    assert sum(free_lot.studio.billed(child.id) for child in children) == estimate
    rows = await free_lot.studio.rows(
        "select kind, sum(images)::int as images, sum(seconds) as seconds, sum(characters)::int as characters"
        " from reelwright.usage where job = any(%s) group by kind",
        [child.id for child in children],
    )
    made = {row["kind"]: row for row in rows}
    assert made["image"]["images"] == 2 and made["speech"]["characters"] > 40
    assert all(made[kind]["seconds"] > 4 for kind in ("video", "speech", "music", "film_edit"))


async def test_a_film_that_meets_its_ceiling_says_what_is_left_and_goes_on_with_a_higher_one(free_lot: Lot) -> None:
    """Its own failure names what it needs; a retry with that makes the rest, and pays no picture twice."""
    request = wanted(MODELS["fal"], seed=4, scenes=3, max_cost_micros=7_000)
    job = (await free_lot.story.MakeFilm(request)).job
    stopped = await ended(free_lot, job.id)
    assert stopped.state == pb.Job.STATE_FAILED and stopped.cost.settled_micros == 6_000
    (row,) = await free_lot.studio.rows("select error from reelwright.jobs where id = %s", job.id)
    error = row["error"]
    said = error["metadata"]
    assert (error["reason"], error["domain"], said["job"]) == ("COST_CEILING", "jobs.reelwright", job.id)
    assert (said["max_cost_micros"], said["needed_micros"], said["retry_with_micros"]) == ("7000", "3000", "9000")
    assert re.fullmatch(r"pictures of shot (\d), clips of shot \1 and the edit", said["left"])
    assert f"2 of 3 shots have their pictures; {said['left']} are left." in error["message"]
    assert "max_cost_micros of at least 9000" in error["message"]
    await free_lot.jobs("story").RetryJob(pb.RetryJobRequest(id=job.id, max_cost_micros=9_000))
    async with free_lot.watching(job.id, after=stopped.latest_sequence) as film:
        await film.ended()
    done = (await free_lot.jobs("llm").GetJob(pb.GetJobRequest(id=job.id))).job
    assert done.state == pb.Job.STATE_SUCCEEDED and done.cost.settled_micros == 9_000, done


async def test_the_plan_of_a_film_is_paid_by_the_film(priced_lot: Lot) -> None:
    """A ceiling below the price of its first text stops it there, and nothing else of it was begun."""
    job = (await priced_lot.story.MakeFilm(wanted(max_cost_micros=100))).job
    stopped = await ended(priced_lot, job.id)
    (row,) = await priced_lot.studio.rows("select error from reelwright.jobs where id = %s", job.id)
    said = row["error"]["metadata"]
    assert (row["error"]["reason"], said["job"]) == ("COST_CEILING", job.id), row
    assert said["left"] == "everything from the plan on" and stopped.cost.settled_micros == 0
    assert not (await priced_lot.jobs("llm").ListJobs(pb.ListJobsRequest(parent=job.id))).jobs


async def test_speech_is_charged_by_the_operators_list(priced_lot: Lot) -> None:
    """What was estimated is what the job costs, and the report has its characters and seconds."""
    sounds: audio_rpc.AudioServiceAsyncStub = audio_rpc.AudioServiceStub(priced_lot.channels["audio"])
    spoken = (await sounds.Speak(audio.SpeakRequest(text="The lamp is lit."))).job
    job = await ended(priced_lot, spoken.id)
    assert job.state == pb.Job.STATE_SUCCEEDED, job
    assert job.cost.settled_micros == job.cost.estimated_micros == 16 * 15
    assert job.result.audio.audio.provenance.cost_micros == 16 * 15
    (row,) = await priced_lot.studio.rows("select * from reelwright.usage where job = %s", job.id)
    assert (row["kind"], row["requests"], row["characters"], row["cost_micros"]) == ("speech", 1, 16, 240)
    assert 0.5 < row["seconds"] < 5


async def test_the_operators_prices_hold_in_every_service(priced_lot: Lot) -> None:
    """Estimates and model lists of all four services are those of the file."""
    channels = priced_lot.channels
    texts: llm_rpc.LlmServiceAsyncStub = llm_rpc.LlmServiceStub(channels["llm"])
    text = (await texts.ListModels(llm.ListModelsRequest(kind="chat"))).models[0]
    assert (text.input_price_micros, text.output_price_micros) == (1_000_000, 4_000_000)
    images: image_rpc.ImageServiceAsyncStub = image_rpc.ImageServiceStub(channels["image"])
    drawn = image.EstimateCostRequest(request=image.CreateImageRequest(prompt="a crow", count=3))
    assert (await images.EstimateCost(drawn)).estimated_micros == 3 * 2_000
    listed = (await images.ListModels(image.ListModelsRequest())).models
    assert {one.id: one.price_micros for one in listed}["local/image"] == 2_000
    videos: video_rpc.VideoServiceAsyncStub = video_rpc.VideoServiceStub(channels["video"])
    filmed = video.EstimateCostRequest(
        request=video.CreateVideoRequest(prompt="drift", duration=duration_pb2.Duration(seconds=3), resolution=480)
    )
    assert (await videos.EstimateCost(filmed)).estimated_micros == 300_000
    assert (await videos.ListModels(video.ListModelsRequest())).models[0].price_per_second_micros == 400_000
    sounds: audio_rpc.AudioServiceAsyncStub = audio_rpc.AudioServiceStub(channels["audio"])
    spoken = audio.EstimateCostRequest(speak=audio.SpeakRequest(text="Hello."))
    played = audio.EstimateCostRequest(
        create_music=audio.CreateMusicRequest(prompt="calm", duration=duration_pb2.Duration(seconds=60))
    )
    assert [(await sounds.EstimateCost(one)).estimated_micros for one in (spoken, played)] == [90, 1_200]
    heard = (await sounds.ListModels(audio.ListModelsRequest())).models
    assert {one.kind: one.price_micros for one in heard} == {"speech": 15_000, "music": 1_200}


async def test_a_service_that_is_away_is_not_waited_for_long(free_lot: Lot) -> None:
    """Whoever asks for a price, or for a film, is told which part cannot be reached, within seconds."""
    await free_lot.processes["audio"].kill()
    try:
        for call in (estimated(free_lot, wanted()), free_lot.story.MakeFilm(wanted())):
            began = time.monotonic()
            refused = await refusal(call)
            assert (refused.code, refused.reason) == ("UNAVAILABLE", "PART_UNAVAILABLE")
            assert refused.metadata["part"] == "audio service"
            assert time.monotonic() - began < 6.5
    finally:
        await free_lot.start("audio")
        await free_lot.processes["audio"].address()
