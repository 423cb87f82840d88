"""AdminService: proto in, keys, accounts, usage and the environment, proto out; mounted by every service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright.admin.v1 import admin_service_pb2_grpc as rpc
from reelwright_kit import caller, pages
from reelwright_kit.access.accounts import Account, Accounts
from reelwright_kit.access.environment import Environment
from reelwright_kit.access.errors import ScopeMissing
from reelwright_kit.access.keys import KeyStore
from reelwright_kit.access.model import KeyFilter, KeyRecord
from reelwright_kit.access.rendering import (
    budget_message,
    budget_of,
    changes_of,
    environment_message,
    key_message,
    moment,
    new_key_of,
    usage_message,
)
from reelwright_kit.access.usage import UsageQuery, usage
from reelwright_kit.database import Pool
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.money.budgets import Budget

Context = grpc.aio.ServicerContext[Any, Any]

DEFAULT_OVERLAP = timedelta(hours=24)
DEFAULT_USAGE_SPAN = timedelta(days=30)

_OF_A_KEY = "key_"
"""How the ids of keys begin; those of tokens do not."""


class AdminServicer(rpc.AdminServiceServicer):
    """Gives out keys and tells what they spent; who may call what is settled before."""

    def __init__(self, pool: Pool, environment: Environment) -> None:
        self._pool = pool
        self._environment = environment
        self._keys = KeyStore(pool)
        self._accounts = Accounts(pool)

    async def CreateKey(self, request: pb.CreateKeyRequest, context: Context) -> pb.CreateKeyResponse:
        record, secret = await self._keys.create(new_key_of(request))
        return pb.CreateKeyResponse(key=await self._shown(record), secret=secret)

    async def ListKeys(self, request: pb.ListKeysRequest, context: Context) -> pb.ListKeysResponse:
        chosen, size = KeyFilter(request.tenant, request.active_only), pages.page_size(request.page_size)
        found = await self._keys.list(chosen, size + 1, pages.read_token(request.page_token, chosen))
        token = pages.write_token(found[size - 1].id, chosen) if len(found) > size else ""
        return pb.ListKeysResponse(keys=[await self._shown(record) for record in found[:size]], next_page_token=token)

    async def GetKey(self, request: pb.GetKeyRequest, context: Context) -> pb.GetKeyResponse:
        return pb.GetKeyResponse(key=await self._shown(await self._keys.get(request.id)))

    async def UpdateKey(self, request: pb.UpdateKeyRequest, context: Context) -> pb.UpdateKeyResponse:
        if not request.key.id:
            raise FieldInvalid("key.id", "must be given")
        record = await self._keys.update(request.key.id, changes_of(request.key, request.update_mask.paths))
        return pb.UpdateKeyResponse(key=await self._shown(record))

    async def RevokeKey(self, request: pb.RevokeKeyRequest, context: Context) -> pb.RevokeKeyResponse:
        return pb.RevokeKeyResponse(key=await self._shown(await self._keys.revoke(request.id)))

    async def RotateKey(self, request: pb.RotateKeyRequest, context: Context) -> pb.RotateKeyResponse:
        overlap = request.overlap.ToTimedelta() if request.HasField("overlap") else DEFAULT_OVERLAP
        record, secret = await self._keys.rotate(request.id, overlap)
        return pb.RotateKeyResponse(key=await self._shown(record), secret=secret)

    async def GetTenant(self, request: pb.GetTenantRequest, context: Context) -> pb.GetTenantResponse:
        return pb.GetTenantResponse(tenant=await self._tenant(request.tenant))

    async def UpdateTenant(self, request: pb.UpdateTenantRequest, context: Context) -> pb.UpdateTenantResponse:
        name = request.tenant.tenant
        await self._accounts.set_budget(name, budget_of(request.tenant))
        return pb.UpdateTenantResponse(tenant=await self._tenant(name))

    async def ListTenants(self, request: pb.ListTenantsRequest, context: Context) -> pb.ListTenantsResponse:
        query, size = "tenants", pages.page_size(request.page_size)
        found = await self._accounts.tenants(size + 1, pages.read_token(request.page_token, query))
        token = pages.write_token(found[size - 1], query) if len(found) > size else ""
        return pb.ListTenantsResponse(
            tenants=[await self._tenant(name) for name in found[:size]], next_page_token=token
        )

    async def GetUsage(self, request: pb.GetUsageRequest, context: Context) -> pb.GetUsageResponse:
        query = _usage_query(request)
        used = await usage(self._pool, query)
        response = pb.GetUsageResponse(
            rows=[usage_message(row) for row in used.rows], total=usage_message(used.total), truncated=used.truncated
        )
        response.start_time.FromDatetime(query.start)
        response.end_time.FromDatetime(query.end)
        return response

    async def GetEnvironment(self, request: pb.GetEnvironmentRequest, context: Context) -> pb.GetEnvironmentResponse:
        return environment_message(await self._environment.look())

    async def GetBalance(self, request: pb.GetBalanceRequest, context: Context) -> pb.GetBalanceResponse:
        known = caller.current()
        record = await self._keys.get(known.key) if known.key.startswith(_OF_A_KEY) else None
        of_tenant, of_key = await self._accounts.of_tenant(known.tenant), await self._account(record)
        remaining = [account.remaining_micros for account in (of_key, of_tenant) if account]
        return pb.GetBalanceResponse(
            key=key_message(record, of_key) if record else None,
            tenant=known.tenant,
            remaining_micros=min(remaining, default=None),
            tenant_month_micros=await self._accounts.spent_this_month(known.tenant),
            tenant_budget=budget_message(of_tenant),
        )

    async def _shown(self, record: KeyRecord) -> pb.Key:
        return key_message(record, await self._account(record))

    async def _account(self, record: KeyRecord | None) -> Account | None:
        if record is None or record.budget_micros is None:
            return None
        budget = Budget(record.budget_micros, record.budget_period)
        return await self._accounts.of_key(record.tenant, record.id, budget)

    async def _tenant(self, name: str) -> pb.Tenant:
        return pb.Tenant(tenant=name, budget=budget_message(await self._accounts.of_tenant(name)))


def _usage_query(request: pb.GetUsageRequest) -> UsageQuery:
    end = moment(request.end_time, "end_time") if request.HasField("end_time") else datetime.now(UTC)
    start = moment(request.start_time, "start_time") if request.HasField("start_time") else _before(end)
    if start >= end:
        # The contract's own rule sees this only when both are given.
        raise FieldInvalid("start_time", "must be before end_time")
    return UsageQuery(start, end, tuple(request.group_by), _tenant_to_ask_for(request.tenant), request.key)


def _before(end: datetime) -> datetime:
    return end - min(DEFAULT_USAGE_SPAN, end - datetime.min.replace(tzinfo=UTC))


def _tenant_to_ask_for(wanted: str) -> str:
    """Whose usage is told; empty: that of all tenants. Raises ScopeMissing."""
    known = caller.current()
    if "admin" in known.scopes:
        return wanted
    if wanted not in {"", known.tenant}:
        raise ScopeMissing("admin")
    return known.tenant
