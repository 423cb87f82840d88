"""Each fault is seen by a client as described, and the ledger says what happened."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_fakes.testing import Fake

OPENAI = "/openai/v1/images/generations"
FAL = "/fal/queue/fal-ai/flux/dev"
REPLICATE = "/replicate/v1/models/acme/m/predictions"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "openai": (OPENAI, {"prompt": "acorn", "size": "256x256"}),
    "fal": (FAL, {"prompt": "acorn"}),
    "replicate": (REPLICATE, {"input": {"prompt": "acorn"}}),
}
VENDORS = tuple(CALLS)


def submit(http: httpx.Client, vendor: str) -> httpx.Response:
    path, body = CALLS[vendor]
    return http.post(path, json=body)


def finished_fal(http: httpx.Client, prompt: str = "acorn") -> str:
    """The result address of finished work."""
    submitted = http.post(FAL, json={"prompt": f"{prompt} [fake:polls=0]", "image_size": "square"}).json()
    assert http.get(submitted["status_url"]).json()["status"] == "COMPLETED"
    return str(submitted["response_url"])


@pytest.mark.parametrize("vendor", VENDORS)
def test_accept_then_drop_bills_once_and_answers_nothing(fake: Fake, http: httpx.Client, vendor: str) -> None:
    fake.control.script(Scenario(match=Match(vendor=vendor), faults=(Fault(kind="drop"),)))

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        submit(http, vendor)

    (entry,) = fake.control.ledger().submissions
    assert entry.provider_id is not None and entry.billed_micro_usd > 0
    assert entry.state == ("succeeded" if vendor == "openai" else "queued")
    assert fake.control.bill().total_micro_usd == entry.billed_micro_usd


@pytest.mark.parametrize("vendor", VENDORS)
def test_refuse_before_accept_leaves_no_trace_in_the_ledger(fake: Fake, http: httpx.Client, vendor: str) -> None:
    fake.control.script(Scenario(match=Match(vendor=vendor), faults=(Fault(kind="refuse"),)))

    with pytest.raises(httpx.TransportError):
        submit(http, vendor)

    assert fake.control.ledger().submissions == []
    assert len(fake.control.events("refused")) == 1
    assert submit(http, vendor).is_success


def test_refuse_does_not_wait_for_the_body(fake: Fake) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="refuse"),)))

    def endless() -> Any:
        while True:
            yield b" " * 65_536

    with pytest.raises(httpx.TransportError):
        httpx.post(fake.address + FAL, content=endless(), headers={"Authorization": "Key any"}, trust_env=False)

    assert fake.control.events("accepted") == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_storm_rejects_k_times_and_bills_nothing_for_it(fake: Fake, http: httpx.Client, vendor: str) -> None:
    storm = Fault(kind="status", status=429, times=3, retry_after_s=2)
    fake.control.script(Scenario(match=Match(vendor=vendor), faults=(storm,)))

    answers = [submit(http, vendor) for _ in range(4)]

    assert [answer.status_code for answer in answers[:3]] == [429] * 3 and answers[3].is_success
    assert answers[0].headers["retry-after"] == "2"
    (total,) = fake.control.ledger().intents.values()
    assert (total.attempts, total.accepted) == (4, 1)
    assert [entry.billed_micro_usd > 0 for entry in fake.control.ledger().submissions] == [False, False, False, True]


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("status", [400, 401, 402, 404, 413, 422, 500, 502, 503, 529])
def test_every_status_has_the_vendors_shape(fake: Fake, http: httpx.Client, vendor: str, status: int) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="status", status=status),)))

    answer = submit(http, vendor)

    assert answer.status_code == status
    assert ("error" if vendor == "openai" else "detail") in answer.json()


def test_malformed_json_does_not_parse(fake: Fake, http: httpx.Client) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="malformed"),)))

    answer = submit(http, "fal")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert fake.control.ledger().submissions[0].billed_micro_usd > 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_reset_comes_after_the_status_and_half_of_the_body(fake: Fake, http: httpx.Client, vendor: str) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="reset"),)))
    path, body = CALLS[vendor]
    pieces: list[bytes] = []

    with http.stream("POST", path, json=body) as answer:
        assert answer.is_success
        with pytest.raises(httpx.ReadError):
            pieces.extend(answer.iter_raw())
        assert 0 < sum(map(len, pieces)) < int(answer.headers["content-length"])

    assert fake.control.ledger().submissions[0].billed_micro_usd > 0


def test_a_reset_stream_breaks_after_its_first_event(fake: Fake, http: httpx.Client) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="reset"),)))
    asked = {"prompt": "acorn", "size": "256x256", "stream": True, "partial_images": 2}
    lines: list[str] = []

    with http.stream("POST", OPENAI, json=asked) as answer, pytest.raises(httpx.ReadError):
        lines.extend(answer.iter_lines())

    assert [line for line in lines if line.startswith("event:")] == ["event: image_generation.partial_image"]
    assert fake.control.ledger().submissions[0].state == "succeeded"


def test_a_drip_waits_for_the_clock_between_pieces(fake: Fake, http: httpx.Client) -> None:
    address = finished_fal(http, "[fake:drip at=download piece_bytes=4000 every_s=3600]")
    picture = http.get(address).json()["images"][0]["url"]

    with ThreadPoolExecutor() as pool, http.stream("GET", picture) as answer:
        pieces, left = answer.iter_raw(), int(answer.headers["content-length"])
        while left:
            piece = pool.submit(next, pieces)
            assert len(piece.result(timeout=10)) == min(4000, left)
            left -= min(4000, left)
            fake.control.advance(3600)


def test_a_truncated_download_ends_early_once(fake: Fake, http: httpx.Client) -> None:
    address = finished_fal(http, "[fake:truncate]")
    picture = http.get(address).json()["images"][0]["url"]

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        http.get(picture)
    assert http.get(picture).is_success


def test_a_download_can_be_refused_once(fake: Fake, http: httpx.Client) -> None:
    address = finished_fal(http, "[fake:expired]")
    picture = http.get(address).json()["images"][0]["url"]

    refusal = http.get(picture)
    assert (refusal.status_code, refusal.headers["content-type"]) == (403, "application/xml")
    assert http.get(picture).is_success


def test_result_files_expire_with_the_clock(fake: Fake, http: httpx.Client) -> None:
    path, body = CALLS["replicate"]
    made = http.post(path, json=body, headers={"Prefer": "wait"}).json()
    (picture,) = made["output"]
    assert http.get(picture).is_success

    fake.control.advance(3601)

    assert http.get(picture).status_code == 403


def test_server_errors_on_polls_do_not_touch_the_work(fake: Fake, http: httpx.Client) -> None:
    trouble = Fault(kind="status", at="poll", status=500, times=2)
    fake.control.script(Scenario(faults=(trouble,), after_polls=1))
    made = submit(http, "replicate").json()["urls"]["get"]

    answers = [http.get(made) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [500, 500, 200, 200]
    assert [answer.json()["status"] for answer in answers[2:]] == ["processing", "succeeded"]
    assert fake.control.ledger().submissions[0].polls == 2


def test_never_means_never_until_control_says_otherwise(fake: Fake, http: httpx.Client) -> None:
    fake.control.script(Scenario(outcome="never"))
    submitted = submit(http, "fal").json()

    states = [http.get(submitted["status_url"]).json()["status"] for _ in range(20)]
    assert states == ["IN_QUEUE", *["IN_PROGRESS"] * 19]

    assert fake.control.finish(submitted["request_id"]).state == "succeeded"
    assert http.get(submitted["status_url"]).json()["status"] == "COMPLETED"


def test_work_can_take_time_that_nobody_spends(fake: Fake, http: httpx.Client) -> None:
    fake.control.script(Scenario(after_s=600))
    submitted = submit(http, "fal").json()
    assert [http.get(submitted["status_url"]).status_code for _ in range(5)] == [202] * 5

    fake.control.advance(600)
    fake.control.wait_for("finished", provider_id=submitted["request_id"])

    assert http.get(submitted["status_url"]).status_code == 200


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_held_answer_waits_for_its_release(fake: Fake, http: httpx.Client, vendor: str) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="hold"),)))

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(submit, http, vendor)
        (held,) = fake.control.wait_for("held")
        assert not answer.done()
        assert fake.control.ledger().submissions[0].billed_micro_usd > 0
        fake.control.release(held.provider_id)
        assert answer.result(timeout=10).is_success


def test_a_held_answer_can_still_be_dropped(fake: Fake, http: httpx.Client) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="hold"), Fault(kind="drop"))))

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(submit, http, "fal")
        fake.control.wait_for("held")
        fake.control.release()
        with pytest.raises(httpx.RemoteProtocolError):
            answer.result(timeout=10)


def test_a_synchronous_vendor_answers_when_the_work_is_done(fake: Fake, http: httpx.Client) -> None:
    fake.control.script(Scenario(after_s=3600))

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(submit, http, "openai")
        fake.control.wait_for(submissions=1)
        assert not answer.done()
        fake.control.advance(3600)
        assert answer.result(timeout=10).is_success


def test_only_the_nth_submission_that_fits_is_hit(fake: Fake, http: httpx.Client) -> None:
    second = Match(vendor="fal", prompt="acorn", nth=2)
    fake.control.script(Scenario(match=second, faults=(Fault(kind="status", status=503, times=None),)))

    http.post(FAL, json={"prompt": "something else"})

    assert [submit(http, "fal").status_code for _ in range(3)] == [200, 503, 200]


def test_the_first_scenario_that_fits_wins(fake: Fake, http: httpx.Client) -> None:
    teapot, busy = (Scenario(faults=(Fault(kind="status", status=status),)) for status in (418, 503))
    fake.control.script(teapot, busy)

    assert submit(http, "fal").status_code == 418


def test_a_prompt_carries_its_own_script(fake: Fake, http: httpx.Client) -> None:
    body = {"prompt": "acorn [fake:429 times=2 retry_after_s=0] [fake:polls=1] [fake:500 at=poll]"}

    assert [http.post(FAL, json=body).status_code for _ in range(2)] == [429, 429]
    submitted = http.post(FAL, json=body).json()
    polls = [http.get(submitted["status_url"]) for _ in range(3)]
    assert [answer.status_code for answer in polls] == [500, 202, 200]


def test_a_directive_nobody_knows_is_an_error_that_names_the_known_ones(http: httpx.Client) -> None:
    answer = http.post(FAL, json={"prompt": "[fake:explode]"})

    assert answer.status_code == 400
    assert "explode" in answer.json()["detail"] and "drop" in answer.json()["detail"]


def test_without_a_key_nothing_is_served(fake: Fake) -> None:
    for path, body in CALLS.values():
        assert httpx.post(fake.address + path, json=body, trust_env=False).status_code == 401

    assert [entry.state for entry in fake.control.ledger().submissions] == ["rejected"] * 3


def test_a_demanded_key_is_the_only_one(fake: Fake, http: httpx.Client) -> None:
    fake.control.demand_key("fal", "id:right")

    assert submit(http, "fal").status_code == 401
    assert http.post(FAL, json={"prompt": "x"}, headers={"Authorization": "Key id:right"}).is_success
    assert submit(http, "replicate").is_success


def test_downloads_can_be_resumed(http: httpx.Client) -> None:
    picture = http.get(finished_fal(http)).json()["images"][0]["url"]
    whole = http.get(picture).content

    rest = http.get(picture, headers={"Range": "bytes=1000-"})

    assert (rest.status_code, rest.headers["content-range"]) == (206, f"bytes 1000-{len(whole) - 1}/{len(whole)}")
    joined = whole[:1000] + rest.content
    assert hashlib.sha256(joined).digest() == hashlib.sha256(whole).digest()
    assert http.get(picture, headers={"Range": "bytes=-5"}).content == whole[-5:]
    assert http.get(picture, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_the_status_stream_ends_with_the_work(http: httpx.Client) -> None:
    submitted = submit(http, "fal").json()

    stream = http.get(submitted["status_url"] + "/stream")

    states = [line.partition('"status": "')[2].partition('"')[0] for line in stream.text.splitlines() if line]
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert states == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
