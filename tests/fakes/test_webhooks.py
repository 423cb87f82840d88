"""Webhooks arrive when the script says, signed as the vendors sign."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
import pytest
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from replicate.webhook import InvalidSignatureError, Webhooks, WebhookSigningSecret
from tests.fakes.mailbox import Letter, Mailbox

from reelwright_fakes.scenarios import Scenario
from reelwright_fakes.testing import Fake

FAL = "/fal/queue/fal-ai/flux/dev"
REPLICATE = "/replicate/v1/models/acme/m/predictions"


def submit(http: httpx.Client, vendor: str, mailbox: Mailbox) -> str:
    """Submits with a webhook; answers the provider's id."""
    if vendor == "fal":
        answer = http.post(FAL, params={"fal_webhook": mailbox.address}, json={"prompt": "acorn"})
        return str(answer.json()["request_id"])
    answer = http.post(REPLICATE, json={"input": {"prompt": "acorn"}, "webhook": mailbox.address})
    return str(answer.json()["id"])


def check_replicate(http: httpx.Client, letter: Letter) -> None:
    secret = WebhookSigningSecret(key=http.get("/replicate/v1/webhooks/default/secret").json()["key"])
    Webhooks.validate(headers=letter.headers, body=letter.body.decode(), secret=secret, tolerance=300)


def check_fal(http: httpx.Client, letter: Letter) -> None:
    """As the vendor documents it; raises ValueError."""
    (jwk,) = http.get("/fal/rest/.well-known/jwks.json").json()["keys"]
    named = (letter.headers[f"x-fal-webhook-{name}"] for name in ("request-id", "user-id", "timestamp"))
    message = "\n".join([*named, hashlib.sha256(letter.body).hexdigest()]).encode()
    key = ECC.import_key(
        b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + base64.urlsafe_b64decode(jwk["x"] + "==")
    )
    eddsa.new(key, "rfc8032").verify(message, bytes.fromhex(letter.headers["x-fal-webhook-signature"]))


def test_fal_tells_of_the_end_with_a_signature(http: httpx.Client, mailbox: Mailbox) -> None:
    request_id = submit(http, "fal", mailbox)
    letter = mailbox.take()

    check_fal(http, letter)
    assert (letter.json["request_id"], letter.json["status"]) == (request_id, "OK")
    assert http.get(letter.json["payload"]["images"][0]["url"]).headers["content-type"] == "image/jpeg"


def test_fal_tells_of_failure(fake: Fake, http: httpx.Client, mailbox: Mailbox) -> None:
    fake.control.script(Scenario(outcome="fail"))
    submit(http, "fal", mailbox)
    letter = mailbox.take()

    check_fal(http, letter)
    assert letter.json["status"] == "ERROR"
    assert letter.json["payload"]["detail"][0]["type"] == "content_policy_violation"


def test_replicates_own_check_takes_its_webhook(http: httpx.Client, mailbox: Mailbox) -> None:
    prediction_id = submit(http, "replicate", mailbox)
    letter = mailbox.take()

    check_replicate(http, letter)
    assert (letter.json["id"], letter.json["status"]) == (prediction_id, "succeeded")


@pytest.mark.parametrize(("vendor", "refusal"), [("fal", ValueError), ("replicate", InvalidSignatureError)])
def test_a_forged_webhook_fails_the_check(
    fake: Fake, http: httpx.Client, mailbox: Mailbox, vendor: str, refusal: type[Exception]
) -> None:
    fake.control.script(Scenario(webhook="forged"))
    submit(http, vendor, mailbox)
    letter = mailbox.take()

    check: Any = {"fal": check_fal, "replicate": check_replicate}[vendor]
    with pytest.raises(refusal):
        check(http, letter)


@pytest.mark.parametrize("vendor", ["fal", "replicate"])
def test_an_early_webhook_comes_before_the_answer(
    fake: Fake, http: httpx.Client, mailbox: Mailbox, vendor: str
) -> None:
    fake.control.script(Scenario(webhook="early"))
    submit(http, vendor, mailbox)

    assert mailbox.letters.qsize() == 1
    kinds = [event.kind for event in fake.control.events()]
    assert kinds.index("webhook") < kinds.index("answered")


@pytest.mark.parametrize("vendor", ["fal", "replicate"])
def test_a_webhook_that_comes_twice_is_the_same_letter(
    fake: Fake, http: httpx.Client, mailbox: Mailbox, vendor: str
) -> None:
    fake.control.script(Scenario(webhook="twice"))
    submit(http, vendor, mailbox)

    assert mailbox.take().body == mailbox.take().body
    fake.control.wait_for("webhook", count=2)


def test_a_webhook_that_never_comes_leaves_the_work_finished(fake: Fake, http: httpx.Client, mailbox: Mailbox) -> None:
    fake.control.script(Scenario(webhook="never"))
    request_id = submit(http, "fal", mailbox)
    fake.control.wait_for("finished", provider_id=request_id)

    assert http.get(f"/fal/queue/fal-ai/flux/requests/{request_id}/status").json()["status"] == "COMPLETED"
    assert mailbox.letters.empty() and fake.control.events("webhook") == []


def test_paced_work_tells_when_its_polls_are_over(fake: Fake, http: httpx.Client, mailbox: Mailbox) -> None:
    fake.control.script(Scenario(after_polls=1))
    request_id = submit(http, "fal", mailbox)
    status = f"/fal/queue/fal-ai/flux/requests/{request_id}/status"
    http.get(status)
    assert fake.control.events("finished") == []

    http.get(status)

    assert mailbox.take().json["request_id"] == request_id


def test_a_dropped_submission_still_sends_its_webhook(fake: Fake, http: httpx.Client, mailbox: Mailbox) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        http.post(FAL, params={"fal_webhook": mailbox.address}, json={"prompt": "[fake:drop]"})

    assert mailbox.take().json["status"] == "OK"


def test_replicate_sends_only_the_kinds_that_were_asked_for(fake: Fake, http: httpx.Client, mailbox: Mailbox) -> None:
    asked = {"input": {"prompt": "acorn"}, "webhook": mailbox.address, "webhook_events_filter": ["start"]}
    made = http.post(REPLICATE, json=asked).json()
    fake.control.wait_for("finished", provider_id=made["id"])

    assert mailbox.letters.empty()


def test_a_receiver_that_is_not_there_is_an_event(fake: Fake, http: httpx.Client) -> None:
    http.post(FAL, params={"fal_webhook": "http://127.0.0.1:9/hook"}, json={"prompt": "acorn"})

    (event,) = fake.control.wait_for("webhook_failed")
    assert "ConnectError" in event.detail
