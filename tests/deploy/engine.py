"""A Docker engine of the tests' own: private socket and data, a base image without a registry, stopped by handle."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# The engine first: a newer client on the path may want a plug-in that the engine's own client does not.
ENGINE_PATH = os.pathsep.join(("/usr/sbin", "/usr/bin", os.environ.get("PATH", "")))
CONTEXT = ("deploy/container", "gateway", "gen", "kit", "requirements", "services")
START_S = 60.0
BUILD_S = 900.0


class EngineFailed(Exception):
    """A command of the engine failed; carries what it printed."""


class Engine:
    """One running engine, spoken to by the `docker` command."""

    def __init__(self, socket: Path) -> None:
        self._host = f"unix://{socket}"
        self._client = shutil.which("docker", path=ENGINE_PATH) or "docker"

    def run(self, *arguments: str, stdin: bytes | None = None, timeout_s: float = 120.0) -> str:
        """What `docker <arguments>` prints; raises EngineFailed with its errors."""
        return self._run([self._client, *arguments], {}, stdin, timeout_s)

    def compose(self, file: Path, variables: dict[str, str], *arguments: str) -> str:
        """What `docker-compose <arguments>` prints for `file` with `variables`; raises EngineFailed with its errors."""
        command = ["docker-compose", "--project-name", "rw", "--file", str(file), *arguments]
        return self._run(command, variables, None, BUILD_S)

    def _run(self, command: list[str], variables: dict[str, str], stdin: bytes | None, timeout_s: float) -> str:
        builder = {"DOCKER_BUILDKIT": os.environ.get("DOCKER_BUILDKIT", "0")}
        environment = {**os.environ, **builder, **variables, "DOCKER_HOST": self._host}
        done = subprocess.run(
            command, input=stdin, capture_output=True, env=environment, timeout=timeout_s, check=False
        )
        if done.returncode:
            raise EngineFailed(f"{' '.join(command)}\n{_tail(done.stdout)}\n{_tail(done.stderr)}")
        return done.stdout.decode()

    def build(self, context: bytes, tag: str, target: str = "", **arguments: str) -> None:
        """Builds `context`, a tar archive with its Dockerfile, on the host's network."""
        options = [f"--target={target}"] if target else []
        options += [f"--build-arg={name}={value}" for name, value in arguments.items()]
        self.run("build", "--network=host", "--tag", tag, *options, "-", stdin=context, timeout_s=BUILD_S)

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


def _tail(printed: bytes) -> str:
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
    try:
        started = Engine(root / "sock")
        _await(process, started, root / "log")
        yield started
    finally:
        _end(process)
        # The engine leaves its network namespace mounted, which would keep the directory from going.
        subprocess.run(["umount", f"{root}/exec/netns/default"], capture_output=True, check=False)
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
    pytest.skip(f"the Docker engine does not start here: {_tail(log.read_bytes())[-600:]}")


def base_image(engine: Engine, tag: str, scratch: Path) -> None:
    """Makes a small Debian with Python, from packages alone; skips the test when they cannot be had."""
    tree, archive = scratch / "rootfs", scratch / "rootfs.tar"
    packages = "--include=python3,python3-venv,ca-certificates"
    command = ["debootstrap", "--variant=minbase", packages, _suite(), str(tree)]
    done = subprocess.run(command, capture_output=True, timeout=BUILD_S, check=False)
    if done.returncode:
        pytest.skip(f"debootstrap cannot make a base image here: {_tail(done.stdout)[-600:]}")
    shutil.rmtree(tree / "var/cache/apt", ignore_errors=True)
    subprocess.run(["tar", "-C", str(tree), "-cf", str(archive), "."], check=True, timeout=BUILD_S)
    shutil.rmtree(tree)
    engine.run("import", str(archive), tag, timeout_s=BUILD_S)
    archive.unlink()


def _suite() -> str:
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return release.get("VERSION_CODENAME", "stable").strip('"') if release.get("ID") == "debian" else "stable"


def build_base(engine: Engine, tag: str, base: str) -> None:
    """Derives the base for building: `base` with this machine's certificates and its settings of pip."""
    certificates = Path(
        os.environ.get("PIP_CERT")
        or ssl.get_default_verify_paths().cafile
        or ssl.get_default_verify_paths().openssl_cafile
    )
    recipe = f"FROM {base}\nCOPY certificates.crt /etc/ssl/certs/ca-certificates.crt\nCOPY pip.conf /etc/pip.conf\n"
    lines = ["[global]", "cert = /etc/ssl/certs/ca-certificates.crt", *_index_settings()]
    files = {
        "Dockerfile": recipe.encode(),
        "pip.conf": "\n".join(lines).encode(),
        "certificates.crt": certificates.read_bytes(),
    }
    engine.build(archive_of(files), tag)


def _index_settings() -> list[str]:
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    found: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout"):
            found[name] = value.strip("'\"")
    return [f"{name} = {value}" for name, value in found.items()]


def archive_of(files: dict[str, bytes]) -> bytes:
    """A tar archive of `files` by path."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def context_of(repository: Path) -> bytes:
    """The build context: what deploy/Dockerfile.dockerignore lets through, for both of Docker's builders."""
    target = io.BytesIO()
    # The engine knows an archive by its first bytes; tarfile's default format may put a header of its own there.
    with tarfile.open(fileobj=target, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(repository / "deploy/Dockerfile", "Dockerfile", filter=_source)
        for part in CONTEXT:
            archive.add(repository / part, part, filter=_source)
    return target.getvalue()


def _source(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    wanted = "__pycache__" not in entry.name and not entry.name.endswith(".pyc")
    # Times and owners of a checkout would defeat the layer cache.
    entry.mtime, entry.uid, entry.gid = 0, 0, 0
    return entry if wanted else None


def built(engine: Engine, repository: Path, name: str, target: str, **arguments: str) -> str:
    """The tag of a target of the recipe, built on the images `base` and `build-base`."""
    tag = f"reelwright-{name}:dev"
    engine.build(context_of(repository), tag, target, BASE="base", BUILD_BASE="build-base", **arguments)
    return tag
