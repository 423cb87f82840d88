"""The subcommands `keys`: make, see, change and end API keys."""

from __future__ import annotations

import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright_cli import keys
from reelwright_cli.connection import run, the_suite
from reelwright_cli.moments import coming, span_of, stamped
from reelwright_cli.options import AsJson, Budget, KeyId, OfTenant, Period, as_json, labels_of, parsed_by

keys_app = typer.Typer(no_args_is_help=True, help="Make, see, change and end API keys.")

Name = Annotated[str, typer.Argument(help="Name for people.")]
Rpm = Annotated[int | None, typer.Option("--rpm", help="Calls per minute; 0: no limit.")]
Concurrent = Annotated[
    int | None, typer.Option("--concurrent", help="Jobs at once, waiting ones included; 0: no limit.")
]
Scope = Annotated[
    list[str] | None,
    typer.Option("--scope", help="llm, image, video, audio, story, assets or admin; as often as needed."),
]
Label = Annotated[list[str] | None, typer.Option("--label", help="A mark name=value; as often as needed.")]
Expires = Annotated[str, typer.Option("--expires", help="When it ends by itself: 30d from now, or 2026-12-31.")]
NEVER = "never"


@keys_app.command()
def create(
    name: Name,
    tenant: Annotated[str, typer.Option("--tenant", help="Tenant it acts for; empty: default.")] = "",
    scope: Scope = None,
    budget: Budget = None,
    period: Period = "",
    rpm: Rpm = None,
    concurrent: Concurrent = None,
    expires: Expires = "",
    label: Label = None,
    json: AsJson = False,
) -> None:
    """Make a key and print its secret: this once, nobody can see it again."""
    if period and budget is None:
        raise typer.BadParameter("--period needs --budget")
    request = pb.CreateKeyRequest(
        name=name,
        tenant=tenant,
        scopes=scope or [],
        budget=None if budget is None else pb.Budget(limit_micros=budget, period=period),
        requests_per_minute=rpm or 0,
        concurrent_jobs=concurrent or 0,
        expire_time=stamped(_end(expires)) if expires else None,
        labels=labels_of(label or []),
    )

    async def work() -> pb.CreateKeyResponse:
        async with the_suite() as suite:
            return await suite.admin.CreateKey(request)

    _print_secret(run(work()), json)


@keys_app.command("list")
def list_keys(
    tenant: OfTenant = "",
    active: Annotated[bool, typer.Option("--active", help="Only those that work.")] = False,
    json: AsJson = False,
) -> None:
    """List keys, newest first, without their secrets."""

    async def work() -> list[pb.Key]:
        async with the_suite() as suite:
            return await keys.keys_of(suite, tenant, active)

    found = run(work())
    if json:
        for key in found:
            print(as_json(key))
    else:
        Console().print(keys.keys_table(found))


@keys_app.command()
def show(key: KeyId, json: AsJson = False) -> None:
    """Show a key: scopes, budget, limits, when it was used."""

    async def work() -> pb.Key:
        async with the_suite() as suite:
            return (await suite.admin.GetKey(pb.GetKeyRequest(id=key))).key

    _print_key(work(), json)


@keys_app.command()
def update(
    key: KeyId,
    name: Annotated[str, typer.Option("--name", help="New name for people.")] = "",
    scope: Scope = None,
    budget: Budget = None,
    period: Period = "",
    no_budget: Annotated[bool, typer.Option("--no-budget", help="It may spend without limit.")] = False,
    rpm: Rpm = None,
    concurrent: Concurrent = None,
    expires: Annotated[str, typer.Option("--expires", help="30d from now, 2026-12-31, or never.")] = "",
    label: Label = None,
    no_labels: Annotated[bool, typer.Option("--no-labels", help="Take its marks away.")] = False,
    json: AsJson = False,
) -> None:
    """Change a key, at once for every replica; what is not named stays."""
    if no_budget and (budget is not None or period):
        raise typer.BadParameter("--no-budget goes with neither --budget nor --period")
    new = pb.Key(id=key, name=name, scopes=scope or [], requests_per_minute=rpm, concurrent_jobs=concurrent)
    new.labels.update(labels_of(label or []))
    if expires not in ("", NEVER):
        new.expire_time.CopyFrom(stamped(_end(expires)))
    wanted = {
        "name": bool(name),
        "scopes": bool(scope),
        "budget": no_budget or budget is not None or bool(period),
        "requests_per_minute": rpm is not None,
        "concurrent_jobs": concurrent is not None,
        "expire_time": bool(expires),
        "labels": no_labels or bool(label),
    }
    fields = [field for field, is_wanted in wanted.items() if is_wanted]
    if not fields:
        raise typer.BadParameter("name what to change; see --help")

    async def work() -> pb.Key:
        async with the_suite() as suite:
            if budget is not None or period:
                new.budget.CopyFrom(await keys.new_budget(suite, key, budget, period))
            return await keys.changed(suite, new, fields)

    _print_key(work(), json)


@keys_app.command()
def revoke(key: KeyId, json: AsJson = False) -> None:
    """End a key at once and for good; its jobs go on."""

    async def work() -> pb.Key:
        async with the_suite() as suite:
            return (await suite.admin.RevokeKey(pb.RevokeKeyRequest(id=key))).key

    _print_key(work(), json)


@keys_app.command()
def rotate(
    key: KeyId,
    overlap: Annotated[
        str, typer.Option("--overlap", help="How long the old secret works on: 24h, 0s at once.")
    ] = "24h",
    json: AsJson = False,
) -> None:
    """Give a key a new secret and print it: this once."""
    request = pb.RotateKeyRequest(id=key)
    request.overlap.FromTimedelta(parsed_by(span_of)(overlap))

    async def work() -> pb.RotateKeyResponse:
        async with the_suite() as suite:
            return await suite.admin.RotateKey(request)

    _print_secret(run(work()), json)


def _end(text: str) -> datetime:
    return parsed_by(lambda given: coming(given, datetime.now(UTC)))(text)


def _print_secret(made: pb.CreateKeyResponse | pb.RotateKeyResponse, json: bool) -> None:
    """The secret alone on standard output, so that a script can take it."""
    if json:
        print(as_json(made))
        return
    for line in keys.key_lines(made.key):
        print(line, file=sys.stderr)
    print("Keep the secret now; it is not shown again:", file=sys.stderr)
    print(made.secret)


def _print_key(work: Coroutine[Any, Any, pb.Key], json: bool) -> None:
    key = run(work)
    if json:
        print(as_json(key))
    else:
        print("\n".join(keys.key_lines(key)))
