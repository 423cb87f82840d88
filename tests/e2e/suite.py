"""A whole suite started as a user starts it, and what the tests ask of it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import grpc
import psutil
import psycopg

from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.jobs.v1 import jobs_service_pb2_grpc
from reelwright.story.v1 import story_service_pb2 as story
from reelwright.story.v1 import story_service_pb2_grpc

COMMAND = Path(sys.executable).parent / "reelwright"
SERVICES = ("llm", "image", "video", "audio", "story")
SMALL = {"scenes": 2, "resolution": 360, "seed": 7}
"""A film that is made quickly."""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(port: int, data: Path, **more: str) -> dict[str, str]:
    """What a suite of its own is started with."""
    return {**os.environ, "REELWRIGHT_PORT": str(port), "REELWRIGHT_DATA_DIR": str(data), **more}


@dataclass(frozen=True)
class RunningSuite:
    """A suite that is ready."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    said: list[str] = field(default_factory=list)
    """Lines that it printed."""

    @property
    def url(self) -> str:
        """Its HTTP address."""
        return f"http://127.0.0.1:{self.port}"

    def channel(self) -> grpc.Channel:
        """A channel to its one port."""
        return grpc.insecure_channel(f"127.0.0.1:{self.port}")

    def part(self, name: str) -> psutil.Process:
        """The process of one part."""
        wanted = "reelwright_gateway" if name == "adapters" else f"reelwright_{name}"
        for child in psutil.Process(self.process.pid).children():
            if wanted in child.cmdline() or (name == "envoy" and Path(child.cmdline()[0]).name.startswith("envoy")):
                return child
        raise AssertionError(f"{name} does not run")

    def kill(self, name: str) -> None:
        """Ends a part as the kernel's out-of-memory killer would."""
        self.part(name).send_signal(signal.SIGKILL)

    @contextlib.contextmanager
    def database(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """A connection to its private database."""
        url = f"postgresql://postgres:@/reelwright?host={self.data / 'postgres'}"
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    def cli(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs the command against this suite, with `more` in its environment."""
        return subprocess.run(
            [COMMAND, *arguments],
            env=environment(self.port, self.data, **more),
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )


def _read_on(output: IO[str], said: list[str]) -> None:
    # A suite that was killed leaves its database, which keeps the pipe open: then it is closed from here.
    with contextlib.suppress(ValueError):
        said.extend(output)


@contextlib.contextmanager
def running_suite(data: Path, **more: str) -> Iterator[RunningSuite]:
    """Starts `reelwright up` and stops it with Ctrl-C."""
    port = free_port()
    process = subprocess.Popen(
        [COMMAND, "up"],
        env=environment(port, data, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    reader: threading.Thread | None = None
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Ready on"):
                break
        else:
            raise AssertionError("".join(said))
        # Read on, or the suite would block on a full pipe one day.
        reader = threading.Thread(target=_read_on, args=(process.stdout, said), daemon=True)
        reader.start()
        yield RunningSuite(process, port, data, said)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if reader:
            reader.join(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


class Client:
    """The gRPC side of a suite."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.story = story_service_pb2_grpc.StoryServiceStub(channel)
        self.jobs = jobs_service_pb2_grpc.JobServiceStub(channel)
        self.assets = assets_service_pb2_grpc.AssetServiceStub(channel)

    def film(self, prompt: str, **fields: object) -> jobs.Job:
        """Orders a small film."""
        wanted = {**SMALL, **fields}
        return self.story.MakeFilm(story.MakeFilmRequest(prompt=prompt, **wanted)).job  # type: ignore[arg-type]

    def watch(self, job: str, after: int = 0) -> Iterator[jobs.JobEvent]:
        """The job's events, resumed when a killed part breaks the stream."""
        last, ended = after, False
        while not ended:
            try:
                for answer in self.jobs.WatchJob(jobs.WatchJobRequest(id=job, after_sequence=last), timeout=100):
                    last = answer.event.sequence
                    ended = answer.event.type == jobs.JobEvent.TYPE_STATE and answer.event.state >= 3
                    yield answer.event
                if not ended and self.jobs.GetJob(jobs.GetJobRequest(id=job)).job.latest_sequence <= last:
                    return
            except grpc.RpcError as error:
                if error.code() not in (
                    grpc.StatusCode.UNAVAILABLE,
                    grpc.StatusCode.INTERNAL,
                    grpc.StatusCode.CANCELLED,
                ):
                    raise

    def children(self, job: str) -> list[jobs.Job]:
        """The jobs a job is made of."""
        return list(self.jobs.ListJobs(jobs.ListJobsRequest(parent=job, page_size=200)).jobs)


def spoken_text(srt: str) -> str:
    """What a SubRip file says, without its times."""
    return " ".join(line for line in srt.splitlines() if line and not re.fullmatch(r"\d+|.* --> .*", line))
