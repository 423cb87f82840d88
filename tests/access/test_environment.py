"""GetEnvironment: any service tells how the whole suite is, to every key, and never the value of a setting."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright.admin.v1 import admin_service_pb2_grpc as rpc
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import llm_service_pb2_grpc as llm_rpc
from reelwright_kit import database
from reelwright_kit.access.environment import SILENT, UNKNOWN
from reelwright_kit.presence import FRESH_S, Presence, present
from tests.access.house import ADMIN_KEY, SERVICES, House, bearer
from tests.postgres import Postgres
from tests.processes import ServiceProcess

MARK = "marked-7431"
SECRETS = {
    "OPENAI_API_KEY": f"sk-{MARK}",
    "AZURE_OPENAI_API_KEY": f"azure-{MARK}",
    "FAST_LLM_BASE_URL": f"http://user:{MARK}@127.0.0.1:1/v1",
    "GOOGLE_API_KEY": f"google-{MARK}",
    "FAL_KEY_ID": "half",
    "FAL_KEY_SECRET": f"fal-{MARK}",
    "AWS_ACCESS_KEY_ID": f"AKIA{MARK}",
    "AWS_SECRET_ACCESS_KEY": f"aws-{MARK}",
    "AWS_ENDPOINT_URL": f"http://127.0.0.1:1/{MARK}",
    "REELWRIGHT_ADMIN_KEY": f"the-first-key-of-a-house-{MARK}-0123456789",
}
ASK = pb.GetEnvironmentRequest()


def ready_in(seen: pb.GetEnvironmentResponse) -> dict[str, bool]:
    """The parts, and whether they can be used."""
    return {part.name: part.ready for part in seen.parts}


def missing_in(seen: pb.GetEnvironmentResponse) -> dict[str, list[str]]:
    """The settings that are missing, by service and provider."""
    assert all(one.configured is not bool(one.missing) for one in seen.providers)
    return {f"{one.service} {one.name}": list(one.missing) for one in seen.providers}


async def test_every_service_tells_the_same_of_all_to_every_key(house: House) -> None:
    """Parts, providers and limits, sorted; for a key that may do nothing else, and for nobody without one."""
    _, secret = await house.key(scopes=["assets"])
    stubs = {name: rpc.AdminServiceStub(channel) for name, channel in house.channels.items()}
    told = [await stub.GetEnvironment(ASK, metadata=bearer(secret)) for stub in stubs.values()]
    seen = told[0]
    assert all(one == seen for one in told) and (seen.auth, seen.version) == ("keys", "0.1.0")
    assert ready_in(seen) == dict.fromkeys(sorted(("database", "store", *SERVICES)), True)
    assert [part.name for part in seen.parts] == sorted(ready_in(seen))
    assert missing_in(seen) == {
        "audio local": [],
        "image fal": ["FAL_KEY"],
        "image local": [],
        "image openai": ["OPENAI_API_KEY"],
        "image replicate": ["REPLICATE_API_TOKEN"],
        "llm anthropic": ["ANTHROPIC_API_KEY"],
        "llm azure": ["AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY"],
        "llm fast": ["FAST_LLM_BASE_URL"],
        "llm gemini": ["GEMINI_API_KEY"],
        "llm local": [],
        "llm openai": ["OPENAI_API_KEY"],
        "video local": [],
    }
    assert list(missing_in(seen)) == sorted(missing_in(seen))
    assert seen.limits["upload_bytes"] == 512 * 1024 * 1024 and seen.limits["request_id_seconds"] == 86_400
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stubs["llm"].GetEnvironment(ASK)
    assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_providers_are_those_of_the_models(house: House) -> None:
    """Whoever has a model in a ListModels is told of, configured or not as the model says."""
    sent = bearer(ADMIN_KEY)
    seen = await rpc.AdminServiceStub(house.channels["story"]).GetEnvironment(ASK, metadata=sent)
    listed = {
        "image": await image_rpc.ImageServiceStub(house.channels["image"]).ListModels(
            image.ListModelsRequest(), metadata=sent
        ),
        "llm": await llm_rpc.LlmServiceStub(house.channels["llm"]).ListModels(llm.ListModelsRequest(), metadata=sent),
    }
    told = {(one.service, one.name): one.configured for one in seen.providers}
    for service, answer in listed.items():
        offered = {(service, model.provider): model.configured for model in answer.models}
        # Those without a list of models of their own show none until they are configured.
        unlisted = {("llm", "azure"): False, ("llm", "fast"): False} if service == "llm" else {}
        assert {one: told[one] for one in told if one[0] == service} == offered | unlisted


@contextlib.asynccontextmanager
async def started(name: str, url: str, store: str, **changed: str) -> AsyncIterator[ServiceProcess]:
    """A service on its own."""
    process = await ServiceProcess.start(
        f"reelwright_{name}",
        {
            "REELWRIGHT_LISTEN": "127.0.0.1:0",
            "REELWRIGHT_DATABASE_URL": url,
            "REELWRIGHT_STORE_URL": store,
            "REELWRIGHT_NOTICE_S": "0",
            "REELWRIGHT_DRAIN_S": "1",
            **changed,
        },
    )
    try:
        await process.address()
        yield process
    finally:
        await process.kill()


async def seen_by(process: ServiceProcess) -> pb.GetEnvironmentResponse:
    """What a service without authentication tells."""
    async with process.channel() as channel:
        return await rpc.AdminServiceStub(channel).GetEnvironment(ASK)


async def test_no_secret_is_told_nor_written_down(postgres: Postgres) -> None:
    """Not of vendors, of the store, of keys or in addresses; what is set counts as set, and a dead store as away."""
    url = postgres.fresh()
    async with (
        started("llm", url, "s3://bucket", **SECRETS) as llm,
        started("image", url, "s3://bucket", **SECRETS),
        database.connect(url, 2) as pool,
    ):
        seen = await seen_by(llm)
        async with pool.connection() as connection:
            rows = await (await connection.execute("select * from reelwright.processes")).fetchall()
    for told in (str(seen), str(seen.SerializeToString()), str(rows)):
        assert MARK not in told and "AKIA" not in told and "postgresql" not in told
    assert ready_in(seen) == {
        **dict.fromkeys(("audio", "store", "story", "video"), False),
        **dict.fromkeys(("database", "image", "llm"), True),
    }
    missing = missing_in(seen)
    assert [missing[one] for one in ("llm openai", "llm fast", "llm gemini", "image fal", "image openai")] == [[]] * 5
    assert missing["llm azure"] == ["AZURE_OPENAI_ENDPOINT"] and missing["image replicate"] == ["REPLICATE_API_TOKEN"]


async def test_who_ends_is_gone_at_once_and_who_is_killed_after_a_while(postgres: Postgres, tmp_path: Path) -> None:
    """Two processes of one part are one that is there while either is; what one of them misses is missing."""
    url = postgres.fresh()
    keyed = {"FAL_KEY": "a:b", "REELWRIGHT_EXECUTOR_ID": "two"}
    async with (
        started("llm", url, tmp_path.as_uri()) as llm,
        started("image", url, tmp_path.as_uri()) as first,
        started("image", url, tmp_path.as_uri(), **keyed) as second,
        database.connect(url, 2) as pool,
    ):
        both = await seen_by(llm)
        first.signal(signal.SIGTERM)
        await first.ended()
        one = await seen_by(llm)
        await second.kill()
        killed = await seen_by(llm)
        async with pool.connection() as connection:
            # As if the time had passed.
            await connection.execute(
                "update reelwright.processes set seen_time = seen_time - make_interval(secs => %s) where part = %s",
                (FRESH_S + 1, "image"),
            )
        gone = await seen_by(llm)
    details = [next(part.detail for part in seen.parts if part.name == "image") for seen in (both, one, killed, gone)]
    assert details == ["2 processes.", "1 process.", "1 process.", SILENT]
    assert [ready_in(seen)["image"] for seen in (both, one, killed, gone)] == [True, True, True, False]
    assert missing_in(both)["image fal"] == ["FAL_KEY"] and missing_in(one)["image fal"] == []
    assert not [one for one in gone.providers if one.service == "image"]


async def test_a_database_that_is_away_is_told_and_is_no_failure(own_postgres: Postgres, tmp_path: Path) -> None:
    """Nothing is known of the others then; this service goes on telling when it is back."""
    async with started("llm", own_postgres.fresh(), tmp_path.as_uri()) as llm:
        own_postgres.stop()
        try:
            away = await seen_by(llm)
        finally:
            own_postgres.start()
        back = await seen_by(llm)
    assert ready_in(away) == {**dict.fromkeys((*SERVICES, "database"), False), "store": True}
    assert {part.detail for part in away.parts if part.name in SERVICES} == {UNKNOWN} and not away.providers
    assert ready_in(back)["llm"] and ready_in(back)["database"]


async def test_who_was_forgotten_says_so_again(pool: database.Pool) -> None:
    """A database that was put back to an older state, or emptied, knows everybody after one round."""
    presence = Presence(pool, "mill", {"local": ()}, every_s=0.01)
    async with presence.running(), asyncio.timeout(30):
        assert list(await present(pool)) == ["mill"]
        async with pool.connection() as connection:
            await connection.execute("delete from reelwright.processes")
        while "mill" not in await present(pool):
            pass
    assert not await present(pool)
