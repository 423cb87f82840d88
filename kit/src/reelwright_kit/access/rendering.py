"""Keys, budgets and usage as contract messages, and what requests about keys say as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright_kit.access.accounts import Account
from reelwright_kit.access.environment import Seen
from reelwright_kit.access.model import DEFAULT_PERIOD, DEFAULT_SCOPES, DEFAULT_TENANT, KeyRecord, NewKey
from reelwright_kit.access.usage import UsageSum
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.jobs.rendering import timestamp
from reelwright_kit.money.budgets import Budget

CHANGEABLE = ("name", "scopes", "budget", "requests_per_minute", "concurrent_jobs", "expire_time", "labels")
"""Fields of a key that UpdateKey changes."""

_WITH_PRESENCE = ("budget", "requests_per_minute", "concurrent_jobs", "expire_time")


def key_message(record: KeyRecord, account: Account | None) -> pb.Key:
    """A key as the contract shows it, with what of its budget is spent."""
    return pb.Key(
        id=record.id,
        name=record.name,
        tenant=record.tenant,
        prefix=record.prefix,
        scopes=record.scopes,
        budget=budget_message(account),
        requests_per_minute=record.requests_per_minute,
        concurrent_jobs=record.concurrent_jobs,
        create_time=timestamp(record.create_time),
        expire_time=timestamp(record.expire_time),
        revoke_time=timestamp(record.revoke_time),
        last_used_time=timestamp(record.last_used_time),
        previous_secret_expire_time=timestamp(record.previous_secret_expire_time),
        labels=record.labels,
    )


def budget_message(account: Account | None) -> pb.Budget | None:
    """A budget as the contract shows it; None stays unset."""
    if account is None:
        return None
    return pb.Budget(
        limit_micros=account.budget.limit_micros,
        period=account.budget.period,
        spent_micros=account.balance.spent_micros,
        reserved_micros=account.balance.held_micros,
        reset_time=timestamp(account.reset_time),
    )


def usage_message(summed: UsageSum) -> pb.UsageRow:
    """What one group used, as the contract shows it."""
    measures: dict[str, Any] = dict(summed.measures)
    return pb.UsageRow(group=summed.group, **measures)


def budget_of(owner: pb.CreateKeyRequest | pb.Key | pb.Tenant) -> Budget | None:
    """The budget that a message asks for; None when it asks for none."""
    if not owner.HasField("budget"):
        return None
    return Budget(owner.budget.limit_micros, owner.budget.period or DEFAULT_PERIOD)


def moment(message: Timestamp, field: str) -> datetime:
    """A time of a request; raises FieldInvalid for one that no calendar has."""
    try:
        return message.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise FieldInvalid(field, "must lie between the years 1 and 9999") from None


def new_key_of(request: pb.CreateKeyRequest) -> NewKey:
    """The key that a request asks for."""
    budget = budget_of(request)
    return NewKey(
        name=request.name,
        tenant=request.tenant or DEFAULT_TENANT,
        scopes=tuple(request.scopes) or DEFAULT_SCOPES,
        budget_micros=budget.limit_micros if budget else None,
        budget_period=budget.period if budget else DEFAULT_PERIOD,
        requests_per_minute=request.requests_per_minute,
        concurrent_jobs=request.concurrent_jobs,
        expire_time=moment(request.expire_time, "expire_time") if request.HasField("expire_time") else None,
        labels=dict(request.labels),
    )


def changes_of(key: pb.Key, mask: Sequence[str]) -> dict[str, Any]:
    """What to set to which value, by columns; raises FieldInvalid."""
    wanted = list(mask) or [name for name in CHANGEABLE if _is_set(key, name)]
    changes: dict[str, Any] = {}
    for name in wanted:
        if name not in CHANGEABLE:
            raise FieldInvalid("update_mask", f"{name} cannot be changed; {', '.join(CHANGEABLE)} can")
        changes |= _change(key, name)
    return changes


def _change(key: pb.Key, name: str) -> dict[str, Any]:
    if name in {"name", "scopes"} and not getattr(key, name):
        raise FieldInvalid(f"key.{name}", "cannot be cleared")
    match name:
        case "scopes":
            return {"scopes": list(key.scopes)}
        case "labels":
            return {"labels": dict(key.labels)}
        case "expire_time":
            return {"expire_time": moment(key.expire_time, "key.expire_time") if key.HasField("expire_time") else None}
        case "budget":
            budget = budget_of(key)
            limit, period = (budget.limit_micros, budget.period) if budget else (None, DEFAULT_PERIOD)
            return {"budget_micros": limit, "budget_period": period}
        case _:
            return {name: getattr(key, name)}


def _is_set(key: pb.Key, name: str) -> bool:
    return key.HasField(name) if name in _WITH_PRESENCE else bool(getattr(key, name))  # type: ignore[arg-type]


def environment_message(seen: Seen) -> pb.GetEnvironmentResponse:
    """How the suite is."""
    return pb.GetEnvironmentResponse(
        version=seen.version,
        auth=seen.auth,
        parts=[pb.PartStatus(name=part.name, ready=part.ready, detail=part.detail) for part in seen.parts],
        providers=[
            pb.ProviderStatus(name=one.name, service=one.service, configured=not one.missing, missing=one.missing)
            for one in seen.providers
        ],
        limits=seen.limits,
    )
