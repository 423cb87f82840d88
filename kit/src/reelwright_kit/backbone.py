"""What every service stands on: database, job feed, library and the two services that each of them mounts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import grpc

from reelwright.admin.v1 import admin_service_pb2_grpc
from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2_grpc, webhooks_service_pb2_grpc
from reelwright_kit import database
from reelwright_kit.access.gate import Gate, open_gate
from reelwright_kit.access.keys import KeyStore
from reelwright_kit.access.passport import Passport
from reelwright_kit.access.servicer import AdminServicer
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.orphans import Orphans
from reelwright_kit.assets.scratch import Scratch
from reelwright_kit.assets.servicer import AssetServicer
from reelwright_kit.assets.store import FileStore, open_store
from reelwright_kit.assets.sweeping import Sweeping
from reelwright_kit.database import Pool
from reelwright_kit.fetching import Fetcher
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.engine import Engine, EngineSettings, Queue
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.retention import Ages, Retention
from reelwright_kit.jobs.runs import Canceller, Runner
from reelwright_kit.jobs.servicer import JobServicer
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import Submissions
from reelwright_kit.money.prices import Prices
from reelwright_kit.server import Probe
from reelwright_kit.settings import ServiceSettings
from reelwright_kit.webhooks.courier import Courier
from reelwright_kit.webhooks.sending import Sender
from reelwright_kit.webhooks.servicer import WebhookServicer
from reelwright_kit.webhooks.store import WebhookStore

SHARED_SERVICES = (
    "reelwright.jobs.v1.JobService",
    "reelwright.jobs.v1.WebhookService",
    "reelwright.assets.v1.AssetService",
    "reelwright.admin.v1.AdminService",
)


@dataclass(frozen=True)
class Backbone:
    """The shared parts of one service process."""

    app: str
    settings: ServiceSettings
    pool: Pool
    jobs: JobStore
    feed: JobFeed
    library: Library
    desk: JobDesk
    fetcher: Fetcher
    sender: Sender
    gate: Gate
    passport: Passport
    """What this service shows to the others when it calls them for a job."""
    prices: Prices

    def engine(
        self,
        queues: tuple[Queue, ...],
        runners: Mapping[str, Runner],
        cancellers: Mapping[str, Canceller] | None = None,
    ) -> Engine:
        """The engine that works on this service's jobs; `cancellers` withdraw work from providers, by their names."""
        settings = EngineSettings(
            self.app,
            self.settings.executor_id,
            self.settings.database_url,
            hand_over_s=self.settings.hand_over_s,
        )
        submissions = Submissions(self.pool, settings.executor_id)
        return Engine(settings, self.jobs, submissions, self.feed, queues, runners, cancellers)

    @property
    def probes(self) -> Mapping[str, Probe]:
        """What this process sees of the parts it needs."""
        return {"database": lambda: database.answers(self.pool)}

    def mount(self, server: grpc.aio.Server) -> None:
        """Adds the shared services to `server`."""
        jobs = JobServicer(self.jobs, self.feed, self.library)
        jobs_service_pb2_grpc.add_JobServiceServicer_to_server(jobs, server)
        lifetime = timedelta(hours=self.settings.request_id_hours)
        assets = AssetServicer(self.library, self.settings.public_url, self.settings.url_lifetime_s, lifetime)
        assets_service_pb2_grpc.add_AssetServiceServicer_to_server(assets, server)
        webhooks = WebhookServicer(WebhookStore(self.pool), self.sender, self.fetcher)
        webhooks_service_pb2_grpc.add_WebhookServiceServicer_to_server(webhooks, server)
        admin_service_pb2_grpc.add_AdminServiceServicer_to_server(AdminServicer(self.pool), server)


@contextlib.asynccontextmanager
async def backbone(app: str, prefix: str, settings: ServiceSettings, connections: int = 0) -> AsyncIterator[Backbone]:
    """Opens the shared parts of the service `app`, whose jobs have ids with `prefix`; closes them in reverse order.

    It has so many database connections in its pool, or as many as `settings` say.
    """
    prices = Prices.load(settings.prices)
    await database.outlasting(lambda: database.migrate(settings.database_url))
    async with database.connect(settings.database_url, connections or settings.pool_size) as pool:
        jobs = JobStore(pool)
        feed = JobFeed(settings.database_url, jobs)
        scratch = Scratch(settings.scratch_dir)
        scratch.sweep()
        files = open_store(settings.store_url, settings.s3)
        fetcher = Fetcher(settings.address_rules)
        library = Library(AssetIndex(pool), files, scratch, fetcher)
        allowed = settings.unknown_price == "allow"
        desk = JobDesk(app, prefix, jobs, feed, settings.join_window_s, fetcher, allow_unknown_price=allowed)
        sender = Sender(WebhookStore(pool), fetcher)
        courier = Courier(settings.database_url, WebhookStore(pool), sender)
        retention = _retention(pool, library, settings)
        if settings.admin_key:
            await KeyStore(pool).ensure_admin(settings.admin_key)
        passport = await Passport.of(pool)
        async with (
            feed.running(),
            courier.running(),
            retention.running(),
            _sweeping(pool, files, settings),
            open_gate(settings, pool, passport) as gate,
        ):
            yield Backbone(app, settings, pool, jobs, feed, library, desk, fetcher, sender, gate, passport, prices)


def _retention(pool: Pool, library: Library, settings: ServiceSettings) -> Retention:
    ages = Ages(settings.task_retention_hours * 3600, settings.request_id_hours * 3600, settings.join_window_s)
    return Retention(pool, library, ages, settings.retention_every_s)


def _sweeping(pool: Pool, files: FileStore, settings: ServiceSettings) -> contextlib.AbstractAsyncContextManager[None]:
    if not settings.orphan_age_h:
        return contextlib.nullcontext()
    return Sweeping(settings.database_url, Orphans(pool, files, settings.orphan_age_h * 3600)).running()
