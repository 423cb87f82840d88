"""What all services have in common: reflection, health, jobs, files, and calls that are not offered."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import duration_pb2
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.audio.v1 import audio_service_pb2 as audio
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.story.v1 import story_service_pb2 as story
from reelwright.video.v1 import video_service_pb2 as video
from reelwright_kit.errors import NotOffered
from tests.services.answers import refusal
from tests.services.conftest import SERVICES, Suite

ASSET = assets.MediaReference(asset="ast_nothing")
SMALL: dict[str, Any] = {"prompt": "a red boat", "width": 64, "height": 64}


@pytest.mark.parametrize("service", SERVICES)
async def test_reflection_lists_the_whole_contract(suite: Suite, service: str) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(suite.channels[service])
    call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
    answer = await anext(aiter(call))
    ours = {f"reelwright.{name}.v1.{name.capitalize()}Service" for name in (*SERVICES, "admin")}
    assert {found.name for found in answer.list_services_response.service} == ours | {
        "reelwright.jobs.v1.JobService",
        "reelwright.jobs.v1.WebhookService",
        "reelwright.assets.v1.AssetService",
        "reelwright.llm.v1.ResponseService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


@pytest.mark.parametrize("service", SERVICES)
async def test_every_name_of_a_service_is_healthy(suite: Suite, service: str) -> None:
    stub = health_pb2_grpc.HealthStub(suite.channels[service])
    own = f"reelwright.{service}.v1.{service.capitalize()}Service"
    for name in ("", "readiness", "liveness", own, "reelwright.jobs.v1.JobService"):
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_answers_for_every_job_and_file(suite: Suite, service: str) -> None:
    missing_job = await refusal(suite.jobs(service).GetJob(jobs.GetJobRequest(id="img_nothing")))
    assert (missing_job.code, missing_job.reason) == ("NOT_FOUND", "JOB_NOT_FOUND")
    missing_file = await refusal(suite.assets(service).GetAsset(assets.GetAssetRequest(id="ast_nothing")))
    assert (missing_file.code, missing_file.reason) == ("NOT_FOUND", "ASSET_NOT_FOUND")


NOT_OFFERED = [
    ("image", "EditImage", image.EditImageRequest(prompt="x", images=[ASSET])),
    ("audio", "Transcribe", audio.TranscribeRequest(audio=ASSET)),
    ("video", "RemixVideo", video.RemixVideoRequest(video=ASSET, prompt="x")),
    ("video", "ExtendVideo", video.ExtendVideoRequest(prompt="x", video=ASSET)),
    ("story", "WriteStory", story.WriteStoryRequest(prompt="x")),
    ("story", "PlanScenes", story.PlanScenesRequest(prompt="x")),
    ("story", "Illustrate", story.IllustrateRequest(text="x")),
    ("story", "ReviseShot", story.ReviseShotRequest(film="sty_1", shot=1)),
    ("story", "MakeCampaign", story.MakeCampaignRequest(prompt="x", kind="promo")),
    ("story", "MakeFromVoice", story.MakeFromVoiceRequest(audio=ASSET)),
]


@pytest.mark.parametrize(("service", "call", "request_"), NOT_OFFERED, ids=[call for _, call, _ in NOT_OFFERED])
async def test_a_call_that_is_not_offered_says_so(suite: Suite, service: str, call: str, request_: Message) -> None:
    refused = await refusal(getattr(getattr(suite, service), call)(request_))
    assert (refused.code, refused.reason, refused.metadata) == ("UNIMPLEMENTED", NotOffered.reason, {"rpc": call})


async def test_a_job_is_found_listed_waited_for_and_deleted(suite: Suite) -> None:
    request = image.CreateImageRequest(**SMALL, seed=11, labels={"of": "this test"})
    job = await suite.done((await suite.image.CreateImage(request)).job)
    listed = await suite.jobs().ListJobs(jobs.ListJobsRequest(label="of=this test"))
    assert [found.id for found in listed.jobs] == [job.id]
    waited = await suite.jobs("video").WaitJob(jobs.WaitJobRequest(id=job.id, timeout=duration_pb2.Duration(seconds=5)))
    assert waited.job == job
    refused = await refusal(suite.jobs().CancelJob(jobs.CancelJobRequest(id=job.id)))
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "JOB_STATE")
    picture = job.result.image.images[0].id
    await suite.jobs().DeleteJob(jobs.DeleteJobRequest(id=job.id))
    for gone in (
        suite.jobs().GetJob(jobs.GetJobRequest(id=job.id)),
        suite.assets().GetAsset(assets.GetAssetRequest(id=picture)),
    ):
        assert (await refusal(gone)).code == "NOT_FOUND"


async def test_the_log_of_a_job_is_gapless_and_can_be_continued(suite: Suite) -> None:
    job = await suite.done((await suite.image.CreateImage(image.CreateImageRequest(**SMALL, seed=12))).job)

    async def watched(after: int) -> list[jobs.JobEvent]:
        call = suite.jobs("audio").WatchJob(jobs.WatchJobRequest(id=job.id, after_sequence=after))
        return [answer.event async for answer in call]

    events = await watched(0)
    assert [event.sequence for event in events] == list(range(1, job.latest_sequence + 1))
    assert await watched(2) == events[2:]
    assert await watched(job.latest_sequence) == []


async def test_pages_of_a_list_join_up_and_a_token_is_bound_to_its_filter(suite: Suite) -> None:
    for seed in range(3):
        await suite.image.CreateImage(image.CreateImageRequest(**SMALL, seed=seed, labels={"page": "me"}))
    found: list[str] = []
    token = ""
    for _ in range(3):
        page = await suite.jobs().ListJobs(jobs.ListJobsRequest(label="page=me", page_size=1, page_token=token))
        found.extend(job.id for job in page.jobs)
        token = page.next_page_token
        if token:
            refused = await refusal(suite.jobs().ListJobs(jobs.ListJobsRequest(page_token=token)))
            assert (refused.reason, refused.fields) == ("PAGE_TOKEN_INVALID", ["page_token"])
    assert len(set(found)) == 3 and not token


def upload(header: dict[str, Any], *data: bytes) -> Any:
    yield assets.UploadAssetRequest(header=assets.UploadHeader(**header))
    for piece in data:
        yield assets.UploadAssetRequest(data=piece)


async def test_a_file_is_uploaded_described_downloaded_and_deleted(suite: Suite) -> None:
    header = {"filename": "note.txt", "media_type": "text/plain", "tags": ["a"], "request_id": "upload-1"}
    kept = (await suite.assets().UploadAsset(upload(header, b"hello ", b"world"))).asset
    assert (kept.filename, kept.media_type, kept.size_bytes) == ("note.txt", "text/plain", 11)
    again = (await suite.assets("video").UploadAsset(upload(header, b"hello world"))).asset
    assert again.id == kept.id
    refused = await refusal(suite.assets().UploadAsset(upload(header, b"something else")))
    assert (refused.code, refused.reason, refused.metadata["asset"]) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED", kept.id)
    download = suite.assets("llm").DownloadAsset(assets.DownloadAssetRequest(id=kept.id, offset=6, length=3))
    assert b"".join([piece.data async for piece in download]) == b"wor"
    beyond = suite.assets().DownloadAsset(assets.DownloadAssetRequest(id=kept.id, offset=11))
    assert (await refusal(anext(aiter(beyond)))).reason == "RANGE_NOT_SATISFIABLE"
    changed = await suite.assets().UpdateAsset(
        assets.UpdateAssetRequest(asset=assets.Asset(id=kept.id, title="A note", tags=["b"], keep=True))
    )
    assert (changed.asset.title, list(changed.asset.tags), changed.asset.keep) == ("A note", ["b"], True)
    await suite.assets().DeleteAsset(assets.DeleteAssetRequest(id=kept.id))
    assert (await refusal(suite.assets().GetAsset(assets.GetAssetRequest(id=kept.id)))).code == "NOT_FOUND"


async def test_a_file_that_is_not_what_it_says_is_refused(suite: Suite) -> None:
    refused = await refusal(suite.assets().UploadAsset(upload({"media_type": "image/png"}, b"no picture")))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "MEDIA_UNREADABLE")


async def test_an_upload_begins_with_its_header(suite: Suite) -> None:
    def data() -> Any:
        yield assets.UploadAssetRequest(data=b"x")

    assert (await refusal(suite.assets().UploadAsset(data()))).fields == ["header"]
