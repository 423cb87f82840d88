"""The subcommands `tenants`: who there is, and what each may spend."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright_cli import keys
from reelwright_cli.connection import run, the_suite
from reelwright_cli.options import AsJson, Period, TenantName, as_json, parsed_by
from reelwright_kit.money.amounts import micros_of

tenants_app = typer.Typer(no_args_is_help=True, help="See tenants and what they may spend.")

Amount = Annotated[
    int | None,
    typer.Argument(parser=parsed_by(micros_of), metavar="AMOUNT", help="What all its keys together may spend: 50.00."),
]


@tenants_app.command("list")
def list_tenants(json: AsJson = False) -> None:
    """List the tenants that have keys, budgets or jobs."""

    async def work() -> list[pb.Tenant]:
        async with the_suite() as suite:
            return await keys.tenants_of(suite)

    found = run(work())
    if json:
        for tenant in found:
            print(as_json(tenant))
    else:
        Console().print(keys.tenants_table(found))


@tenants_app.command("show")
def show_tenant(tenant: TenantName, json: AsJson = False) -> None:
    """Show what a tenant may spend and has spent."""

    async def work() -> pb.Tenant:
        async with the_suite() as suite:
            return (await suite.admin.GetTenant(pb.GetTenantRequest(tenant=tenant))).tenant

    found = run(work())
    print(as_json(found)) if json else Console().print(keys.tenants_table([found]))


@tenants_app.command("budget")
def set_budget(
    tenant: TenantName,
    amount: Amount = None,
    period: Period = "month",
    none: Annotated[bool, typer.Option("--none", help="It may spend without limit.")] = False,
) -> None:
    """Set what a tenant may spend, or with --none that it may spend without limit."""
    if none == (amount is not None):
        raise typer.BadParameter("give either an amount or --none")
    new = pb.Tenant(tenant=tenant)
    if amount is not None:
        new.budget.limit_micros, new.budget.period = amount, period

    async def work() -> pb.Tenant:
        async with the_suite() as suite:
            return (await suite.admin.UpdateTenant(pb.UpdateTenantRequest(tenant=new))).tenant

    Console().print(keys.tenants_table([run(work())]))
