"""Each provider makes pictures, is asked once, and its failures become ours."""

from __future__ import annotations

import pytest

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_fakes.scenarios import Match, Scenario
from tests.paid.studio import MODELS, House, Studio, check_books

VENDORS = tuple(MODELS)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_picture_is_made_once_shown_kept_and_charged(house: House, vendor: str) -> None:
    studio, service = house.studio, house.service
    job = await service.create(vendor, "a lighthouse in a storm", aspect_ratio="16:9")
    events = await service.events(job.id)
    done = await service.done(job.id)
    assert done.state == pb.Job.STATE_SUCCEEDED, done
    (made,) = done.result.image.images
    assert made.width > made.height and made.media_type == "image/png"
    assert made.provenance.model == MODELS[vendor]
    assert made.provenance.cost_micros == done.cost.settled_micros == studio.billed(job.id) > 0
    assert done.cost.reserved_micros == 0 and done.cost.estimated_micros == done.cost.settled_micros
    assert any(event.type == pb.JobEvent.TYPE_PREVIEW for event in events)
    costs = [event.cost for event in events if event.HasField("cost")]
    assert costs[0].reserved_micros == done.cost.settled_micros and costs[-1] == done.cost
    await check_books(studio, [job.id])


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("fault", ["drop", "reset", "malformed"])
async def test_an_answer_that_is_lost_after_acceptance_never_makes_a_second_submission(
    house: House, vendor: str, fault: str
) -> None:
    studio, service = house.studio, house.service
    job = await service.create(vendor, f"a fox [fake:{fault}]")
    done = await service.done(job.id)
    assert list(studio.accepted(job.id).values()) == [1]
    if vendor == "replicate":
        # It has a list, in which the lost answer is found.
        assert done.state == pb.Job.STATE_SUCCEEDED, done
    else:
        assert done.error.code == 9 and f"whether {vendor} accepted" in done.error.message
        assert done.cost.reserved_micros > 0 and done.cost.settled_micros == 0
        (row,) = await studio.submissions(job.id)
        assert row["state"] == "AMBIGUOUS"
    await check_books(studio, [job.id], unknown=True)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_storm_of_refusals_is_waited_out(house: House, vendor: str) -> None:
    studio, service = house.studio, house.service
    job = await service.create(vendor, "a crow [fake:429 times=4 retry_after_s=0]")
    done = await service.done(job.id)
    assert done.state == pb.Job.STATE_SUCCEEDED, done
    assert list(studio.accepted(job.id).values()) == [1]
    await check_books(studio, [job.id])


async def test_a_provider_that_cannot_be_reached_is_waited_for(studio: Studio) -> None:
    """Nobody listens at its address until the jobs have said that they wait."""
    nowhere = "http://127.0.0.1:9"
    lost = {
        "OPENAI_BASE_URL": f"{nowhere}/openai/v1",
        "FAL_QUEUE_BASE_URL": f"{nowhere}/fal/queue",
        "REPLICATE_BASE_URL": f"{nowhere}/replicate",
    }
    async with studio.service(**lost) as service:
        jobs = [(await service.create(vendor, "a heron")).id for vendor in VENDORS]
        for job in jobs:
            event = await service.until(job, "waiting for the provider")
            assert "cannot be reached" in event.message and nowhere not in event.message
    async with studio.service() as service:
        for job in jobs:
            assert (await service.done(job)).state == pb.Job.STATE_SUCCEEDED
        await check_books(studio, jobs)


@pytest.mark.parametrize("vendor", ["fal", "replicate"])
@pytest.mark.parametrize(
    "directive",
    ["[fake:500 at=poll times=3] [fake:polls=3]", "[fake:truncate]", "[fake:expired]", "[fake:drop at=poll]"],
)
async def test_questions_that_fail_are_asked_again(house: House, vendor: str, directive: str) -> None:
    studio, service = house.studio, house.service
    job = await service.create(vendor, f"a badger {directive}")
    assert (await service.done(job.id)).state == pb.Job.STATE_SUCCEEDED
    assert list(studio.accepted(job.id).values()) == [1]
    await check_books(studio, [job.id])


@pytest.mark.parametrize("vendor", VENDORS)
async def test_what_the_provider_fails_is_the_failure_of_the_job_and_free(house: House, vendor: str) -> None:
    studio, service = house.studio, house.service
    job = await service.create(vendor, "a bat [fake:fail]")
    done = await service.done(job.id)
    assert done.state == pb.Job.STATE_FAILED
    (row,) = await studio.submissions(job.id)
    assert row["state"] == "FAILED" and row["failure"]["reason"] in ("PROVIDER_FAILED", "CONTENT_BLOCKED")
    assert done.cost.reserved_micros == done.cost.settled_micros == studio.billed(job.id) == 0


async def test_a_key_that_is_refused_is_our_failure_and_not_shown(house: House) -> None:
    control = house.studio.fake.control
    for vendor in VENDORS:
        control.demand_key(vendor, "sk-right")
    try:
        for vendor in VENDORS:
            done = await house.service.done((await house.service.create(vendor, "a mole")).id)
            assert done.state == pb.Job.STATE_FAILED and done.error.code == 9
            assert "key" in done.error.message or "token" in done.error.message
            assert "fake" not in done.error.message
    finally:
        for vendor in VENDORS:
            control.demand_key(vendor, None)


@pytest.mark.parametrize("vendor", ["fal", "replicate"])
async def test_cancelling_reaches_the_provider(house: House, vendor: str) -> None:
    studio, service = house.studio, house.service
    job = await service.create(vendor, "a stork [fake:never]")
    await service.until(job.id, "drawing")
    await service.jobs.CancelJob(pb.CancelJobRequest(id=job.id))
    (entry,) = [e for e in studio.fake.control.ledger().submissions if e.intent.startswith(f"{job.id}.")]
    assert studio.fake.control.wait_for("cancelled", provider_id=entry.provider_id)
    row = await studio.row_in(job.id, "picture-1", "FAILED")
    assert row["failure"]["reason"] == "JOB_CANCELLED"
    await check_books(studio, [job.id])


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_failed_job_is_retried_under_its_own_id(house: House, vendor: str) -> None:
    """The first submission fails at the provider; the retry makes a second one, and only one."""
    studio, service = house.studio, house.service
    number = studio.fail_once(vendor, "a stoat that fails once")
    job = await service.create(vendor, "a stoat that fails once")
    failed = await service.done(job.id)
    assert failed.state == pb.Job.STATE_FAILED
    studio.fake.control.remove(number)
    again = (await service.jobs.RetryJob(pb.RetryJobRequest(id=job.id))).job
    assert again.state == pb.Job.STATE_QUEUED and again.latest_sequence > failed.latest_sequence
    done = await service.done(job.id, again.latest_sequence)
    assert done.state == pb.Job.STATE_SUCCEEDED and done.id == job.id
    assert done.cost.settled_micros == done.cost.estimated_micros and done.cost.reserved_micros == 0


@pytest.mark.parametrize("vendor", ["openai", "fal"])
async def test_an_unknown_submission_is_made_again_only_when_that_is_accepted(house: House, vendor: str) -> None:
    studio, service = house.studio, house.service
    job = await service.create(vendor, "a lynx [fake:drop]")
    failed = await service.done(job.id)
    refused = await service.refusal(service.jobs.RetryJob(pb.RetryJobRequest(id=job.id)))
    assert refused.reason == "SUBMISSION_UNKNOWN" and refused.metadata["intent"] == "picture-1"
    assert list(studio.accepted(job.id).values()) == [1]
    accept = pb.RetryJobRequest(id=job.id, accept_possible_duplicate=True)
    again = (await service.jobs.RetryJob(accept)).job
    done = await service.done(job.id, again.latest_sequence)
    assert done.state == pb.Job.STATE_SUCCEEDED
    assert list(studio.accepted(job.id).values()) == [2]
    # What nobody knew counts as paid: the books say what it may have cost.
    assert done.cost.settled_micros == 2 * failed.cost.reserved_micros and done.cost.reserved_micros == 0
    assert [row["state"] for row in await studio.submissions(job.id)] == ["SETTLED", "WRITTEN_OFF"]


async def test_an_end_user_sees_the_place_in_the_providers_queue(house: House) -> None:
    job = await house.service.create("fal", "a quail [fake:polls=4]")
    events = await house.service.events(job.id)
    waiting = [event for event in events if event.stage == "queued at fal"]
    assert waiting and all(event.HasField("queue_position") for event in waiting)


async def test_a_size_the_model_does_not_make_is_refused_by_name(house: House) -> None:
    refused = await house.service.refusal(house.service.create("openai", "a wren", width=500, height=500))
    assert refused.reason == "SIZE_UNSUPPORTED" and refused.metadata["field"] == "width"


@pytest.mark.parametrize("vendor", VENDORS)
async def test_what_a_vendor_quotes_of_the_prompt_goes_no_further(house: House, vendor: str) -> None:
    """A refusal in the vendor's words is told without those of the caller, in the error as in the log."""
    studio, service = house.studio, house.service
    prompt = f"a marked heron of {vendor} wades alone"
    said = f"We do not draw '{prompt}' here."
    studio.fake.control.script(Scenario(match=Match(vendor=vendor, prompt=prompt), outcome="fail", message=said))
    job = await service.create(vendor, prompt)
    events = await service.events(job.id)
    failed = await service.done(job.id)
    # OpenAI's safety system is told in a sentence of ours.
    told = "the safety system rejected" if vendor == "openai" else "We do not draw '…' here."
    assert failed.state == pb.Job.STATE_FAILED and told in failed.error.message
    everything = "\n".join(str(event) for event in events) + str(failed)
    assert "heron" not in everything and "wades alone" not in everything
