"""No RPC answers without a key, with an ended one, with one of another scope, or about what others have."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.assets.v1 import assets_service_pb2_grpc as assets_rpc
from reelwright.llm.v1 import responses_service_pb2 as responses
from reelwright.llm.v1 import responses_service_pb2_grpc as responses_rpc
from reelwright_kit.caller import SCOPES
from tests.access.calls import ASSET, CALLS, DELIVERY, INVALID, JOB, KEY, MY_PICTURE, MY_VIDEO, NOTHING, RESPONSE, Ask
from tests.access.house import House, Outcome, bearer, methods, path_of

ID_FIELDS = {"id", "asset", "job", "parent", "parents", "key", "film", "delivery", "previous"}
"""How fields that take ids of jobs, files, deliveries, keys and responses are named."""
NOT_IDS = {"messages[].tool_calls[].id", "chat.messages[].tool_calls[].id"}

EVERY = pytest.mark.parametrize("method", methods(), ids=[path_of(method) for method in methods()])
ASKS = [(path, field) for path, call in CALLS.items() for field in call.asks]

# A picture of one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f0005000"
    "1ff89993d1d0000000049454e44ae426082"
)


@dataclass(frozen=True)
class Keys:
    """Secrets of keys."""

    revoked: str
    without: dict[str, str]
    """Keys that may do everything but one thing, by its name."""
    stranger: str
    """A key of another tenant, which may do everything but administer."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keys(house: House) -> AsyncIterator[Keys]:
    """Keys that must not get in."""
    revoked, secret = await house.key()
    await house.revoke(revoked.id)
    without = {scope: (await house.key(scopes=[s for s in SCOPES if s != scope]))[1] for scope in SCOPES}
    yield Keys(secret, without, (await house.key(tenant="stranger"))[1])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ids(house: House) -> dict[str, str]:
    """Things of the tenant `owner`, by what stands for their ids."""
    key, secret = await house.key(tenant="owner")
    header = assets.UploadHeader(filename="p.png", media_type="image/png")
    pieces = [assets.UploadAssetRequest(header=header), assets.UploadAssetRequest(data=PIXEL)]
    store = assets_rpc.AssetServiceStub(house.channels["image"])
    kept = await store.UploadAsset(iter(pieces), metadata=bearer(secret))
    job = await house.endless_job("owner")
    said = responses.CreateResponseRequest(chat={"messages": [{"role": "user", "content": "x"}]})
    responding = responses_rpc.ResponseServiceStub(house.channels["llm"])
    answered = await responding.CreateResponse(said, metadata=bearer(secret))
    async with house.pool.connection() as connection:
        await connection.execute(
            "insert into reelwright.webhook_deliveries (id, tenant, job, type, url, body, state)"
            " values ('dlv_owned', 'owner', %s, 'job.succeeded', 'https://example.com', '{}', 'FAILED')",
            (job,),
        )
        await connection.execute(
            "insert into reelwright.assets (id, tenant, key, filename, media_type, size_bytes, sha256)"
            " select id, 'stranger', 'x', 'x', kind, 1, '' from unnest(%s::text[], %s::text[]) as mine (id, kind)",
            ([MY_PICTURE, MY_VIDEO], ["image/png", "video/mp4"]),
        )
    return {ASSET: kept.asset.id, JOB: job, DELIVERY: "dlv_owned", KEY: key.id, RESPONSE: answered.response.id}


def id_fields(descriptor: Descriptor, above: str = "", within: tuple[str, ...] = ()) -> Iterator[str]:
    """Paths of the fields of a message that take ids."""
    for field in descriptor.fields:
        if field.message_type and field.message_type.GetOptions().map_entry:
            continue
        path = f"{above}{field.name}" + ("[]" if field.is_repeated and field.message_type else "")
        inner = field.message_type
        if inner is not None and inner.full_name.startswith("reelwright.") and inner.full_name not in within:
            yield from id_fields(inner, f"{path}.", (*within, inner.full_name))
        elif field.type == FieldDescriptor.TYPE_STRING and field.name in ID_FIELDS and path not in NOT_IDS:
            yield path


def message_of(method: MethodDescriptor, request: dict[str, Any]) -> Message:
    return json_format.ParseDict(request, GetMessageClass(method.input_type)())


def method_at(path: str) -> MethodDescriptor:
    return next(method for method in methods() if path_of(method) == path)


def test_every_rpc_and_every_field_with_an_id_has_its_line() -> None:
    """A new RPC, or a new field that takes an id, cannot be forgotten."""
    assert set(CALLS) == {path_of(method) for method in methods()}
    for method in methods():
        assert set(CALLS[path_of(method)].asks) == set(id_fields(method.input_type)), path_of(method)


@EVERY
async def test_nothing_answers_without_a_key(house: House, method: MethodDescriptor) -> None:
    """Neither no key, nor a made-up one, nor another scheme opens anything, and all are told the same."""
    said = set()
    for sent in ((), bearer("rw_" + "x" * 43), (("authorization", "Basic eDp5"),), (("x-api-key", ""),)):
        refused = await house.call(method, message_of(method, {}), sent)
        assert refused.refusal == ("UNAUTHENTICATED", "KEY_INVALID")
        said.add((refused.message, refused.metadata))
    assert len(said) == 1


@EVERY
async def test_nothing_answers_to_a_revoked_key(house: House, keys: Keys, method: MethodDescriptor) -> None:
    """A key that was revoked before is as good as none."""
    refused = await house.call(method, message_of(method, {}), bearer(keys.revoked))
    assert refused.refusal == ("UNAUTHENTICATED", "KEY_INVALID")


@EVERY
async def test_nothing_answers_to_a_key_of_another_scope(house: House, keys: Keys, method: MethodDescriptor) -> None:
    """A key without the scope is refused before anything is looked at; where none is needed, no scope is missed."""
    call = CALLS[path_of(method)]
    message = message_of(method, call.probe)
    if call.scope in keys.without:
        refused = await house.call(method, message, bearer(keys.without[call.scope]))
        assert refused.refusal == ("PERMISSION_DENIED", "SCOPE_MISSING")
        assert refused.metadata == (("scope", call.scope),)
        return
    _, only_files = await house.key(scopes=["assets"])
    answered = await house.call(method, message, bearer(only_files))
    assert answered.reason == ("SCOPE_MISSING" if call.scope else answered.reason.replace("SCOPE_MISSING", "wrong"))
    assert answered.metadata == (("scope", call.scope),) if call.scope else answered.code != "UNAUTHENTICATED"


@pytest.mark.parametrize(("path", "field"), ASKS, ids=[f"{path} {field}" for path, field in ASKS])
async def test_what_belongs_to_another_tenant_is_not_there(
    house: House, keys: Keys, ids: dict[str, str], path: str, field: str
) -> None:
    """Somebody else's id is answered word for word as one that nobody has, and with the reason for that."""
    method, ask = method_at(path), CALLS[path].asks[field]
    nobodys = {stand_in: f"{known[:4]}nobodys" for stand_in, known in ids.items()}
    foreign = await _asked(house, method, ask, ids, keys.stranger)
    unknown = await _asked(house, method, ask, nobodys, keys.stranger)
    assert foreign.reason == ask.reason
    assert _without_ids(foreign, ids) == _without_ids(unknown, nobodys)
    if ask.reason == INVALID:
        assert set(ids.values()) & {value for _, value in foreign.metadata}, "refused for something else"
    if ask.reason == NOTHING:
        assert not _shown(foreign, ids), foreign.answers


async def test_the_owner_still_has_everything(house: House, ids: dict[str, str]) -> None:
    """The ids that strangers asked for in vain are real: their owner finds what they name, unchanged."""
    _, secret = await house.key(tenant="owner")
    for path, field in ASKS:
        name = path.rpartition("/")[2]
        if name in {"GetJob", "GetAsset", "GetWebhookDelivery", "GetResponse"}:
            answered = await _asked(house, method_at(path), CALLS[path].asks[field], ids, secret)
            assert answered.code == "OK" and _shown(answered, ids)
            assert "mine now" not in str(answered.answers)


async def _asked(house: House, method: MethodDescriptor, ask: Ask, ids: dict[str, str], secret: str) -> Outcome:
    text = json.dumps(ask.request)
    for stand_in, real in ids.items():
        text = text.replace(stand_in, real)
    return await house.call(method, message_of(method, json.loads(text)), bearer(secret))


def _without_ids(outcome: Outcome, ids: dict[str, str]) -> tuple[object, ...]:
    text = json.dumps([outcome.message, outcome.metadata])
    for stand_in, real in ids.items():
        text = text.replace(real, stand_in)
    return outcome.refusal, text


def _shown(outcome: Outcome, ids: dict[str, str]) -> list[str]:
    return [real for real in ids.values() if real in str(outcome.answers)]
