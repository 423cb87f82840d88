"""Who leads workers: how many, on which port, and when it gives up."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from reelwright_kit.workers.cores import limit, usable
from reelwright_kit.workers.crew import HOPELESS_AFTER
from reelwright_kit.workers.listening import CannotListen, bound, listen, port_of, reserved
from tests.processes import ServiceProcess
from tests.workers import gone, succeeded, workers


def group(root: Path, path: str, **files: str) -> None:
    """Writes the files of a control group, whose names have `_` for a dot in front."""
    directory = root / path
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / name.replace("cpu_", "cpu.", 1)).write_text(text + "\n")


def membership(tmp_path: Path, *lines: str) -> Path:
    """The file that tells in which groups a process is."""
    file = tmp_path / "membership"
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


@pytest.mark.parametrize(("written", "cores"), [("50000 100000", 0.5), ("250000 100000", 2.5), ("max 100000", None)])
def test_limit_of_a_container_is_read(tmp_path: Path, written: str, cores: float | None) -> None:
    """In the group that the container sees as the root of all, quota by period; `max` is none."""
    group(tmp_path / "groups", "", cpu_max=written)

    found = limit(membership(tmp_path, "0::/"), tmp_path / "groups")

    assert found == (cores or float("inf"))


def test_lowest_limit_of_all_groups_above_counts(tmp_path: Path) -> None:
    """A pod's limit holds for its containers, and a limit outside of the own path does not."""
    groups = tmp_path / "groups"
    group(groups, "pod/container", cpu_max="400000 100000")
    group(groups, "pod", cpu_max="100000 100000")
    group(groups, "other", cpu_max="10000 100000")

    assert limit(membership(tmp_path, "0::/pod/container"), groups) == 1.0


@pytest.mark.parametrize("path", ["/kubepods/of/the/host", "/"])
def test_limit_of_the_first_version_is_read(tmp_path: Path, path: str) -> None:
    """Two files, in a directory of the controller; the path may be one of the host that is not to be seen here."""
    group(tmp_path / "groups", "cpu", cpu_cfs_quota_us="150000", cpu_cfs_period_us="100000")

    lines = ("9:memory:/elsewhere", f"4:cpu,cpuacct:{path}", "0::/")

    assert limit(membership(tmp_path, *lines), tmp_path / "groups") == 1.5


@pytest.mark.parametrize("quota", ["-1", "nonsense", ""])
def test_what_is_no_limit_limits_nothing(tmp_path: Path, quota: str) -> None:
    """Neither the sign for none nor what nobody understands keeps a process from its cores."""
    group(tmp_path / "groups", "cpu", cpu_cfs_quota_us=quota, cpu_cfs_period_us="100000")

    assert limit(membership(tmp_path, "4:cpu:/"), tmp_path / "groups") == float("inf")
    assert limit(tmp_path / "absent", tmp_path / "groups") == float("inf")


def test_this_process_may_use_some_core() -> None:
    """No more than the scheduler gives it, whatever the machine has."""
    assert 1 <= usable() <= len(os.sched_getaffinity(0))


def test_port_is_reserved_for_those_who_share_it() -> None:
    """Many may listen on it at once when they say so; one that does not, and another reservation, is refused."""
    with reserved("127.0.0.1:0") as address:
        port = int(address.rpartition(":")[2])
        sharing = [socket.socket() for _ in range(2)]
        for one in sharing:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            one.bind(("127.0.0.1", port))
            one.listen()
        for one in sharing:
            one.close()

        with pytest.raises(CannotListen, match=f"REELWRIGHT_LISTEN: cannot listen on {address}"), reserved(address):
            pass
        with pytest.raises(CannotListen), bound(address) as sockets:
            listen(sockets, address)

    with bound(address) as sockets:
        listen(sockets, address)
        assert port_of(sockets) == port


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "no.such.host.invalid:1", "127.0.0.1:"])
def test_address_that_is_none_is_refused(address: str) -> None:
    """What cannot be bound is named, whatever is wrong with it."""
    with pytest.raises(CannotListen, match="REELWRIGHT_LISTEN"), bound(address):
        pass


async def test_worker_that_cannot_start_again_ends_all(tmp_path: Path) -> None:
    """After five tries, with longer and longer pauses, the leader ends the others too and says once what is wrong."""
    trouble = tmp_path / "trouble"
    process = await ServiceProcess.start("tests.kit.hand", {"TROUBLE": str(trouble)})
    await process.said("serving", port=7, workers=2)
    lost, left = workers(process)

    trouble.write_text("The key is under the doormat no more.")
    os.kill(lost, signal.SIGKILL)
    code = await process.ended()
    await gone(left)

    pauses = [line["again_in_s"] for line in process.lines if line["event"] == "worker_ended"]
    assert code == 1
    assert process.noise == ["reelwright-hand: The key is under the doormat no more."]
    assert len(pauses) == HOPELESS_AFTER
    assert pauses == sorted(set(pauses))


async def test_trouble_that_passes_is_forgotten(tmp_path: Path) -> None:
    """A worker that dies now and then is started again each time, and each has a place of its own."""
    process = await ServiceProcess.start("tests.kit.hand", {"TROUBLE": str(tmp_path / "trouble")})
    await process.said("serving")
    first, second = workers(process)

    os.kill(first, signal.SIGKILL)
    third = await succeeded(process, first)
    os.kill(second, signal.SIGKILL)
    fourth = await succeeded(process, second)
    process.signal(signal.SIGTERM)

    assert await process.ended() == 0
    assert len({first, second, third, fourth}) == 4
    await gone(third, fourth)
