"""The services make things: small ones, the same for the same seed, and say what they cannot make."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from google.protobuf import duration_pb2
from google.protobuf.message import Message

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.audio.v1 import audio_service_pb2 as audio
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.story.v1 import story_service_pb2 as story
from reelwright.video.v1 import video_service_pb2 as video
from tests.services.answers import refusal
from tests.services.conftest import Suite

SMALL: dict[str, Any] = {"prompt": "a red boat", "width": 64, "height": 64}
TEN_S = duration_pb2.Duration(seconds=10)


def picture(**changed: Any) -> image.CreateImageRequest:
    return image.CreateImageRequest(**{**SMALL, **changed})


def chat(**changed: Any) -> llm.ChatRequest:
    return llm.ChatRequest(messages=[llm.Message(role="user", content="Tell me of a fox.")], **changed)


def missing() -> assets.MediaReference:
    return assets.MediaReference(asset="ast_nothing")


async def test_three_pictures_are_made_each_with_a_seed_of_its_own(suite: Suite) -> None:
    job = await suite.done((await suite.image.CreateImage(picture(count=3, seed=5))).job)
    pictures = job.result.image.images
    assert [(made.width, made.height, made.provenance.seed) for made in pictures] == [(64, 64, 5 + n) for n in range(3)]
    assert len({made.sha256 for made in pictures}) == 3
    download = suite.assets("llm").DownloadAsset(assets.DownloadAssetRequest(id=pictures[0].id))
    assert b"".join([piece.data async for piece in download]).startswith(b"\x89PNG")


async def test_the_same_seed_makes_the_same_picture(suite: Suite) -> None:
    made = [(await suite.image.CreateImage(picture(seed=seed))).job for seed in (9, 9, 10)]
    first, again, other = [(await suite.done(job)).result.image.images[0].sha256 for job in made]
    assert first == again != other
    assert len({job.id for job in made}) == 3


async def test_a_request_id_names_one_job_however_often_it_is_sent(suite: Suite) -> None:
    request = picture(request_id="once", seed=1)
    answers = await asyncio.gather(*(suite.image.CreateImage(request) for _ in range(20)))
    assert len({answer.job.id for answer in answers}) == 1
    refused = await refusal(suite.image.CreateImage(picture(request_id="once", seed=2)))
    assert (refused.code, refused.reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED")
    assert refused.metadata["job"] == answers[0].job.id


async def test_an_answer_can_be_waited_for(suite: Suite) -> None:
    job = (await suite.image.CreateImage(picture(wait=TEN_S))).job
    assert job.state == jobs.Job.STATE_SUCCEEDED and job.percent == 100
    short = (await suite.image.CreateImage(picture(wait=duration_pb2.Duration(nanos=1)))).job
    assert short.id


async def test_a_request_that_is_only_validated_makes_nothing(suite: Suite) -> None:
    mark = {"only": "validated"}
    job = (await suite.image.CreateImage(picture(validate_only=True, labels=mark))).job
    assert (job.id, job.state) == ("", jobs.Job.STATE_QUEUED)
    assert not (await suite.jobs().ListJobs(jobs.ListJobsRequest(label="only=validated"))).jobs
    refused = await refusal(suite.image.CreateImage(picture(validate_only=True, width=3000, height=3000)))
    assert refused.reason == "SIZE_UNSUPPORTED"


async def test_a_clip_is_made_from_a_picture_and_edited_into_a_film_with_a_voice(suite: Suite) -> None:
    drawn, spoken = await asyncio.gather(
        suite.image.CreateImage(picture(width=160, height=90)),
        suite.audio.Speak(audio.SpeakRequest(text="Hello there.")),
    )
    first = (await suite.done(drawn.job)).result.image.images[0]
    request = video.CreateVideoRequest(
        prompt="push in",
        first_frame=assets.MediaReference(asset=first.id),
        duration=duration_pb2.Duration(seconds=1),
        resolution=360,
        fps=12,
    )
    clip = (await suite.done((await suite.video.CreateVideo(request)).job)).result.video.video
    assert (clip.media_type, clip.width, clip.height) == ("video/mp4", 640, 360)
    assert abs(clip.duration.ToMilliseconds() - 1000) < 150
    assert list(clip.provenance.parents) == [first.id]
    voice = (await suite.done(spoken.job)).result.audio
    assert voice.audio.media_type == "audio/wav" and [word.text for word in voice.words]
    edit = video.ComposeFilmRequest(
        clips=[
            video.FilmClip(
                video=assets.MediaReference(asset=clip.id),
                voice=assets.MediaReference(asset=voice.audio.id),
                narration="Hello there.",
                words=voice.words,
            )
        ],
        resolution=360,
        fps=12,
    )
    film = (await suite.done((await suite.video.ComposeFilm(edit)).job)).result.video
    assert film.video.media_type == "video/mp4" and film.poster.media_type == "image/jpeg"
    assert film.subtitles.media_type == "application/x-subrip"


async def test_music_of_a_length_is_made_the_same_for_the_same_seed(suite: Suite) -> None:
    request = audio.CreateMusicRequest(prompt="calm", duration=duration_pb2.Duration(seconds=5), seed=3)
    made = [(await suite.audio.CreateMusic(request)).job for _ in range(2)]
    sounds = [(await suite.done(job)).result.audio.audio for job in made]
    assert abs(sounds[0].duration.ToMilliseconds() - 5000) < 500
    assert sounds[0].sha256 == sounds[1].sha256


async def test_voices_are_listed_and_can_be_spoken_with(suite: Suite) -> None:
    voices = (await suite.audio.ListVoices(audio.ListVoicesRequest(language="de"))).voices
    assert voices and all(voice.language.startswith("de") for voice in voices)
    job = (await suite.audio.Speak(audio.SpeakRequest(text="Guten Tag", voice=voices[0].id, language="de"))).job
    await suite.done(job)


async def test_a_question_is_answered_once_per_request_id(suite: Suite) -> None:
    answer = await suite.llm.Chat(chat(request_id="chat-1", seed=1))
    assert answer.choices[0].message.content and answer.usage.total_tokens
    assert (await suite.llm.Chat(chat(request_id="chat-1", seed=1))).id == answer.id
    refused = await refusal(suite.llm.Chat(chat(request_id="chat-1", seed=2)))
    assert (refused.code, refused.reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED")
    assert refused.metadata["answer"] == answer.id


async def test_an_answer_fits_the_schema_it_was_asked_for(suite: Suite) -> None:
    request = chat(seed=1)
    request.response_format.type = "json_schema"
    request.response_format.json_schema.name = "pet"
    request.response_format.json_schema.schema.update(
        {"type": "object", "properties": {"legs": {"type": "integer"}}, "required": ["legs"]}
    )
    answer = json.loads((await suite.llm.Chat(request)).choices[0].message.content)
    assert isinstance(answer["legs"], int)


async def test_a_streamed_answer_is_the_whole_one_in_pieces(suite: Suite) -> None:
    request = llm.StreamChatRequest(messages=[llm.Message(role="user", content="Tell me of a fox.")], seed=1)
    chunks = [chunk async for answer in suite.llm.StreamChat(request) for chunk in answer.chunks]
    text = "".join(chunk.choices[0].delta.content for chunk in chunks)
    assert text == (await suite.llm.Chat(chat(seed=1))).choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "stop" and chunks[-1].usage.total_tokens


async def test_texts_are_embedded_and_judged(suite: Suite) -> None:
    embedded = await suite.llm.Embed(llm.EmbedRequest(inputs=["a fox", "a boat"], dimensions=64))
    assert [len(found.values) for found in embedded.embeddings] == [64, 64]
    judged = await suite.llm.Moderate(llm.ModerateRequest(texts=["a quiet lake"]))
    assert not judged.results[0].flagged


@pytest.mark.parametrize("service", ["llm", "image", "video", "audio"])
async def test_models_are_listed_with_the_local_one(suite: Suite, service: str) -> None:
    module = {"llm": llm, "image": image, "video": video, "audio": audio}[service]
    listed = await getattr(suite, service).ListModels(module.ListModelsRequest())
    assert any(model.id.startswith("local/") and model.configured for model in listed.models)


async def test_an_estimate_makes_nothing_and_costs_nothing(suite: Suite) -> None:
    answer = await suite.image.EstimateCost(image.EstimateCostRequest(request=picture()))
    assert (answer.known, answer.estimated_micros, answer.model) == (True, 0, "local/image")
    for asked, model in (
        (audio.EstimateCostRequest(speak=audio.SpeakRequest(text="Hello.")), "local/speech"),
        (audio.EstimateCostRequest(create_music=audio.CreateMusicRequest(prompt="calm")), "local/music"),
    ):
        heard = await suite.audio.EstimateCost(asked)
        assert (heard.known, heard.estimated_micros, heard.model) == (True, 0, model)
    refused = await refusal(suite.audio.EstimateCost(audio.EstimateCostRequest()))
    assert (refused.reason, refused.fields) == ("FIELD_INVALID", ["request"])


FRAME = {"first_frame": missing()}

REFUSED: dict[str, tuple[str, str, Message, str, str, list[str]]] = {
    "no prompt": ("image", "CreateImage", picture(prompt=""), "INVALID_ARGUMENT", "FIELD_INVALID", ["prompt"]),
    "two faults": (
        "image",
        "CreateImage",
        picture(count=99, aspect_ratio="5:1"),
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        ["count", "aspect_ratio"],
    ),
    "width alone": ("image", "CreateImage", picture(height=0), "INVALID_ARGUMENT", "FIELD_INVALID", ["height"]),
    "too large": (
        "image",
        "CreateImage",
        picture(width=4096, height=64),
        "INVALID_ARGUMENT",
        "SIZE_UNSUPPORTED",
        ["width"],
    ),
    "references": (
        "image",
        "CreateImage",
        picture(references=[missing()]),
        "INVALID_ARGUMENT",
        "REFERENCES_UNSUPPORTED",
        ["references"],
    ),
    "nul": ("image", "CreateImage", picture(prompt="a\0b"), "INVALID_ARGUMENT", "FIELD_INVALID", ["prompt"]),
    "no such parent": (
        "image",
        "CreateImage",
        picture(parent="sty_nothing"),
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        ["parent"],
    ),
    "unknown image model": ("image", "CreateImage", picture(model="acme/paint"), "NOT_FOUND", "MODEL_NOT_FOUND", []),
    "unknown text model": ("llm", "Chat", chat(model="acme/words"), "NOT_FOUND", "MODEL_NOT_FOUND", []),
    "unknown music model": (
        "audio",
        "CreateMusic",
        audio.CreateMusicRequest(prompt="x", model="acme/noise"),
        "NOT_FOUND",
        "MODEL_NOT_FOUND",
        [],
    ),
    "tools": (
        "llm",
        "Chat",
        chat(n=2),
        "INVALID_ARGUMENT",
        "CAPABILITY_UNSUPPORTED",
        ["n"],
    ),
    "unknown voice": (
        "audio",
        "Speak",
        audio.SpeakRequest(text="x", voice="nobody"),
        "NOT_FOUND",
        "VOICE_NOT_FOUND",
        ["voice"],
    ),
    "unknown language": (
        "audio",
        "Speak",
        audio.SpeakRequest(text="x", language="tlh"),
        "NOT_FOUND",
        "VOICE_NOT_FOUND",
        ["language"],
    ),
    "nothing to say": ("audio", "Speak", audio.SpeakRequest(text="  "), "INVALID_ARGUMENT", "FIELD_INVALID", ["text"]),
    "no number": (
        "audio",
        "Speak",
        audio.SpeakRequest(text="x", speed=float("nan")),
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        ["speed"],
    ),
    "no first frame": (
        "video",
        "CreateVideo",
        video.CreateVideoRequest(prompt="x"),
        "INVALID_ARGUMENT",
        "FIRST_FRAME_REQUIRED",
        ["first_frame"],
    ),
    "missing first frame": (
        "video",
        "CreateVideo",
        video.CreateVideoRequest(prompt="x", first_frame=missing()),
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        ["first_frame.asset"],
    ),
    "missing clip": (
        "video",
        "ComposeFilm",
        video.ComposeFilmRequest(clips=[video.FilmClip(video=missing())]),
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        ["clips[0].video.asset"],
    ),
    "no picture": (
        "video",
        "CreateVideo",
        video.CreateVideoRequest(prompt="x", first_frame=assets.MediaReference(content=b"no picture")),
        "INVALID_ARGUMENT",
        "MEDIA_UNREADABLE",
        ["first_frame.content"],
    ),
    "no story": (
        "story",
        "MakeFilm",
        story.MakeFilmRequest(prompt=" "),
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        ["prompt"],
    ),
    "odd shape": (
        "story",
        "MakeFilm",
        story.MakeFilmRequest(prompt="x", aspect_ratio="wide"),
        "INVALID_ARGUMENT",
        "FIELD_INVALID",
        ["aspect_ratio"],
    ),
}


@pytest.mark.parametrize("case", list(REFUSED))
async def test_what_cannot_be_made_is_refused_at_once_naming_the_field(suite: Suite, case: str) -> None:
    service, call, request, code, reason, fields = REFUSED[case]
    refused = await refusal(getattr(getattr(suite, service), call)(request))
    assert (refused.code, refused.reason, refused.fields) == (code, reason, fields)
    assert not fields or refused.metadata["field"] == fields[0]
