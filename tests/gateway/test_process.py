"""The adapters as a process of their own, and what their README says of their settings."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.gateway.edge import free_port

from reelwright_gateway.settings import AdapterSettings
from reelwright_kit.settings import SettingsInvalid

README = Path(__file__).parents[2] / "gateway" / "README.md"


async def start(**environment: str) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "reelwright_gateway")
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, env=os.environ | environment, stdout=pipe, stderr=pipe)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_process_answers_alone_and_ends_well_on_a_signal(number: signal.Signals) -> None:
    port = free_port()
    process = await start(REELWRIGHT_LISTEN=f"127.0.0.1:{port}", REELWRIGHT_DRAIN_S="1")
    assert process.stdout
    while b"serving" not in await process.stdout.readline():
        assert not process.stdout.at_eof()

    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/health/live")
    process.send_signal(number)
    await asyncio.wait_for(process.communicate(), 10)

    assert answer.json() == {"status": "ok"}
    assert process.returncode == 0


async def test_wrong_setting_is_named_in_one_line() -> None:
    process = await start(REELWRIGHT_HEARTBEAT_S="often")

    _, said = await asyncio.wait_for(process.communicate(), 10)

    assert process.returncode == 1
    assert said.startswith(b"reelwright-adapters: REELWRIGHT_HEARTBEAT_S")
    assert said.count(b"\n") == 1


async def test_address_that_others_can_reach_needs_authentication() -> None:
    process = await start(REELWRIGHT_LISTEN="0.0.0.0:1", REELWRIGHT_AUTH="off")

    _, said = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 1
    assert b"REELWRIGHT_AUTH: off is for loopback only and REELWRIGHT_LISTEN is 0.0.0.0:1" in said
    assert said.count(b"\n") == 1


@pytest.mark.parametrize("listen", ["[::]:1", "adapters:1", "10.0.0.1:1", "localhost.example:1"])
def test_no_address_that_others_can_reach_goes_without(listen: str) -> None:
    with pytest.raises(SettingsInvalid, match="REELWRIGHT_AUTH"):
        AdapterSettings.load({"REELWRIGHT_LISTEN": listen, "REELWRIGHT_AUTH": "off"})


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "127.8.0.1:1", "[::1]:1", "localhost:1"])
def test_address_of_this_machine_needs_none(listen: str) -> None:
    assert AdapterSettings.load({"REELWRIGHT_LISTEN": listen}).auth == "off"


@pytest.mark.parametrize("auth", ["keys", "jwt"])
def test_any_address_is_listened_on_with_authentication(auth: str) -> None:
    assert AdapterSettings.load({"REELWRIGHT_LISTEN": "0.0.0.0:1", "REELWRIGHT_AUTH": auth}).auth == auth


def test_adapters_need_no_database() -> None:
    """They start in a fraction of the time and memory of a service, and only because nothing of it is imported."""
    code = (
        "import sys, reelwright_gateway.__main__; sys.exit(bool({'psycopg', 'dbos', 'sqlalchemy'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=50).returncode == 0


def test_readme_names_every_setting_with_its_default() -> None:
    text = README.read_text()
    defaults = AdapterSettings()

    for name, variable in AdapterSettings.variables().items():
        assert f"| `{variable}` | `{getattr(defaults, name)}` |" in text


@pytest.mark.parametrize("name", ["IMAGE", "STORY", "JOBS"])
def test_only_the_llm_service_runs_in_process(name: str) -> None:
    """Any other address that says so is refused by its name."""
    with pytest.raises(SettingsInvalid, match=f"REELWRIGHT_{name}_ADDRESS: only the llm service"):
        AdapterSettings.load({f"REELWRIGHT_{name}_ADDRESS": "in-process"})
