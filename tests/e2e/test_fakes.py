"""`reelwright up --fakes`: every vendor's model draws, the ledger has it, and no real key goes anywhere."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from reelwright_cli.suite import fakes
from reelwright_fakes.control import Control
from reelwright_fakes.vendors import VENDORS
from tests.e2e.suite import SERVICES, RunningSuite, running_suite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

REAL = {
    "OPENAI_API_KEY": "sk-real-1",
    "OPENAI_BASE_URL": "https://real.example/v1",
    "OPENAI_ORG_ID": "org-real",
    "OPENAI_PROJECT_ID": "proj-real",
    "AZURE_OPENAI_AD_TOKEN": "real-2",
    "FAL_KEY": "real-3",
    "FAL_KEY_ID": "real-4",
    "FAL_KEY_SECRET": "real-5",
    "REPLICATE_API_TOKEN": "r8-real",
    "GEMINI_API_KEY": "real-6",
    "ANTHROPIC_AUTH_TOKEN": "real-7",
    "GOOGLE_API_KEY": "real-8",
    "FAST_LLM_BASE_URL": "https://fast.real.example/v1",
    "RUNWAYML_API_SECRET": "real-9",
}
MODELS = ("openai/gpt-image-1.5", "fal/fal-ai/flux/dev", "replicate/black-forest-labs/flux-schnell")


@pytest.fixture(scope="module")
def played() -> Iterator[RunningSuite]:
    """A suite with fakes, started by somebody who has real keys."""
    data = Path(tempfile.mkdtemp(prefix="rw-fakes-"))
    with running_suite(data, REELWRIGHT_FAKES="1", **REAL) as running:
        yield running
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def control(played: RunningSuite) -> Iterator[Control]:
    """The control of the suite's own fake, found by the port it was started with."""
    (address,) = {c.laddr for c in played.part("fakes").net_connections() if c.status == psutil.CONN_LISTEN}
    with Control(f"http://{address.ip}:{address.port}") as opened:
        yield opened


def test_no_process_of_the_suite_has_a_real_key(played: RunningSuite) -> None:
    """Of the person's own keys, addresses, organisations and projects nothing is in any part's environment."""
    for name in (*SERVICES, "adapters", "envoy", "fakes"):
        held = played.part(name).environ()
        assert not set(REAL.values()) & set(held.values()), name
        assert not {"OPENAI_ORG_ID", "FAL_KEY_SECRET", "GOOGLE_API_KEY", "RUNWAYML_API_SECRET"} & held.keys(), name


def test_every_vendor_points_services_at_the_fake_and_nowhere_else() -> None:
    """What a vendor says of itself is what a service gets: a key that is none, and addresses of the fake."""
    address = "http://127.0.0.1:4711"
    limits = {"OPENAI_IMAGE_CONCURRENT": "3", "NO_PROXY": "there.example"}
    given = fakes.pointed({"PATH": "/bin", **REAL, **limits}, address)
    for vendor in VENDORS:
        variables = vendor.environment(address)
        assert variables.items() <= given.items()
        assert any(value.startswith(f"{address}/{vendor.name}") for value in variables.values())
        assert all(name.startswith(tuple(vendor.variables)) for name in variables)
    assert given["OPENAI_IMAGE_CONCURRENT"] == "3"
    assert given["no_proxy"] == "there.example,127.0.0.1,localhost"
    assert not set(REAL.values()) & set(given.values())


@pytest.mark.parametrize("model", MODELS)
def test_a_vendors_model_draws_through_rest_and_is_in_the_ledger(
    model: str, played: RunningSuite, control: Control
) -> None:
    """The picture is there, and the vendor was asked once and paid once."""
    vendor = model.partition("/")[0]
    known = len(control.ledger().submissions)

    with httpx.Client(base_url=played.url, timeout=60, trust_env=False) as rest:
        body = {"prompt": "A lighthouse in a storm", "model": model, "wait": "50s"}
        answer = rest.post("/api/v1/images", json=body)
        job = answer.json()
        assert job.get("state") == "STATE_SUCCEEDED", answer.text
        (image,) = job["result"]["image"]["images"]
        content = rest.get(f"/api/v1/assets/{image['id']}/content")

    assert content.content[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0", b"RIFF")
    (entry,) = control.ledger().submissions[known:]
    assert (entry.vendor, entry.state) == (vendor, "succeeded")
    assert entry.billed_micro_usd > 0
