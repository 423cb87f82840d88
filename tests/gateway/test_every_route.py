"""No HTTP route answers without a key, with an ended one, with one of another scope, or about others' things.

The routes are those of the contracts and of the adapters themselves, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest
import pytest_asyncio
from starlette.routing import Route as AdapterRoute
from tests.gateway.keyed import ADMIN_KEY, Keyed, bearer, open_keyed
from tests.gateway.test_routes import annotated
from tests.postgres import Postgres

from reelwright_gateway.app import routes
from reelwright_gateway.settings import AdapterSettings
from reelwright_gateway.upstream import open_upstream
from reelwright_kit.caller import SCOPES

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCOPE_OF = {
    "AdminService": "admin",
    "AssetService": "assets",
    "AudioService": "audio",
    "ImageService": "image",
    # Of the job that is asked for, which is a picture here.
    "JobService": "image",
    "LlmService": "llm",
    "ResponseService": "llm",
    "StoryService": "story",
    "VideoService": "video",
    "WebhookService": None,
}
OPEN_METHODS = {"GetUsage", "GetEnvironment", "GetBalance"}
"""Calls of AdminService that every key may make."""
ANY_JOB = "ListJobs"
"""Needs the scope of any service that makes something."""
MAKING = ("llm", "image", "video", "audio", "story")

OPEN_TO_ALL = {"/health", "/health/live", "/v1/{path:path}"}
"""Routes of the adapters that tell nothing: how the parts are, and that there is no such address."""


@dataclass(frozen=True)
class Route:
    """One way in: `scopes` are those of which one is needed, none when every key will do."""

    verb: str
    path: str
    scopes: tuple[str, ...]
    shows: str = ""
    """The API whose ids are in the path."""

    def filled(self, value: str) -> str:
        return re.sub(r"\{[\w.:]+\}", value, self.path)

    @property
    def dialect(self) -> str:
        return "openai" if self.path.startswith("/v1/") else "rest"


def contract_routes() -> list[Route]:
    found = []
    for method, verb, path in annotated():
        api = method.containing_service.name
        scope = SCOPE_OF[api]
        scopes = () if scope is None or method.name in OPEN_METHODS else (scope,)
        if method.name == ANY_JOB:
            scopes = MAKING
        found.append(Route(verb, path, scopes, api if "{" in path else ""))
    return found


ADAPTERS = [
    Route("GET", "/api/v1/jobs/{id}/events", ("image",), "JobService"),
    Route("GET", "/api/v1/assets/{id}/content", ("assets",), "AssetService"),
    Route("HEAD", "/api/v1/assets/{id}/content", ("assets",), "AssetService"),
    Route("POST", "/api/v1/assets", ("assets",)),
    Route("GET", "/api/v1/usage.csv", ()),
    Route("GET", "/v1/models", ("llm", "image", "video", "audio")),
    Route("GET", "/v1/models/{id:path}", ("llm", "image", "video", "audio")),
    Route("POST", "/v1/chat/completions", ("llm",)),
    Route("POST", "/v1/responses", ("llm",)),
    Route("GET", "/v1/responses/{id}", ("llm",), "ResponseService"),
    Route("DELETE", "/v1/responses/{id}", ("llm",), "ResponseService"),
    Route("POST", "/v1/responses/{id}/cancel", ("llm",), "ResponseService"),
    Route("GET", "/v1/responses/{id}/input_items", ("llm",), "ResponseService"),
    Route("POST", "/v1/embeddings", ("llm",)),
    Route("POST", "/v1/moderations", ("llm",)),
]
# What the adapters themselves refuse is refused before a service looks at the key.
BODIES = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "Hi"}]},
    "/v1/responses": {"input": "Hi"},
    "/v1/embeddings": {"input": "Hi"},
    "/v1/moderations": {"input": "Hi"},
}
ROUTES = [*contract_routes(), *ADAPTERS]
EVERY = pytest.mark.parametrize("route", ROUTES, ids=[f"{one.verb} {one.path}" for one in ROUTES])
SHOWING = [one for one in ROUTES if one.shows]
PROBE = "img_some"


@dataclass(frozen=True)
class Keys:
    """Secrets of keys, and ids of things of the tenant `owner`."""

    revoked: str
    stranger: str
    owner: str
    ids: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keyed(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Keyed]:
    """A suite that asks for keys."""
    async with open_keyed(tmp_path_factory.mktemp("keyed"), postgres.fresh()) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keys(keyed: Keyed) -> Keys:
    """Keys of two tenants, and one that was ended."""
    revoked, secret = await keyed.key(scopes=list(SCOPES))
    await keyed.revoke(revoked)
    _, stranger = await keyed.key(tenant="stranger")
    _, owner = await keyed.key(tenant="owner")
    return Keys(secret, stranger, owner, await keyed.owned("owner"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def without(keyed: Keyed) -> dict[tuple[str, ...], str]:
    """Keys that may do everything but what a route needs, by that."""
    needed = {one.scopes for one in ROUTES}
    made = {}
    for scopes in needed:
        left = [scope for scope in SCOPES if scope not in (scopes or SCOPES[:-2])]
        made[scopes] = (await keyed.key(scopes=left))[1]
    return made


async def sent(keyed: Keyed, route: Route, headers: dict[str, str], value: str = PROBE) -> httpx.Response:
    body: dict[str, Any] = {}
    if route.path == "/api/v1/assets" and route.verb == "POST":
        body = {"content": b"bytes"}
    elif route.verb in ("POST", "PATCH"):
        body = {"json": BODIES.get(route.path, {})}
    return await keyed.rest.request(route.verb, route.filled(value), headers=headers, **body)


def reason(route: Route, answer: httpx.Response) -> str:
    """Why it was refused, in the dialect of the route; HEAD has no body to say so."""
    if route.verb == "HEAD":
        return ""
    error = answer.json()["error"]
    if route.dialect == "openai":
        assert set(error) == {"message", "type", "param", "code"}
        return str(error["code"])
    assert set(error) == {"code", "message", "details", "request_id"}
    assert error["request_id"] == answer.headers["x-request-id"]
    return str(error["details"][0]["reason"])


def refused(route: Route, rest: str, dialect: str) -> str:
    if route.verb == "HEAD":
        return ""
    return dialect if route.dialect == "openai" else rest


async def test_every_route_of_the_adapters_has_its_line() -> None:
    """A new route of theirs cannot be forgotten; those of the contracts are read from them."""
    settings = AdapterSettings()
    async with open_upstream(settings) as upstream:
        known = [one for one in routes(upstream, settings, asyncio.Event()) if isinstance(one, AdapterRoute)]

    listed = {(verb, one.path) for one in known for verb in one.methods or () if one.path not in OPEN_TO_ALL}
    # Starlette answers HEAD wherever there is GET.
    assert {one for one in listed if one[0] != "HEAD"} == {(r.verb, r.path) for r in ADAPTERS if r.verb != "HEAD"}


@EVERY
@pytest.mark.parametrize("credential", ["none", "made up", "of another scheme", "ended"])
async def test_nothing_answers_without_a_good_key(keyed: Keyed, keys: Keys, route: Route, credential: str) -> None:
    headers = {
        "none": {},
        "made up": bearer("rw_" + "x" * 43),
        "of another scheme": {"authorization": "Basic eDp5"},
        "ended": {"x-api-key": keys.revoked},
    }[credential]

    answer = await sent(keyed, route, headers)

    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Bearer"
    assert reason(route, answer) == refused(route, "KEY_INVALID", "invalid_api_key")


@EVERY
async def test_nothing_answers_to_a_key_of_another_scope(
    keyed: Keyed, without: dict[tuple[str, ...], str], route: Route
) -> None:
    answer = await sent(keyed, route, bearer(without[route.scopes]))

    if not route.scopes:
        # Every key will do: whatever it says, it is not that.
        assert answer.status_code not in (401, 403), answer.text
        return
    assert answer.status_code == 403, answer.text
    assert reason(route, answer) == refused(route, "SCOPE_MISSING", "missing_scope")


@pytest.mark.parametrize("route", SHOWING, ids=[f"{one.verb} {one.path}" for one in SHOWING])
async def test_what_belongs_to_another_tenant_is_not_there(keyed: Keyed, keys: Keys, route: Route) -> None:
    if route.shows == "AdminService":
        # Keys and tenants are the business of administrators, who are over all tenants.
        assert (await sent(keyed, route, bearer(keys.stranger), "key_some")).status_code == 403
        return
    owned = keys.ids[route.shows]
    nobodys = f"{owned[:4]}nobodys"

    foreign = await sent(keyed, route, bearer(keys.stranger), owned)
    unknown = await sent(keyed, route, bearer(keys.stranger), nobodys)

    assert foreign.status_code == unknown.status_code == 404, foreign.text
    assert without_ids(foreign, owned) == without_ids(unknown, nobodys)


def without_ids(answer: httpx.Response, told: str) -> str:
    return answer.text.replace(told, "<id>").replace(answer.headers["x-request-id"], "<request>")


async def test_owner_still_finds_what_strangers_asked_for(keyed: Keyed, keys: Keys) -> None:
    """The refusals above were about things that are there."""
    found = [
        await keyed.rest.get(path, headers=bearer(keys.owner))
        for path in (
            f"/api/v1/jobs/{keys.ids['JobService']}",
            f"/api/v1/assets/{keys.ids['AssetService']}/content",
            f"/api/v1/webhooks/deliveries/{keys.ids['WebhookService']}",
        )
    ]

    assert [answer.status_code for answer in found] == [200, 200, 200]
    assert found[0].json()["state"] == "STATE_QUEUED"


async def test_health_and_unknown_addresses_need_no_key(keyed: Keyed) -> None:
    health = await keyed.rest.get("/health")
    unknown = await keyed.rest.get("/v1/nothing")

    assert (health.status_code, unknown.status_code) == (200, 404)
    assert unknown.json()["error"]["code"] == "unknown_url"


async def test_header_of_services_opens_nothing_from_outside(keyed: Keyed, keys: Keys) -> None:
    answer = await keyed.rest.get("/api/v1/balance", headers={"x-reelwright-internal": "e30.e30.e30"})
    kept = await keyed.rest.get(
        "/api/v1/balance", headers=bearer(keys.owner) | {"x-reelwright-internal": "e30.e30.e30"}
    )

    # One that arrived would be refused although the key is good.
    assert (answer.status_code, kept.status_code) == (401, 200)


async def test_limits_of_a_key_are_told_and_kept(keyed: Keyed) -> None:
    _, secret = await keyed.key(requests_per_minute=2)

    answers = [await keyed.rest.get("/api/v1/balance", headers=bearer(secret)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-limit-requests"] for answer in answers] == ["2", "2", "2"]
    assert [answer.headers["x-ratelimit-remaining-requests"] for answer in answers] == ["1", "0", "0"]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 120
    assert answers[2].json()["error"]["details"][0]["reason"] == "RATE_LIMITED"


async def test_table_of_usage_is_of_the_callers_tenant(keyed: Keyed, keys: Keys) -> None:
    own = await keyed.rest.get("/api/v1/usage.csv?group_by=key&group_by=day", headers=bearer(keys.owner))
    foreign = await keyed.rest.get("/api/v1/usage.csv?tenant=owner", headers=bearer(keys.stranger))
    all_of_it = await keyed.rest.get("/api/v1/usage.csv?group_by=tenant", headers=bearer(ADMIN_KEY))

    assert (own.status_code, foreign.status_code, all_of_it.status_code) == (200, 403, 200)
    assert own.text.startswith('"key","day","requests",')


async def test_open_event_stream_ends_soon_after_its_key_is_revoked(keyed: Keyed, keys: Keys) -> None:
    key, secret = await keyed.key(tenant="owner")
    path = f"/api/v1/jobs/{keys.ids['JobService']}/events"
    async with keyed.rest.stream("GET", path, headers=bearer(secret)) as answer:
        lines = answer.aiter_lines()
        while await anext(lines) != ": heartbeat":
            pass
        await keyed.revoke(key)
        async with asyncio.timeout(5):
            rest = [line async for line in lines]

    told = [line for line in rest if line.startswith(("event:", "data:"))]
    assert told[0] == "event: error"
    assert '"KEY_INVALID"' in told[1]
    assert len(told) == 2


async def test_openai_sdk_with_real_keys(keyed: Keyed) -> None:
    """A wrong key, a key of one service, and a key that may call as often as there are services with models."""
    _, pictures = await keyed.key(scopes=["image"])
    _, seldom = await keyed.key(requests_per_minute=4)
    async with openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{keyed.port}/v1", api_key="wrong", max_retries=0) as sdk:
        with pytest.raises(openai.AuthenticationError):
            await sdk.models.list()
        few = await sdk.with_options(api_key=pictures).models.list()
        one = await sdk.with_options(api_key=pictures).models.retrieve("local/image")
        limited = sdk.with_options(api_key=seldom)
        every = await limited.models.list()
        with pytest.raises(openai.RateLimitError) as raised:
            await limited.models.list()

    assert one.id in {model.id for model in few.data} < {model.id for model in every.data}
    assert float(raised.value.response.headers["retry-after-ms"]) > 0
    assert raised.value.response.headers["x-should-retry"] == "true"
