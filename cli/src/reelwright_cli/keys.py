"""API keys and tenants as the command asks for them and shows them."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf import field_mask_pb2
from rich.markup import escape
from rich.table import Table

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright_cli.connection import Suite
from reelwright_cli.moments import said
from reelwright_cli.suite.trouble import Trouble
from reelwright_kit.money.amounts import dollars

PAGE = 200


async def keys_of(suite: Suite, tenant: str, active: bool) -> list[pb.Key]:
    """Every key, newest first."""
    found: list[pb.Key] = []
    request = pb.ListKeysRequest(page_size=PAGE, tenant=tenant, active_only=active)
    while True:
        page = await suite.admin.ListKeys(request)
        found.extend(page.keys)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


async def tenants_of(suite: Suite) -> list[pb.Tenant]:
    """Every tenant, by name."""
    found: list[pb.Tenant] = []
    request = pb.ListTenantsRequest(page_size=PAGE)
    while True:
        page = await suite.admin.ListTenants(request)
        found.extend(page.tenants)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


async def changed(suite: Suite, key: pb.Key, fields: Sequence[str]) -> pb.Key:
    """The key after `fields` of it were set to what `key` has; those that it has not are cleared."""
    mask = field_mask_pb2.FieldMask(paths=fields)
    return (await suite.admin.UpdateKey(pb.UpdateKeyRequest(key=key, update_mask=mask))).key


async def new_budget(suite: Suite, key: str, limit: int | None, period: str) -> pb.Budget:
    """The budget of a key with another limit, period, or both; raises Trouble when there is no limit to keep."""
    known = (await suite.admin.GetKey(pb.GetKeyRequest(id=key))).key
    if limit is None and not known.HasField("budget"):
        raise Trouble("the key has no budget whose period could be changed; give --budget too")
    kept = known.budget.limit_micros if limit is None else limit
    return pb.Budget(limit_micros=kept, period=period or known.budget.period)


def state_of(key: pb.Key) -> str:
    """Whether it works, in a word or with the time until when it does."""
    if key.HasField("revoke_time"):
        return "revoked"
    return f"until {said(key.expire_time)}" if key.HasField("expire_time") else "active"


def budget_line(budget: pb.Budget) -> str:
    """What was spent of what in which period."""
    period = budget.period or "month"
    held = f" and {dollars(budget.reserved_micros)} held" if budget.reserved_micros else ""
    per = {"total": "in all", "day": "today"}.get(period, f"this {period}")
    return f"{dollars(budget.spent_micros)}{held} of {dollars(budget.limit_micros)} {per}"


def keys_table(found: Sequence[pb.Key]) -> Table:
    """Keys for people, within 80 columns."""
    table = Table(box=None, pad_edge=False)
    for heading in ("key", "name", "tenant", "state", "budget"):
        table.add_column(heading, no_wrap=heading == "key", overflow="fold")
    for key in found:
        budget = budget_line(key.budget) if key.HasField("budget") else "no limit"
        table.add_row(key.id, escape(key.name), key.tenant, state_of(key), budget)
    return table


def key_lines(key: pb.Key) -> list[str]:
    """One key, a line for each thing worth knowing."""
    facts = {
        "key": key.id,
        "name": key.name,
        "tenant": key.tenant,
        "begins with": key.prefix,
        "state": state_of(key),
        "scopes": ", ".join(key.scopes),
        "budget": budget_line(key.budget) if key.HasField("budget") else "no limit",
        "calls a minute": _limit(key.requests_per_minute),
        "jobs at once": _limit(key.concurrent_jobs),
        "labels": ", ".join(f"{name}={value}" for name, value in sorted(key.labels.items())),
        "made": said(key.create_time) if key.HasField("create_time") else "",
        "last used": said(key.last_used_time) if key.HasField("last_used_time") else "never",
        "secret before": f"works until {said(key.previous_secret_expire_time)}"
        if key.HasField("previous_secret_expire_time")
        else "",
    }
    return [f"{name:<15}{fact}" for name, fact in facts.items() if fact]


def _limit(number: int) -> str:
    return f"{number:,}" if number else "no limit"


def tenants_table(found: Sequence[pb.Tenant]) -> Table:
    """Tenants for people."""
    table = Table(box=None, pad_edge=False)
    table.add_column("tenant", overflow="fold")
    table.add_column("budget", overflow="fold")
    for one in found:
        table.add_row(one.tenant, budget_line(one.budget) if one.HasField("budget") else "no limit")
    return table
