"""Control: the ledger's intents, waiting, and refusing what it does not understand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from reelwright_fakes.control import ControlRefused, NotInTime
from reelwright_fakes.scenarios import Match, Scenario
from reelwright_fakes.testing import Fake, running

FAL = "/fal/queue/fal-ai/flux/dev"
OPENAI = "/openai/v1/images/generations"
EDITS = "/openai/v1/images/edits"


@pytest.mark.parametrize(
    ("headers", "query", "body"),
    [
        ({"Idempotency-Key": "wish"}, {}, {}),
        ({"X-Reelwright-Intent": "wish"}, {}, {}),
        ({"X-Client-Request-Id": "wish"}, {}, {}),
        ({}, {}, {"reelwright_intent": "wish"}),
        ({}, {}, {"metadata": {"reelwright_intent": "wish"}}),
        ({}, {}, {"input": {"reelwright_intent": "wish"}}),
        ({}, {}, {"user": "reelwright_intent:wish"}),
        ({}, {"fal_webhook": "http://127.0.0.1:9/?reelwright_intent=wish"}, {}),
    ],
)
def test_an_intent_is_read_wherever_the_caller_put_it(
    fake: Fake, http: httpx.Client, headers: dict[str, str], query: dict[str, str], body: dict[str, Any]
) -> None:
    for prompt in ("one wording", "another wording"):
        http.post(FAL, params=query, headers=headers, json={"prompt": prompt} | body)

    totals = fake.control.ledger().intents
    assert list(totals) == ["wish"]
    assert (totals["wish"].accepted, totals["wish"].billed_micro_usd) == (2, 50_000)


def test_without_a_reference_equal_bodies_are_one_intent(fake: Fake, http: httpx.Client) -> None:
    for prompt in ("acorn", "acorn", "beech"):
        http.post(FAL, json={"prompt": prompt})

    assert sorted(total.accepted for total in fake.control.ledger().intents.values()) == [1, 2]


def test_equal_forms_are_one_intent_whatever_their_boundary(fake: Fake, http: httpx.Client) -> None:
    for _ in range(2):
        http.post(EDITS, data={"prompt": "acorn"}, files={"image": b"not a picture"})

    (total,) = fake.control.ledger().intents.values()
    assert (total.attempts, total.accepted) == (2, 0)


def test_the_bill_follows_the_price_table(fake: Fake, http: httpx.Client) -> None:
    http.post(FAL, json={"prompt": "x", "image_size": {"width": 1000, "height": 1001}, "num_images": 2})
    asked = {"prompt": "four", "size": "1024x1024", "quality": "low", "n": 2}
    http.post(OPENAI, json=asked)

    assert fake.control.bill().by_vendor == {"fal": 4 * 25_000, "openai": 2 * 272 * 40 + 5}


def test_the_ledger_keeps_the_order_of_arrival(fake: Fake, http: httpx.Client) -> None:
    for path in (FAL, OPENAI, FAL):
        http.post(path, json={"prompt": "acorn", "size": "256x256"})

    entries = fake.control.ledger().submissions
    assert [(entry.order, entry.vendor) for entry in entries] == [(1, "fal"), (2, "openai"), (3, "fal")]
    assert len({entry.provider_id for entry in entries}) == 3


def test_waiting_ends_when_it_happens_or_says_that_it_did_not(fake: Fake, http: httpx.Client) -> None:
    submitted = http.post(FAL, json={"prompt": "acorn"}).json()

    assert fake.control.wait_for(submissions=1)
    with pytest.raises(NotInTime):
        fake.control.wait_for("polled", provider_id=submitted["request_id"], timeout_s=0)
    http.get(submitted["status_url"])
    assert len(fake.control.wait_for("polled", provider_id=submitted["request_id"])) == 1


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("scenarios", {"faults": [{"kind": "explode"}]}, "$.faults[0].kind"),
        ("scenarios", {"fault": []}, "fault"),
        ("scenarios", {"match": {"vendor": "acme"}}, "acme"),
        ("keys", {"vendor": "acme", "key": None}, "acme"),
        ("finish", {"provider_id": "nobody"}, "provider_id"),
        ("clock", {"advance_s": -1}, "advance_s"),
    ],
)
def test_control_names_what_it_does_not_understand(
    http: httpx.Client, path: str, body: dict[str, Any], named: str
) -> None:
    answer = http.post(f"/_control/{path}", json=body)

    assert answer.status_code in {400, 404}
    assert named in answer.json()["error"]


def test_scenarios_come_back_as_posted_and_can_be_taken_back(fake: Fake) -> None:
    scenario = Scenario(match=Match(vendor="fal", nth=2), outcome="fail", after_polls=3)
    (number,) = fake.control.script(scenario)

    assert fake.control.scenarios() == {number: scenario}
    fake.control.remove(number)
    assert fake.control.scenarios() == {}
    with pytest.raises(ControlRefused):
        fake.control.remove(number)


def test_reset_forgets_everything(fake: Fake, http: httpx.Client) -> None:
    fake.control.script(Scenario(outcome="never"))
    fake.control.demand_key("openai", "right")
    address = http.post(FAL, json={"prompt": "acorn"}).json()["status_url"]

    fake.control.reset()

    assert http.get(address).status_code == 404
    assert fake.control.ledger().submissions == [] and fake.control.events() == []
    assert http.post(OPENAI, json={"prompt": "acorn", "size": "256x256"}).is_success


def test_what_a_reset_has_forgotten_does_not_come_back(fake: Fake, http: httpx.Client) -> None:
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(http.post, FAL, json={"prompt": "[fake:hold]"})
        fake.control.wait_for("held")
        fake.control.reset()
        answer.result(timeout=10)

    assert fake.control.events() == []


def test_a_server_stops_although_an_answer_is_held() -> None:
    def submit(address: str) -> httpx.Response:
        headers = {"Authorization": "Key any"}
        return httpx.post(address + FAL, json={"prompt": "[fake:hold]"}, headers=headers, trust_env=False)

    with ThreadPoolExecutor() as pool:
        with running() as own:
            answer = pool.submit(submit, own.address)
            own.control.wait_for("held")
        assert answer.result(timeout=10).is_success

    with pytest.raises(httpx.ConnectError):
        submit(own.address)
