"""Which key a command sends: the person's own, or that of the suite of this machine, which nobody else gets."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import grpc
import msgspec
import pytest

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright_cli.connection import connected, explained
from reelwright_cli.credentials import first_key, key_for
from reelwright_cli.settings import ClientSettings, SuiteSettings
from reelwright_cli.suite.parts import lay_out
from reelwright_cli.suite.running import with_first_key
from reelwright_cli.suite.trouble import Trouble
from reelwright_gateway import envoy
from reelwright_kit.jobs.following import follow
from reelwright_kit.settings import Secret
from tests.gateway.suite import Memory, start_service

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def served(tmp_path: Path) -> Path:
    """The data directory of a suite that runs on port 4711, in this process."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "port").write_text("4711")
    (tmp_path / "lock").write_text(str(os.getpid()))
    return tmp_path


def client(data: Path, **more: str) -> ClientSettings:
    """Settings of a command."""
    return ClientSettings.load({"REELWRIGHT_DATA_DIR": str(data), "REELWRIGHT_PORT": "4711", **more})


def test_the_first_key_is_made_once_random_and_for_its_owner_alone(tmp_path: Path) -> None:
    one, again = first_key(tmp_path), first_key(tmp_path)
    (tmp_path / "other").mkdir()

    assert one == again != first_key(tmp_path / "other")
    assert one.startswith("rw_") and len(one) >= 40
    assert stat.S_IMODE((tmp_path / "admin.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["admin.key"]


def test_a_first_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    first_key(tmp_path)
    (tmp_path / "admin.key").chmod(0o640)

    with pytest.raises(Trouble, match="Others may have read"):
        first_key(tmp_path)


def test_a_command_sends_its_own_key_before_the_first_key(served: Path) -> None:
    made = first_key(served)

    assert key_for(client(served)) == made
    assert key_for(client(served, REELWRIGHT_API_KEY="rw_mine")) == "rw_mine"


def test_the_first_key_goes_to_the_suite_it_belongs_to_and_nobody_else(served: Path) -> None:
    """Not to an address that was given, not to another port, and not when that suite is gone."""
    first_key(served)

    assert key_for(client(served, REELWRIGHT_ADDRESS="127.0.0.1:4711")) == ""
    assert key_for(client(served, REELWRIGHT_PORT="4712")) == ""
    (served / "lock").write_text("999999999")
    assert key_for(client(served)) == ""


def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(served: Path) -> None:
    with pytest.raises(Trouble, match="REELWRIGHT_API_KEY holds no key") as refusal:
        key_for(client(served, REELWRIGHT_API_KEY="rw_one\ntwo"))

    assert "two" not in str(refusal.value)


def test_only_services_get_the_first_key_and_nobody_gets_the_persons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELWRIGHT_API_KEY", "rw_of-the-person")
    monkeypatch.setenv("REELWRIGHT_ADMIN_KEY", "rw_left-over-from-somewhere-0123456789")
    settings = with_first_key(SuiteSettings(port=1234, data_dir=str(tmp_path), auth="keys"), tmp_path)
    made = (tmp_path / "admin.key").read_text().strip()

    for part in lay_out(settings, tmp_path, NOWHERE):
        assert part.environment["REELWRIGHT_AUTH"] == "keys"
        assert part.environment.get("REELWRIGHT_ADMIN_KEY") == (made if part.name in envoy.SERVICES else None), (
            part.name
        )
        assert "REELWRIGHT_API_KEY" not in part.environment
        assert made not in " ".join(part.command)


def test_without_keys_there_is_no_first_key(tmp_path: Path) -> None:
    settings = with_first_key(SuiteSettings(port=1234, data_dir=str(tmp_path)), tmp_path)

    assert not (tmp_path / "admin.key").exists()
    for part in lay_out(settings, tmp_path, NOWHERE):
        assert part.environment["REELWRIGHT_AUTH"] == "off"
        assert "REELWRIGHT_ADMIN_KEY" not in part.environment


def test_a_first_key_that_was_given_is_passed_on_and_not_kept(tmp_path: Path) -> None:
    given = Secret("rw_0123456789012345678901234567890123456789")
    settings = with_first_key(SuiteSettings(port=1234, data_dir=str(tmp_path), auth="keys", admin_key=given), tmp_path)

    assert settings.admin_key == given and not (tmp_path / "admin.key").exists()
    with pytest.raises(Trouble, match="at least 32 characters"):
        with_first_key(msgspec.structs.replace(settings, admin_key=Secret("short")), tmp_path)


def test_files_of_prices_are_found_from_another_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts run in a directory of their own, so a path is made absolute."""
    monkeypatch.chdir(tmp_path)
    settings = SuiteSettings(port=1234, data_dir=str(tmp_path), prices="mine.toml")

    assert {part.environment["REELWRIGHT_PRICES"] for part in lay_out(settings, tmp_path, NOWHERE)} == {
        str(tmp_path / "mine.toml")
    }


def test_the_edge_gets_the_public_keys_of_an_identity_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a file of this machine, wherever the parts run; an address is for the services alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys.json").write_text('{"keys": []}')
    settings = SuiteSettings(
        port=1234, data_dir=str(tmp_path), auth="jwt", jwt_jwks="keys.json", jwt_issuer="https://id.example"
    )

    parts = {part.name: part for part in lay_out(with_first_key(settings, tmp_path), tmp_path, NOWHERE)}

    assert parts["image"].environment["REELWRIGHT_JWT_JWKS"] == str(tmp_path / "keys.json")
    assert str(tmp_path / "keys.json") in (tmp_path / "run" / "auth.yaml").read_text()
    assert not (tmp_path / "admin.key").exists()
    elsewhere = msgspec.structs.replace(settings, jwt_jwks="https://id.example/keys.json")
    lay_out(elsewhere, tmp_path, NOWHERE)
    assert "id.example" not in (tmp_path / "run" / "auth.yaml").read_text()
    with pytest.raises(Trouble, match="REELWRIGHT_JWT_JWKS"):
        lay_out(msgspec.structs.replace(settings, jwt_jwks="none.json"), tmp_path, NOWHERE)


async def test_the_key_goes_with_calls_and_with_streams() -> None:
    """The service sees it as `authorization: Bearer` on both kinds of call, and nothing where there is no key."""
    memory = Memory()
    await memory.job("img_1").end()
    service = await start_service("image", memory)
    get, watch = (f"/reelwright.jobs.v1.JobService/{name}" for name in ("GetJob", "WatchJob"))
    try:
        for key, header in (("rw_mine", "Bearer rw_mine"), ("", None)):
            async with connected(f"127.0.0.1:{service.port}", key) as suite:
                await suite.jobs.GetJob(jobs.GetJobRequest(id="img_1"))
                assert [event.sequence async for event in follow(suite.jobs, "img_1")] == [1]
            assert [service.heard.seen[method].get("authorization") for method in (get, watch)] == [header, header]
    finally:
        await service.server.stop(None)


def refusal(code: grpc.StatusCode) -> grpc.aio.AioRpcError:
    """A refusal of this code."""
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), "No valid key was sent")


def test_a_refused_key_says_in_one_line_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REELWRIGHT_API_KEY", raising=False)
    without = explained(refusal(grpc.StatusCode.UNAUTHENTICATED))
    monkeypatch.setenv("REELWRIGHT_API_KEY", "rw_mine")
    refused = explained(refusal(grpc.StatusCode.UNAUTHENTICATED))

    assert "Set REELWRIGHT_API_KEY to a key of this suite" in without and "reelwright keys create" in without
    assert "unknown, expired or revoked" in refused and "rw_mine" not in refused
    assert "reelwright balance" in explained(refusal(grpc.StatusCode.PERMISSION_DENIED))
    assert "\n" not in without + refused
