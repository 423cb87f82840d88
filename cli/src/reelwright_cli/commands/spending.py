"""The subcommands `usage` and `balance`: what was spent, and what may still be."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright_cli.connection import run, the_suite
from reelwright_cli.keys import budget_line
from reelwright_cli.moments import gone, stamped
from reelwright_cli.options import AsJson, OfTenant, as_json, parsed_by
from reelwright_cli.usage import usage_table
from reelwright_kit.money.amounts import dollars
from reelwright_kit.money.usage_csv import usage_csv

app = typer.Typer()


@app.command()
def usage(
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Group by day, model, provider, kind, key or tenant; as often as needed."),
    ] = None,
    since: Annotated[str, typer.Option("--since", help="From when on: 7d ago, or 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--until", help="Until when, itself not included: 1d ago, or 2026-12-01.")] = "",
    tenant: OfTenant = "",
    key: Annotated[str, typer.Option("--key", help="Only the key with this id.")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: AsJson = False,
) -> None:
    """Say what was used and what it cost, of the last 30 days."""
    if csv and json:
        raise typer.BadParameter("give either --csv or --json")
    request = pb.GetUsageRequest(group_by=by or [], tenant=tenant, key=key)
    now = datetime.now(UTC)
    for text, field in ((since, request.start_time), (until, request.end_time)):
        if text:
            field.CopyFrom(stamped(parsed_by(lambda given: gone(given, now))(text)))

    async def work() -> pb.GetUsageResponse:
        async with the_suite() as suite:
            return await suite.admin.GetUsage(request)

    answer = run(work())
    if json:
        print(as_json(answer))
    elif csv:
        print(usage_csv(answer, request.group_by), end="")
    else:
        Console().print(usage_table(answer, request.group_by))
    if answer.truncated:
        print("There were more rows than fit the answer; ask for a shorter time.", file=sys.stderr)


@app.command()
def balance(json: AsJson = False) -> None:
    """Say what your key may do and may still spend."""

    async def work() -> pb.GetBalanceResponse:
        async with the_suite() as suite:
            return await suite.admin.GetBalance(pb.GetBalanceRequest())

    answer = run(work())
    print(as_json(answer) if json else "\n".join(balance_lines(answer)))


def balance_lines(answer: pb.GetBalanceResponse) -> list[str]:
    """A balance, a line for each thing worth knowing."""
    facts = {"tenant": answer.tenant}
    if answer.HasField("key"):
        facts |= {"key": f"{answer.key.id} {answer.key.name}", "scopes": ", ".join(answer.key.scopes)}
        if answer.key.HasField("budget"):
            facts["its budget"] = budget_line(answer.key.budget)
    if answer.HasField("tenant_budget"):
        facts["the tenant's"] = budget_line(answer.tenant_budget)
    facts["tenant, month"] = f"{dollars(answer.tenant_month_micros)} spent"
    facts["may spend"] = dollars(answer.remaining_micros) if answer.HasField("remaining_micros") else "without limit"
    return [f"{name:<15}{fact}" for name, fact in facts.items()]
