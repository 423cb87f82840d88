"""A Docker engine of the tests' own: private socket and data, every command bounded, stopped by handle."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

# The engine first: a newer client on the path may want a plug-in that the engine's own client does not.
ENGINE_PATH = os.pathsep.join(("/usr/sbin", "/usr/bin", os.environ.get("PATH", "")))
START_S = 60.0
BUILD_S = 300.0


class EngineFailed(Exception):
    """A command of the engine failed; carries what it printed."""


def bounded(
    command: Sequence[str],
    timeout_s: float,
    *,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Runs `command`; at `timeout_s` it and all that it started are killed and TimeoutExpired is raised."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, cwd=cwd, start_new_session=True
    ) as process:
        try:
            printed, complained = process.communicate(stdin, timeout=timeout_s)
        except BaseException:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, printed, complained)


class Engine:
    """One running engine, spoken to by the `docker` command."""

    def __init__(self, socket: Path) -> None:
        self._host = f"unix://{socket}"
        self._client = shutil.which("docker", path=ENGINE_PATH) or "docker"
        self.built: set[str] = set()

    def run(self, *arguments: str, stdin: bytes | None = None, timeout_s: float = 120.0) -> str:
        """What `docker <arguments>` prints; raises EngineFailed with its errors."""
        return self._run([self._client, *arguments], {}, timeout_s, stdin=stdin)

    def compose(self, file: Path, variables: dict[str, str], *arguments: str) -> str:
        """What `docker-compose <arguments>` prints for `file` with `variables`; raises EngineFailed with its errors."""
        command = ["docker-compose", "--project-name", "rw", "--file", str(file), *arguments]
        return self._run(command, variables, BUILD_S)

    def _run(
        self,
        command: list[str],
        variables: dict[str, str],
        timeout_s: float,
        stdin: bytes | None = None,
        cwd: Path | None = None,
    ) -> str:
        builder = {"DOCKER_BUILDKIT": os.environ.get("DOCKER_BUILDKIT", "0")}
        environment = {**os.environ, **builder, **variables, "DOCKER_HOST": self._host}
        done = bounded(command, timeout_s, stdin=stdin, environment=environment, cwd=cwd)
        if done.returncode:
            raise EngineFailed(f"{' '.join(command)}\n{tail(done.stdout)}\n{tail(done.stderr)}")
        return done.stdout.decode()

    def build(self, context: bytes | Path, tag: str, *options: str, **arguments: str) -> None:
        """Builds a tar archive with its Dockerfile, or a directory by the recipe of deploy, on the host's network."""
        given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        command = [self._client, "build", "--network=host", "--tag", tag, *options, *given]
        if isinstance(context, Path):
            self._run([*command, "--file=deploy/Dockerfile", "."], {}, BUILD_S, cwd=context)
        else:
            self._run([*command, "-"], {}, BUILD_S, stdin=context)

    @contextlib.contextmanager
    def container(self, *arguments: str) -> Iterator[str]:
        """The id of a container started in the background; removed at the end whatever happened."""
        container = self.run("run", "--detach", "--network=host", *arguments).strip()
        try:
            yield container
        finally:
            self.run("rm", "--force", "--volumes", container)

    def state(self, container: str, field: str) -> str:
        """One field of a container's state, as `{{.State.<field>}}`."""
        return self.run("inspect", "--format", f"{{{{.State.{field}}}}}", container).strip()

    def clear(self) -> None:
        """Removes what tests left running, which would outlive the engine: containers and bridges."""
        if left := self.run("ps", "--all", "--quiet").split():
            self.run("rm", "--force", "--volumes", *left)
        self.run("network", "prune", "--force")


def tail(printed: bytes) -> str:
    """The end of what a command printed."""
    return printed.decode(errors="replace")[-4000:]


def missing() -> str:
    """Why no engine can be started on this machine; empty when one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "starting a Docker engine needs Linux and root"
    absent = [name for name in ("dockerd", "docker", "debootstrap") if not shutil.which(name, path=ENGINE_PATH)]
    return f"not installed: {', '.join(absent)}" if absent else ""


@contextlib.contextmanager
def engine() -> Iterator[Engine]:
    """A fresh engine without any network set-up; skips the test with the engine's own words when it cannot start."""
    root = Path(tempfile.mkdtemp(prefix="rw-engine-"))
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(_command(root), stdout=log, stderr=subprocess.STDOUT)
    started = Engine(root / "sock")
    try:
        _await(process, started, root / "log")
        try:
            yield started
        finally:
            started.clear()
    finally:
        _end(process)
        release(root)


def release(root: Path) -> None:
    """Removes a directory in which programs may have left something mounted, such as a network namespace."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for mount in reversed([one for one in mounts if one.startswith(f"{root}/")]):
        bounded(["umount", "--lazy", mount], timeout_s=30.0)
    shutil.rmtree(root)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _command(root: Path) -> list[str]:
    daemon = shutil.which("dockerd", path=ENGINE_PATH) or "dockerd"
    places = ["--data-root", f"{root}/data", "--exec-root", f"{root}/exec", "--pidfile", f"{root}/pid"]
    # Nothing of this machine's network is changed: containers use its own, or a bridge of theirs without a way out.
    network = ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false"]
    return [daemon, *places, "--host", f"unix://{root}/sock", *network]


def _await(process: subprocess.Popen[bytes], started: Engine, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(EngineFailed):
            started.run("version")
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
            break
    pytest.skip(f"the Docker engine does not start here: {tail(log.read_bytes())[-600:]}")


def archive_of(files: dict[str, bytes], folders: dict[str, Path] | None = None) -> bytes:
    """A tar archive of `files` by path, and of `folders` with all that is in them."""
    target = io.BytesIO()
    # The engine knows an archive by its first bytes; tarfile's default format may put a header of its own there.
    with tarfile.open(fileobj=target, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
        for name, folder in (folders or {}).items():
            archive.add(folder, name)
    return target.getvalue()
