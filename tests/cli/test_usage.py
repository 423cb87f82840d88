"""Keys, balances and usage on the screen: everything fits 80 columns, and a spreadsheet runs nothing."""

from __future__ import annotations

import csv
import io

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console, RenderableType

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright.story.v1 import story_service_pb2 as story
from reelwright_cli.commands.spending import balance_lines
from reelwright_cli.film_estimates import estimate_line, estimate_table
from reelwright_cli.keys import key_lines, keys_table, tenants_table
from reelwright_cli.usage import usage_table
from reelwright_kit.money.usage_csv import usage_csv

WIDTH = 80
KEY = "key_01jdx8k2m3n4p5q6r7s8t9v0w1"
MODEL = "replicate/black-forest-labs/flux-1.1-pro-ultra"
EVERY = ("day", "kind", "provider", "model", "key", "tenant")
MOST = pb.UsageRow(
    group={
        "day": "2026-11-20",
        "kind": "illustration",
        "provider": "replicate",
        "model": MODEL,
        "key": KEY,
        "tenant": "t" * 64,
    },
    requests=1_234_567,
    input_tokens=9_876_543_210,
    output_tokens=1_234_567_890,
    images=123_456,
    seconds=98_765.43,
    characters=12_345_678,
    cost_micros=12_345_678_901,
)


def lines(what: RenderableType) -> list[str]:
    """What a pipe gets."""
    console = Console(file=io.StringIO(), width=WIDTH)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def used(*rows: pb.UsageRow) -> pb.GetUsageResponse:
    """An answer with these rows."""
    return pb.GetUsageResponse(rows=rows, total=MOST)


@pytest.mark.parametrize("groups", [(), ("day",), ("day", "model"), ("model", "key"), EVERY])
def test_usage_fits_80_columns_and_loses_nothing(groups: tuple[str, ...]) -> None:
    """Long names and amounts are folded, not cut; money is never folded."""
    said = lines(usage_table(used(MOST), groups))
    text = "\n".join(said)

    assert all(len(line) <= WIDTH for line in said)
    assert "…" not in text
    assert text.count("$12,345.678901") == (2 if groups else 1)
    assert "1,234,567" in text
    if groups == ("day", "model"):
        assert "2026-11-20" in text


def test_amounts_are_named_and_only_those_there_are() -> None:
    row = pb.UsageRow(group={"kind": "film"}, requests=3, images=2, seconds=4.5, cost_micros=41_100)

    said = "\n".join(lines(usage_table(pb.GetUsageResponse(rows=[row], total=row), ["kind"])))

    assert "2 pictures, 4.5 s" in said and "tokens" not in said and "$0.0411" in said


def test_no_cell_of_the_csv_is_a_formula() -> None:
    """Names come from users; a spreadsheet must show them and not run them."""
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'a","=1', "fine"]
    rows = [pb.UsageRow(group={"model": name}, requests=1, cost_micros=-40_000) for name in evil]

    heading, *cells = csv.reader(io.StringIO(usage_csv(used(*rows), ["model"]), newline=""))

    assert heading == [
        "model",
        "requests",
        "input_tokens",
        "output_tokens",
        "images",
        "seconds",
        "characters",
        "cost_usd",
        "cost_micros",
    ]
    assert [row[0] for row in cells] == [*(f"'{name}" for name in evil[:6]), *evil[6:]]
    assert {row[-2] for row in cells} == {"-0.04"}


def a_key() -> pb.Key:
    """A key with all there is."""
    return pb.Key(
        id=KEY,
        name="[bold]render farm[/] of the second unit, and everybody who works with them",
        tenant="second-unit",
        prefix="rw_Ab3d",
        scopes=["story", "image"],
        budget=pb.Budget(limit_micros=5_000_000, period="month", spent_micros=41_100, reserved_micros=20_000),
        requests_per_minute=60,
        expire_time=Timestamp(seconds=1_798_000_000),
        labels={"a": "b"},
    )


def test_keys_fit_80_columns_and_their_names_are_shown_as_they_are() -> None:
    said = lines(keys_table([a_key()]))
    text = " ".join(" ".join(said).split())

    assert all(len(line) <= WIDTH for line in said)
    assert KEY in text and "[bold]" in text


def test_one_key_is_told_line_by_line() -> None:
    said = "\n".join(key_lines(a_key()))

    assert "$0.0411 and $0.02 held of $5.00 this month" in said
    assert "story, image" in said and "a=b" in said and "rw_Ab3d" in said
    assert "never" in said and "until 2026-12-23" in said


def test_tenants_say_what_they_may_spend() -> None:
    budget = pb.Budget(limit_micros=1, period="total")
    said = "\n".join(lines(tenants_table([pb.Tenant(tenant="a", budget=budget), pb.Tenant(tenant="b")])))

    assert "$0.00 of $0.000001 in all" in said and "no limit" in said


def test_a_balance_says_what_is_left() -> None:
    answer = pb.GetBalanceResponse(key=a_key(), tenant="second-unit", remaining_micros=4_938_900, tenant_month_micros=7)
    off = pb.GetBalanceResponse(tenant="local")

    assert "may spend      $4.9389" in balance_lines(answer)
    assert "may spend      without limit" in balance_lines(off)


def test_an_estimate_is_itemised_and_says_when_it_is_a_part_of_the_price_only() -> None:
    items = [story.EstimateItem(what="picture", count=6, model=MODEL, estimated_micros=240_000)]
    known = story.EstimateFilmResponse(estimated_micros=240_000, known=True, items=items)
    vague = story.EstimateFilmResponse(estimated_micros=240_000, items=items)

    assert "picture" in "\n".join(lines(estimate_table(known))) and estimate_line(known) == "Estimate: $0.24"
    assert estimate_line(vague) == "Estimate: $0.24 or more: the price of a model is not known"
