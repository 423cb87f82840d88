"""What every service stands on: database, job feed, library and the two services that each of them mounts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import grpc

from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2_grpc
from reelwright_kit import contract, database
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.scratch import Scratch
from reelwright_kit.assets.servicer import AssetServicer
from reelwright_kit.assets.store import open_store
from reelwright_kit.database import Pool
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.engine import Engine, EngineSettings, Queue, Runner
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.servicer import JobServicer
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import Submissions
from reelwright_kit.server import Probe
from reelwright_kit.settings import ServiceSettings

ADMIN_SERVICE = "reelwright.admin.v1.AdminService"
SHARED_SERVICES = ("reelwright.jobs.v1.JobService", "reelwright.assets.v1.AssetService")


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

    def engine(self, queues: tuple[Queue, ...], runners: Mapping[str, Runner]) -> Engine:
        """The engine that works on this service's jobs."""
        settings = EngineSettings(self.app, self.settings.executor_id, self.settings.database_url)
        return Engine(settings, self.jobs, Submissions(self.pool), self.feed, queues, runners)

    @property
    def probes(self) -> Mapping[str, Probe]:
        """What this process sees of the parts it needs."""
        return {"database": lambda: database.answers(self.pool)}

    def mount(self, server: grpc.aio.Server) -> None:
        """Adds JobService and AssetService to `server`, and AdminService, which this release does not offer."""
        jobs = JobServicer(self.jobs, self.feed, self.library)
        jobs_service_pb2_grpc.add_JobServiceServicer_to_server(jobs, server)
        assets = AssetServicer(self.library, self.settings.public_url)
        assets_service_pb2_grpc.add_AssetServiceServicer_to_server(assets, server)
        contract.refuse(server, ADMIN_SERVICE)


@contextlib.asynccontextmanager
async def backbone(app: str, prefix: str, settings: ServiceSettings) -> AsyncIterator[Backbone]:
    """Opens the shared parts of the service `app`, whose jobs have ids with `prefix`; closes them in reverse order."""
    await database.outlasting(lambda: database.migrate(settings.database_url))
    async with database.connect(settings.database_url, settings.pool_size) as pool:
        jobs = JobStore(pool)
        feed = JobFeed(settings.database_url, jobs)
        scratch = Scratch(settings.scratch_dir)
        scratch.sweep()
        library = Library(AssetIndex(pool), open_store(settings.store_url), scratch)
        async with feed.running():
            yield Backbone(app, settings, pool, jobs, feed, library, JobDesk(app, prefix, jobs, feed))
