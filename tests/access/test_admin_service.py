"""AdminService as its callers see it: keys, tenants, usage and balance, each for whom it is meant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright.admin.v1 import admin_service_pb2_grpc as rpc
from reelwright_kit.access.authentication import Authenticator, Everybody
from reelwright_kit.access.environment import Environment
from reelwright_kit.access.gate import Gate, open_gate
from reelwright_kit.access.keys import KeyStore
from reelwright_kit.access.limits import RateLimits
from reelwright_kit.access.passport import Passport
from reelwright_kit.access.servicer import AdminServicer
from reelwright_kit.access.sessions import Sessions
from reelwright_kit.assets.store import open_store
from reelwright_kit.database import Pool
from reelwright_kit.interceptors import interceptors
from tests.access.house import ADMIN_KEY, bearer
from tests.access.test_authentication import SECRET, settings
from tests.services.answers import refusal

ADMIN = bearer(ADMIN_KEY)


async def opened(gate: Gate, pool: Pool) -> AsyncIterator[rpc.AdminServiceAsyncStub]:
    server = grpc.aio.server(interceptors=interceptors(gate))
    known = settings("postgresql://nowhere")
    environment = Environment(known, pool, open_store(known.store_url, known.s3))
    rpc.add_AdminServiceServicer_to_server(AdminServicer(pool, environment), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield rpc.AdminServiceStub(channel)
    await server.stop(None)


@pytest_asyncio.fixture(loop_scope="session")
async def admin(database_url: str, pool: Pool) -> AsyncIterator[rpc.AdminServiceAsyncStub]:
    """AdminService of a server that asks for keys, of which there is one."""
    await KeyStore(pool).ensure_admin(ADMIN_KEY)
    async with open_gate(settings(database_url), pool, Passport(SECRET)) as gate:
        async for stub in opened(gate, pool):
            yield stub


@pytest_asyncio.fixture(loop_scope="session")
async def unguarded(pool: Pool) -> AsyncIterator[rpc.AdminServiceAsyncStub]:
    """AdminService of a server whose authentication is off."""
    async for stub in opened(Gate(Authenticator(Everybody(), Passport(SECRET)), RateLimits(pool), Sessions()), pool):
        yield stub


async def made(admin: rpc.AdminServiceAsyncStub, **fields: Any) -> tuple[pb.Key, str]:
    answer = await admin.CreateKey(pb.CreateKeyRequest(name="k", **fields), metadata=ADMIN)
    return answer.key, answer.secret


async def spent(pool: Pool, tenant: str, key: str, held: int, micros: int) -> None:
    """Books what a key holds and has spent."""
    async with pool.connection() as connection:
        values = (tenant, key, held, micros)
        await connection.execute("select reelwright.post(%s, %s, '', '', '', '', %s, %s)", values)


async def used(pool: Pool, days_ago: int, tenant: str, key: str, kind: str, micros: int) -> None:
    """Notes a piece of work."""
    async with pool.connection() as connection:
        await connection.execute(
            "insert into reelwright.usage (time, tenant, key, kind, provider, model, requests, images, cost_micros)"
            " values (%s, %s, %s, %s, 'acme', 'acme/paint', 1, 2, %s)",
            (datetime.now(UTC) - timedelta(days=days_ago), tenant, key, kind, micros),
        )


async def test_a_key_is_changed_field_by_field(admin: rpc.AdminServiceAsyncStub) -> None:
    """Without a mask what is set is changed; with one, what is named and not set is cleared; the rest stays."""
    key, _ = await made(
        admin, requests_per_minute=60, labels={"a": "b"}, budget=pb.Budget(limit_micros=5, period="day")
    )
    change = pb.UpdateKeyRequest(key=pb.Key(id=key.id, name="new", requests_per_minute=0))
    changed = (await admin.UpdateKey(change, metadata=ADMIN)).key
    assert (changed.name, changed.requests_per_minute, dict(changed.labels)) == ("new", 0, {"a": "b"})
    assert (changed.budget.limit_micros, changed.budget.period) == (5, "day")
    change = pb.UpdateKeyRequest(key=pb.Key(id=key.id), update_mask=FieldMask(paths=["budget", "labels"]))
    cleared = (await admin.UpdateKey(change, metadata=ADMIN)).key
    assert not cleared.HasField("budget") and not cleared.labels and cleared.name == "new"
    assert (await admin.GetKey(pb.GetKeyRequest(id=key.id), metadata=ADMIN)).key == cleared


@pytest.mark.parametrize(
    ("paths", "field"),
    [
        (["name"], "key.name"),
        (["scopes"], "key.scopes"),
        (["tenant"], "update_mask"),
        (["budget.period"], "update_mask"),
    ],
)
async def test_what_cannot_be_changed_is_named(admin: rpc.AdminServiceAsyncStub, paths: list[str], field: str) -> None:
    """Neither the name nor the scopes of a key can be cleared, and only the listed fields can be named."""
    key, _ = await made(admin)
    change = pb.UpdateKeyRequest(key=pb.Key(id=key.id), update_mask=FieldMask(paths=paths))
    assert (await refusal(admin.UpdateKey(change, metadata=ADMIN))).fields == [field]


async def test_pages_of_keys_join(admin: rpc.AdminServiceAsyncStub) -> None:
    """Every key is on one page, never with a secret; a token is of its own list only."""
    names = {(await made(admin, tenant="acme"))[0].id for _ in range(5)}
    found, token = [], ""
    for left in (True, True, False):
        request = pb.ListKeysRequest(page_size=2, page_token=token, tenant="acme")
        page = await admin.ListKeys(request, metadata=ADMIN)
        found, token = found + [key.id for key in page.keys], page.next_page_token
        assert bool(token) is left
        other = pb.ListKeysRequest(page_token=token or "nonsense")
        assert (await refusal(admin.ListKeys(other, metadata=ADMIN))).reason == "PAGE_TOKEN_INVALID"
    assert len(found) == 5 and set(found) == names


async def test_a_balance_is_what_key_and_tenant_leave(admin: rpc.AdminServiceAsyncStub, pool: Pool) -> None:
    """The smaller rest counts; what is held counts like what is spent; without budgets there is no rest to tell."""
    free, secret = await made(admin, tenant="acme")
    balance = await admin.GetBalance(pb.GetBalanceRequest(), metadata=bearer(secret))
    assert (balance.key.id, balance.tenant, balance.HasField("remaining_micros")) == (free.id, "acme", False)
    key, secret = await made(admin, tenant="acme", budget=pb.Budget(limit_micros=1000))
    await spent(pool, "acme", key.id, 100, 200)
    await spent(pool, "acme", free.id, 0, 50)
    tenant = pb.Tenant(tenant="acme", budget=pb.Budget(limit_micros=5000, period="total"))
    await admin.UpdateTenant(pb.UpdateTenantRequest(tenant=tenant), metadata=ADMIN)
    balance = await admin.GetBalance(pb.GetBalanceRequest(), metadata=bearer(secret))
    assert (balance.remaining_micros, balance.tenant_month_micros) == (700, 250)
    assert (balance.key.budget.spent_micros, balance.key.budget.reserved_micros) == (200, 100)
    assert (balance.tenant_budget.limit_micros, balance.tenant_budget.spent_micros) == (5000, 250)
    assert not balance.tenant_budget.HasField("reset_time") and balance.key.budget.HasField("reset_time")
    tenant.budget.limit_micros = 300
    await admin.UpdateTenant(pb.UpdateTenantRequest(tenant=tenant), metadata=ADMIN)
    assert (await admin.GetBalance(pb.GetBalanceRequest(), metadata=bearer(secret))).remaining_micros == 0


async def test_tenants_are_those_with_keys_budgets_or_jobs(admin: rpc.AdminServiceAsyncStub, pool: Pool) -> None:
    """Each is listed once, by name, over all pages; one that nobody knows has no budget and is no error."""
    await made(admin, tenant="keys")
    await admin.UpdateTenant(pb.UpdateTenantRequest(tenant=pb.Tenant(tenant="budget")), metadata=ADMIN)
    async with pool.connection() as connection:
        for number, tenant in enumerate(("jobs", "keys", "zebra", "jobs")):
            await connection.execute(
                "insert into reelwright.jobs (id, tenant, kind, queue, request, state)"
                " values (%s, %s, 'k', 'q', '{}', 'QUEUED')",
                (f"img_{number}", tenant),
            )
    found, token = [], ""
    for _ in range(3):
        page = await admin.ListTenants(pb.ListTenantsRequest(page_size=2, page_token=token), metadata=ADMIN)
        found, token = found + [tenant.tenant for tenant in page.tenants], page.next_page_token
    assert (found, token) == (["budget", "default", "jobs", "keys", "zebra"], "")
    nobody = await admin.GetTenant(pb.GetTenantRequest(tenant="nobody"), metadata=ADMIN)
    assert not nobody.tenant.HasField("budget")


async def test_usage_is_summed_up_as_asked(admin: rpc.AdminServiceAsyncStub, pool: Pool) -> None:
    """Groups, times and filters hold, the dearest group comes first, and the total is that of all rows."""
    for days_ago, tenant, kind, micros in (
        (1, "a", "image", 5),
        (1, "a", "video", 7),
        (2, "b", "image", 1),
        (40, "a", "image", 9),
    ):
        await used(pool, days_ago, tenant, "key_1", kind, micros)
    usage = await admin.GetUsage(pb.GetUsageRequest(), metadata=ADMIN)
    assert [(dict(row.group), row.requests, row.images, row.cost_micros) for row in usage.rows] == [({}, 3, 6, 13)]
    assert usage.total.cost_micros == 13
    by_kind = await admin.GetUsage(pb.GetUsageRequest(group_by=["tenant", "kind"]), metadata=ADMIN)
    assert [(row.group["tenant"], row.group["kind"], row.cost_micros) for row in by_kind.rows] == [
        ("a", "video", 7),
        ("a", "image", 5),
        ("b", "image", 1),
    ]
    assert by_kind.total.requests == 3 and not by_kind.truncated
    by_day = await admin.GetUsage(pb.GetUsageRequest(group_by=["day"]), metadata=ADMIN)
    days = [row.group["day"] for row in by_day.rows]
    assert days == sorted(days) and [row.cost_micros for row in by_day.rows] == [1, 12]
    nothing = await admin.GetUsage(pb.GetUsageRequest(key="key_x", group_by=["kind"]), metadata=ADMIN)
    assert not nothing.rows and nothing.total == pb.UsageRow()


async def test_usage_of_others_needs_the_scope_admin(
    admin: rpc.AdminServiceAsyncStub, unguarded: rpc.AdminServiceAsyncStub, pool: Pool
) -> None:
    """A key sees its own tenant's usage; an admin, and everybody where authentication is off, sees all."""
    await used(pool, 1, "acme", "key_1", "image", 5)
    await used(pool, 1, "other", "key_2", "image", 7)
    _, secret = await made(admin, tenant="acme")
    own = await admin.GetUsage(pb.GetUsageRequest(), metadata=bearer(secret))
    assert own.total.cost_micros == 5
    foreign = await refusal(admin.GetUsage(pb.GetUsageRequest(tenant="other"), metadata=bearer(secret)))
    assert (foreign.code, foreign.reason) == ("PERMISSION_DENIED", "SCOPE_MISSING")
    assert (await admin.GetUsage(pb.GetUsageRequest(tenant="other"), metadata=ADMIN)).total.cost_micros == 7
    assert (await unguarded.GetUsage(pb.GetUsageRequest())).total.cost_micros == 12


async def test_refusals_say_when_to_come_back(admin: rpc.AdminServiceAsyncStub) -> None:
    """A limited key's answers carry what is left, and the refusal the seconds to wait, as HTTP has them."""
    _, secret = await made(admin, requests_per_minute=1)
    call = admin.GetBalance(pb.GetBalanceRequest(), metadata=bearer(secret))
    await call
    assert dict(await call.initial_metadata())["x-ratelimit-limit-requests"] == "1"
    failed: dict[str, str | bytes] = {}
    for _ in range(2):
        # The second of two passes where a minute begins between them; then the third does not.
        call = admin.GetBalance(pb.GetBalanceRequest(), metadata=bearer(secret))
        if await call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
            failed = dict(await call.trailing_metadata())
    assert failed["x-ratelimit-remaining-requests"] == "0"
    assert str(failed["retry-after"]).isdigit() and 1 <= int(failed["retry-after"]) <= 120
