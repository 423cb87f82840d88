"""Money that is held for texts until they have been answered: its rows, many at once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from reelwright_kit.database import Connection

_HOLD = """
with asked as (
  select * from unnest(%(id)s::text[], %(provider)s::text[], %(model)s::text[], %(micros)s::bigint[])
    as asked(id, provider, model, micros)),
held as (
  insert into reelwright.text_holds (id, tenant, key, job, provider, model, held_micros, open_until)
  select id, %(tenant)s, %(key)s, %(job)s, provider, model, micros,
    clock_timestamp() + make_interval(secs => %(hold_s)s)
  from asked
  returning *)
select reelwright.post(tenant, key, job, id, provider, model, held_micros, 0) from held
"""

_SETTLE = """
with used as (
  select * from unnest(%(id)s::text[], %(kind)s::text[], %(requests)s::bigint[], %(input_tokens)s::bigint[],
    %(output_tokens)s::bigint[], %(micros)s::bigint[])
    as used(id, kind, requests, input_tokens, output_tokens, micros)),
settled as (
  delete from reelwright.text_holds held using used where held.id = used.id
  returning held.*, used.kind, used.requests, used.input_tokens, used.output_tokens, used.micros),
noted as (
  insert into reelwright.usage
    (tenant, key, job, kind, provider, model, requests, input_tokens, output_tokens, cost_micros)
  select tenant, key, job, kind, provider, model, requests, input_tokens, output_tokens, micros from settled
  where requests > 0 or micros > 0)
select reelwright.post(tenant, key, job, id, provider, model, -held_micros, micros) from settled
"""


class Hold(msgspec.Struct, frozen=True):
    """What a text may cost, before it is asked for."""

    id: str
    provider: str
    model: str
    micros: int


class Settlement(msgspec.Struct, frozen=True):
    """What came of a hold."""

    id: str
    kind: str
    requests: int
    input_tokens: int
    output_tokens: int
    micros: int


async def place(connection: Connection, tenant: str, key: str, job: str, holds: Sequence[Hold], hold_s: float) -> None:
    """Holds the money of each for `hold_s` seconds; `job` is empty for texts that belong to none."""
    payer = {"tenant": tenant, "key": key, "job": job}
    await connection.execute(_HOLD, {**payer, "hold_s": hold_s, **_columns(holds)})


async def settle(connection: Connection, settlements: Sequence[Settlement]) -> bool:
    """Ends holds and notes what was used; whether any of them was still there."""
    rows = await connection.execute(_SETTLE, _columns(settlements))
    return await rows.fetchone() is not None


def _columns(rows: Sequence[Hold] | Sequence[Settlement]) -> dict[str, list[object]]:
    """The fields of each, by their names, as the statements unnest them."""
    return {name: [getattr(one, name) for one in rows] for name in rows[0].__struct_fields__}
