"""Every annotated path reaches its service, and no path is in two places."""

from __future__ import annotations

import re

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor
from tests.gateway.edge import Gateway
from tests.gateway.suite import contract_methods

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHARED = ("jobs", "assets", "admin")


def annotated() -> list[tuple[MethodDescriptor, str, str]]:
    """Method, verb and path of every annotation, further bindings included."""
    found = []
    for method in contract_methods():
        rule = method.GetOptions().Extensions[annotations_pb2.http]
        for one in (rule, *rule.additional_bindings):
            verb = one.WhichOneof("pattern")
            if verb:
                found.append((method, verb.upper(), getattr(one, verb)))
    return found


@pytest.mark.parametrize(("method", "verb", "path"), [pytest.param(*one, id=one[0].full_name) for one in annotated()])
async def test_annotated_path_reaches_its_method(
    gateway: Gateway, method: MethodDescriptor, verb: str, path: str
) -> None:
    api = method.containing_service.full_name.split(".")[1]
    for service in gateway.services.values():
        service.heard.calls.clear()

    filled = re.sub(r"\{[\w.]+\}", "some-id", path)
    await gateway.rest.request(verb, filled, json={} if verb in ("POST", "PATCH") else None)

    called = {
        name
        for name, service in gateway.services.items()
        if f"/{method.containing_service.full_name}/{method.name}" in service.heard.calls
    }
    assert len(called) == 1
    assert api in SHARED or called == {api}


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/health"),
        ("GET", "/"),
        ("GET", "/studio"),
        ("GET", "/studio/page.js"),
        ("GET", "/v1/models"),
        ("GET", "/v1/models/local/image"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/api/v1/usage.csv"),
        ("GET", "/api/v1/jobs/some-id/events"),
        ("GET", "/api/v1/assets/some-id/content"),
        ("HEAD", "/api/v1/assets/some-id/content"),
        ("POST", "/api/v1/assets"),
    ],
)
async def test_path_of_the_adapters_is_answered_by_them_and_annotated_nowhere(
    gateway: Gateway, verb: str, path: str
) -> None:
    gateway.log.clear()

    through, straight = await gateway.rest.request(verb, path), await gateway.direct.request(verb, path)

    assert (through.status_code, through.headers["content-type"]) == (
        straight.status_code,
        straight.headers["content-type"],
    )
    patterns = [(kind, re.sub(r"\\\{[\w.\\]+\\\}", "[^/:]+", re.escape(pattern))) for _, kind, pattern in annotated()]
    assert not [pattern for kind, pattern in patterns if kind == verb and re.fullmatch(pattern, path)]


async def test_openai_paths_answer_in_their_own_shape(gateway: Gateway) -> None:
    answer = await gateway.rest.post("/v1/nothing")

    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, "unknown_url")


async def test_wrong_verb_on_a_path_of_the_adapters_is_refused_with_the_right_one(gateway: Gateway) -> None:
    answer = await gateway.rest.delete("/api/v1/assets/some-id/content")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert answer.json()["error"]["code"] == "UNIMPLEMENTED"


async def test_health_names_every_part(gateway: Gateway) -> None:
    answer = await gateway.rest.get("/health")

    assert answer.status_code == 200
    parts = dict.fromkeys(("llm", "image", "video", "audio", "story", "database"), "SERVING")
    assert answer.json() == {"status": "ok", "parts": parts}
