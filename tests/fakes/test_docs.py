"""The page of documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from starlette.routing import Route

from reelwright_fakes.control_api import control_routes
from reelwright_fakes.directives import scenario_in
from reelwright_fakes.events import Kind
from reelwright_fakes.intents import HEADERS
from reelwright_fakes.prices import PRICES
from reelwright_fakes.scenarios import FaultKind, Place, Scenario, WebhookScript
from reelwright_fakes.vendors import VENDORS
from reelwright_fakes.world import World

PAGE = (Path(__file__).parents[2] / "fakes" / "README.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    table = PAGE.partition(f"# {heading}\n")[2].partition("|---")[2]
    lines = table.splitlines()[1:]
    end = next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[:end]]


def test_every_fault_is_described_once() -> None:
    assert [row[0].strip("`") for row in rows("Faults")] == list(get_args(FaultKind))


def test_the_prices_are_those_charged() -> None:
    told = [(row[0], row[1].strip("`").replace("all", ""), row[2], int(row[3])) for row in rows("Prices")]

    assert told == [(price.vendor, price.model, price.unit, price.micro_usd) for price in PRICES]


def test_every_control_call_is_described_once() -> None:
    routes = [route for route in control_routes(World(), {}) if isinstance(route, Route)]
    served = {f"{(route.methods or set()) - {'HEAD'}} {route.path.replace(':int', '')}" for route in routes}

    assert {f"{ {row[0].strip('`').split()[0]} } {row[0].strip('`').split()[1]}" for row in rows("Control")} == served


@pytest.mark.parametrize(
    "word",
    [
        *get_args(Kind),
        *get_args(Place),
        *get_args(WebhookScript),
        *(field for field in Scenario.__struct_fields__ if field != "match"),
        *HEADERS,
    ],
)
def test_every_word_of_the_interface_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("directive", re.findall(r"`(\[fake:[^`]+)`", PAGE))
def test_every_directive_on_the_page_is_understood(directive: str) -> None:
    assert scenario_in(f"an acorn {directive}") is not None


def test_the_scenario_on_the_page_can_be_posted() -> None:
    example = PAGE.partition("_control/scenarios -d '")[2].partition("'\n```")[0]

    assert msgspec.json.decode(example, type=Scenario).after_polls == 4


@pytest.mark.parametrize("vendor", [vendor.name for vendor in VENDORS])
def test_every_base_address_is_on_the_page(vendor: str) -> None:
    (found,) = [one for one in VENDORS if one.name == vendor]

    assert all(f"{name} = http://127.0.0.1:8099{path}\n" in PAGE for name, path in found.bases.items())
