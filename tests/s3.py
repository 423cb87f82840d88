"""An S3 server of the tests' own that checks signatures: Ceph's, on one disk in memory."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import minio

from reelwright_kit.assets.s3 import S3Access

PROGRAMS = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
PACKAGES = "radosgw ceph-mon ceph-osd"
PATIENCE_S = 60.0
DAY_S = 2
"""How long a day is for the server's lifecycle rules."""

CONFIGURATION = """
[global]
fsid = {cluster}
mon host = v2:127.0.0.1:{monitor}
mon initial members = a
mon data = {folder}/mon
mon data avail crit = 0
mon tick interval = 1
paxos propose interval = 0.05
paxos min wait = 0.01
osd heartbeat interval = 2
mon allow pool size one = true
mon osd min down reporters = 1
osd data = {folder}/osd
osd objectstore = memstore
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
memstore device bytes = 2147483648
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = {folder}
admin socket =
log file = {folder}/$name.log
pid file =
keyring = {folder}/keyring
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw enable apis = s3
rgw enable usage log = false
rgw thread pool size = 16
rgw lc debug interval = {day_s}
"""

PARTS = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *"},
    "client.rgw": {"mon": "allow *", "osd": "allow *"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *"},
}
"""Who of the server's own processes may do what."""


class CannotHave(Exception):
    """The server cannot be had on this machine; the message says why."""


@dataclass(frozen=True)
class S3Server:
    """A running server and its one user."""

    port: int
    access_key: str
    secret_key: str

    @property
    def host(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        """The address for S3 clients."""
        return f"http://{self.host}"

    def access(self, **changed: str) -> S3Access:
        """What our store needs to know to reach it."""
        known = {"access_key_id": self.access_key, "secret_access_key": self.secret_key, "endpoint": self.endpoint}
        return S3Access(**(known | changed))

    def client(self) -> minio.Minio:
        """A client that shares no code with our store."""
        return minio.Minio(self.host, access_key=self.access_key, secret_key=self.secret_key, secure=False)

    def new_bucket(self) -> str:
        """The name of a new, empty bucket."""
        name = f"test-{uuid.uuid4().hex[:12]}"
        self.client().make_bucket(name)
        return name


@contextlib.contextmanager
def running_s3() -> Iterator[S3Server]:
    """A server that is gone, with all its objects, when the block ends; raises CannotHave where its programs lack."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        raise CannotHave(f"no S3 server: {', '.join(missing)} not found; apt-get install {PACKAGES}")
    folder = Path(tempfile.mkdtemp(prefix="rw-s3-"))
    try:
        with contextlib.ExitStack() as stack:
            yield _started(folder, stack)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, stack: contextlib.ExitStack) -> S3Server:
    monitor, gateway = _free_ports(2)
    cluster, disk = str(uuid.uuid4()), str(uuid.uuid4())
    settings = folder / "ceph.conf"
    settings.write_text(
        CONFIGURATION.format(cluster=cluster, folder=folder, monitor=monitor, gateway=gateway, day_s=DAY_S)
    )
    for name in ("mon", "osd"):
        (folder / name).mkdir()
    own = ["-c", str(settings)]
    keyring = f"{folder}/keyring"
    _do("ceph-authtool", keyring, "--create-keyring")
    for part, abilities in PARTS.items():
        _do("ceph-authtool", keyring, "--gen-key", "-n", part, *_pairs(abilities))
    _do("monmaptool", "--create", "--fsid", cluster, "--addv", "a", f"[v2:127.0.0.1:{monitor}]", f"{folder}/map")
    _do("ceph-mon", *own, "--mkfs", "-i", "a", "--monmap", f"{folder}/map", "--keyring", keyring)
    stack.enter_context(_process("ceph-mon", *own, "-i", "a", "-f", folder=folder))
    _do("ceph", *own, "--connect-timeout", "60", "osd", "new", disk)
    _do("ceph-osd", *own, "-i", "0", "--mkfs", "--osd-uuid", disk)
    stack.enter_context(_process("ceph-osd", *own, "-i", "0", "-f", folder=folder))
    _until(lambda: json.loads(_do("ceph", *own, "osd", "stat", "--format", "json"))["num_up_osds"] == 1, "disk")
    stack.enter_context(_process("radosgw", *own, "-n", "client.rgw", "-f", folder=folder))
    _until(lambda: _answers(f"http://127.0.0.1:{gateway}"), "gateway")
    return S3Server(gateway, *_user(own))


def _pairs(abilities: Mapping[str, str]) -> Iterator[str]:
    for part, ability in abilities.items():
        yield from ("--cap", part, ability)


def _user(own: Sequence[str]) -> tuple[str, str]:
    made = _do("radosgw-admin", *own, "user", "create", "--uid=test", "--display-name=test")
    key = json.loads(made)["keys"][0]
    return str(key["access_key"]), str(key["secret_key"])


@contextlib.contextmanager
def _process(*command: str, folder: Path) -> Iterator[None]:
    with (folder / f"{command[0]}.out").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            # Nothing in memory is worth a farewell.
            process.kill()
            process.wait()


def _do(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    if done.returncode != 0:
        raise CannotHave(f"no S3 server: {command[0]} said {done.stderr.strip()[-300:]}")
    return done.stdout


def _until(true: Callable[[], bool], what: str) -> None:
    end, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not true():
        if time.monotonic() > end:
            raise CannotHave(f"no S3 server: its {what} did not come up in {PATIENCE_S:.0f} s")
        pause.wait(0.05)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
