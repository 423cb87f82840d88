"""The `reelwright` command and its subcommands."""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.jobs.v1 import webhooks_service_pb2 as hooks
from reelwright_cli import doctor as examination
from reelwright_cli import storage, webhooks
from reelwright_cli.commands import films, keys, spending, tenants
from reelwright_cli.connection import client_settings, run, the_suite
from reelwright_cli.demo import demo as make_demo
from reelwright_cli.films import as_json
from reelwright_cli.following import show_to_success
from reelwright_cli.listing import jobs_table
from reelwright_cli.options import OUT, AsJson, JobId, MaxCost, Out, Prompt
from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite.running import up as run_suite
from reelwright_cli.suite.trouble import Trouble
from reelwright_kit.settings import SettingsInvalid

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Sentences in, films out.")
jobs_app = typer.Typer(no_args_is_help=True, help="Follow and steer jobs.")
app.add_typer(jobs_app, name="jobs")
store_app = typer.Typer(no_args_is_help=True, help="Look after the place of the files.")
app.add_typer(store_app, name="store")
webhooks_app = typer.Typer(no_args_is_help=True, help="See and repeat what webhooks were told.")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(films.app)
app.add_typer(spending.app)
app.add_typer(keys.keys_app, name="keys")
app.add_typer(tenants.tenants_app, name="tenants")

Fakes = Annotated[bool, typer.Option("--fakes", help="Let a server on this machine play the vendors.")]


async def _suite_settings(fakes: bool = False) -> SuiteSettings:
    try:
        settings = SuiteSettings.load(os.environ)
        return msgspec.structs.replace(settings, fakes=fakes or settings.fakes)
    except SettingsInvalid as error:
        raise Trouble(str(error)) from None


@app.command()
def up(fakes: Fakes = False) -> None:
    """Run the whole suite on this machine until Ctrl-C."""

    async def work() -> None:
        await run_suite(await _suite_settings(fakes), Console())

    run(work())


@app.command()
def demo(prompt: Prompt, out: Out = OUT, fakes: Fakes = False) -> None:
    """Start a suite of its own, make one film, and stop."""

    async def work() -> None:
        await make_demo(await _suite_settings(fakes), prompt, out, Console())

    run(work())


@app.command()
def models(
    everything: Annotated[bool, typer.Option("--all", help="Also those that are not configured.")] = False,
) -> None:
    """List the models of the suite."""

    async def work() -> None:
        async with the_suite() as suite:
            offers = [offer for offer in await examination.offers_of(suite) if everything or not offer.is_hidden]
        Console().print(examination.offers_table(offers))

    run(work())


@app.command()
def doctor() -> None:
    """Say which parts and providers are ready, and what is missing."""

    async def work() -> bool:
        return await examination.examine(await _suite_settings(), client_settings(), Console())

    if not run(work()):
        raise typer.Exit(1)


@jobs_app.command("list")
def list_jobs(
    kind: Annotated[str, typer.Option(help="Only this kind, for example film.")] = "",
    children: Annotated[bool, typer.Option(help="Also jobs that are part of others.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most, 1 to 200.")] = 20,
    json: AsJson = False,
) -> None:
    """List jobs, newest first."""

    async def work() -> list[jobs.Job]:
        request = jobs.ListJobsRequest(page_size=limit, kind=kind, top_level=not children)
        async with the_suite() as suite:
            return list((await suite.jobs.ListJobs(request)).jobs)

    found = run(work())
    if json:
        for job in found:
            print(as_json(job))
    else:
        Console().print(jobs_table(found))


@jobs_app.command()
def watch(job: JobId) -> None:
    """Watch a job until it ends."""

    async def work() -> None:
        async with the_suite() as suite:
            known = (await suite.jobs.GetJob(jobs.GetJobRequest(id=job))).job
            await show_to_success(suite, job, Console(), known.kind)

    run(work())


@jobs_app.command()
def retry(
    job: JobId,
    accept_possible_duplicate: Annotated[
        bool, typer.Option("--accept-possible-duplicate", help="Submit again what may have been paid for already.")
    ] = False,
    max_cost: MaxCost = None,
) -> None:
    """Run a failed or cancelled job again; what was finished is kept."""
    request = jobs.RetryJobRequest(
        id=job, accept_possible_duplicate=accept_possible_duplicate, max_cost_micros=max_cost
    )

    async def work() -> jobs.Job:
        async with the_suite() as suite:
            return (await suite.jobs.RetryJob(request)).job

    Console().print(jobs_table([run(work())]))


@jobs_app.command()
def cancel(job: JobId) -> None:
    """Cancel a job and its children."""

    async def work() -> jobs.Job:
        async with the_suite() as suite:
            return (await suite.jobs.CancelJob(jobs.CancelJobRequest(id=job))).job

    Console().print(jobs_table([run(work())]))


@webhooks_app.command()
def secret(
    rotate: Annotated[bool, typer.Option("--rotate", help="Make a new one; the old one signs along for 24 h.")] = False,
) -> None:
    """Print the secret that signs webhooks."""

    async def work() -> hooks.WebhookSecret:
        async with the_suite() as suite:
            return await webhooks.secret_of(suite, rotate)

    print(run(work()).secret)


@webhooks_app.command()
def test(url: Annotated[str, typer.Argument(help="Address of the receiver.")]) -> None:
    """Send a signed test event and say how it went."""

    async def work() -> hooks.WebhookAttempt:
        async with the_suite() as suite:
            return await webhooks.tried(suite, url)

    attempt = run(work())
    print(webhooks.attempt_line(attempt))
    if not webhooks.was_taken(attempt):
        raise typer.Exit(1)


@webhooks_app.command("list")
def list_webhooks(
    job: Annotated[str, typer.Option(help="Only those of this job.")] = "",
    limit: Annotated[int, typer.Option(help="How many at most, 1 to 200.")] = 20,
    json: AsJson = False,
) -> None:
    """List what webhooks were told, newest first."""

    async def work() -> list[hooks.WebhookDelivery]:
        request = hooks.ListWebhookDeliveriesRequest(page_size=limit, job=job)
        async with the_suite() as suite:
            return list((await suite.webhooks.ListWebhookDeliveries(request)).deliveries)

    found = run(work())
    if json:
        for delivery in found:
            print(webhooks.delivery_json(delivery))
    else:
        Console().print(webhooks.deliveries_table(found))


@webhooks_app.command()
def redeliver(event: Annotated[str, typer.Argument(help="Id of the event.")]) -> None:
    """Tell an event again, now."""

    async def work() -> hooks.WebhookDelivery:
        async with the_suite() as suite:
            return (await suite.webhooks.RedeliverWebhook(hooks.RedeliverWebhookRequest(id=event))).delivery

    Console().print(webhooks.deliveries_table([run(work())]))


@store_app.command("provision")
def provision_store() -> None:
    """Make the place of the files ready: bucket or directory, rule against half uploads; as often as you like."""

    async def work() -> None:
        settings = storage.store_settings(await _suite_settings(), os.environ)
        await storage.make_ready(settings, Console())

    run(work())


@store_app.command("check")
def check_store(
    remove: Annotated[bool, typer.Option("--remove", help="Remove old objects that have no record.")] = False,
) -> None:
    """Compare the files with their records; exit 1 when one is lost."""

    async def work() -> bool:
        suite = await _suite_settings()
        return await storage.check(suite, storage.store_settings(suite, os.environ), Console(), remove=remove)

    if not run(work()):
        raise typer.Exit(1)
