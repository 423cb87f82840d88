"""What was used and what it cost, summed up by groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reelwright_kit.database import Pool

MOST_ROWS = 10_000

MEASURES = ("requests", "input_tokens", "output_tokens", "images", "seconds", "characters", "cost_micros")

_GROUPS = {
    "key": "key",
    "tenant": "tenant",
    "model": "model",
    "provider": "provider",
    "day": "to_char(time at time zone 'utc', 'YYYY-MM-DD')",
    "kind": "kind",
}
"""The column of each thing that can be grouped by."""


@dataclass(frozen=True)
class UsageQuery:
    """What to sum up; empty fields do not filter."""

    start: datetime
    end: datetime
    """Itself not included."""
    group_by: Sequence[str] = ()
    tenant: str = ""
    key: str = ""


@dataclass(frozen=True)
class UsageSum:
    """What one group used; `measures` by the names of MEASURES."""

    group: Mapping[str, str]
    measures: Mapping[str, float]


@dataclass(frozen=True)
class Usage:
    """The groups, by day where that is asked for, then the dearest first, and all together."""

    rows: Sequence[UsageSum]
    total: UsageSum
    truncated: bool


async def usage(pool: Pool, query: UsageQuery) -> Usage:
    """What was used between two times."""
    values = {"start": query.start, "end": query.end, "tenant": query.tenant, "key": query.key, "limit": MOST_ROWS + 1}
    async with pool.connection() as connection:
        rows = await (await connection.execute(_statement(query).encode(), values)).fetchall()
    sums = [UsageSum({name: row[f"group_{name}"] for name in query.group_by}, _measures(row, "")) for row in rows]
    # The sums over all groups stand in every row; without a group there is always one.
    total = _measures(rows[0], "all_") if rows else dict.fromkeys(MEASURES, 0)
    return Usage(sums[:MOST_ROWS], UsageSum({}, total), len(rows) > MOST_ROWS)


def _measures(row: Mapping[str, Any], prefix: str) -> dict[str, float]:
    return {name: row[f"{prefix}{name}"] for name in MEASURES}


def _statement(query: UsageQuery) -> str:
    conditions = ["time >= %(start)s", "time < %(end)s"]
    conditions += [f"{name} = %({name})s" for name in ("tenant", "key") if getattr(query, name)]
    groups = [f"{_GROUPS[name]} as group_{name}" for name in query.group_by]
    sums = [f"{_whole(name, f'coalesce(sum({name}), 0)')} as {name}" for name in MEASURES]
    alls = [f"{_whole(name, f'sum({name}) over ()')} as all_{name}" for name in MEASURES]
    names = [f"group_{name}" for name in query.group_by]
    grouping = f"group by {', '.join(names)}" if names else ""
    order = [name for name in names if name == "group_day"] + ["cost_micros desc"] + names
    return f"""
    with groups as (
      select {", ".join(groups + sums)} from reelwright.usage where {" and ".join(conditions)} {grouping})
    select *, {", ".join(alls)} from groups order by {", ".join(order)} limit %(limit)s
    """


def _whole(measure: str, sum_of: str) -> str:
    """The sum as the contract has it: seconds to a thousandth, everything else in whole numbers."""
    if measure == "seconds":
        return f"round(({sum_of})::numeric, 3)::double precision"
    return f"({sum_of})::bigint"
