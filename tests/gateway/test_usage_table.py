"""Usage as a table for spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest
from google.protobuf import json_format
from tests.gateway.edge import Gateway

from reelwright.admin.v1 import admin_service_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="session")


def row(group: dict[str, str], cost_micros: int, **counts: float) -> pb.UsageRow:
    return json_format.ParseDict({"group": group, "cost_micros": cost_micros, **counts}, pb.UsageRow())


async def test_rows_come_with_their_groups_first_and_the_cost_last(gateway: Gateway) -> None:
    rows = [row({"day": "2026-11-20", "model": 'a, "b"'}, 1_234_567, requests=3, seconds=4.5), row({}, -40)]
    gateway.memory.usage = pb.GetUsageResponse(rows=rows)

    answer = await gateway.rest.get("/api/v1/usage.csv?group_by=model&group_by=day")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="usage.csv"'
    assert "x-usage-truncated" not in answer.headers
    head, first, second = csv.reader(io.StringIO(answer.text))
    counted = [
        "requests",
        "input_tokens",
        "output_tokens",
        "images",
        "seconds",
        "characters",
        "cost_usd",
        "cost_micros",
    ]
    assert head == ["model", "day", *counted]
    assert first == ['a, "b"', "2026-11-20", "3", "0", "0", "0", "4.5", "0", "1.234567", "1234567"]
    assert second == ["", "", "0", "0", "0", "0", "0.0", "0", "-0.00004", "-40"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1"])
async def test_no_name_is_taken_for_a_formula(gateway: Gateway, name: str) -> None:
    gateway.memory.usage = pb.GetUsageResponse(rows=[row({"key": name}, 0)])

    answer = await gateway.rest.get("/api/v1/usage.csv?group_by=key")

    assert list(csv.reader(io.StringIO(answer.content.decode(), newline="")))[1][0] == f"'{name}"


async def test_parameters_are_those_of_the_contract(gateway: Gateway) -> None:
    query = "start_time=2026-11-01T00:00:00Z&end_time=2026-11-20T00:00:00Z&group_by=day&group_by=kind&tenant=t&key=k"

    await gateway.rest.get(f"/api/v1/usage?{query}")
    await gateway.rest.get(f"/api/v1/usage.csv?{query}")
    await gateway.rest.get(f"/api/v1/usage.csv?{query.replace('start_time', 'startTime').replace('_by', 'By')}")

    assert gateway.memory.usage_asked[-3] == gateway.memory.usage_asked[-2] == gateway.memory.usage_asked[-1]
    assert gateway.memory.usage_asked[-1].group_by == ["day", "kind"]


@pytest.mark.parametrize(("query", "field"), [("start_time=soon", "start_time"), ("groups=day", "groups")])
async def test_wrong_or_unknown_parameter_is_named(gateway: Gateway, query: str, field: str) -> None:
    answer = await gateway.rest.get(f"/api/v1/usage.csv?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["metadata"]["field"] == field


async def test_table_that_lacks_rows_says_so(gateway: Gateway) -> None:
    gateway.memory.usage = pb.GetUsageResponse(truncated=True)

    answer = await gateway.rest.get("/api/v1/usage.csv")

    assert answer.headers["x-usage-truncated"] == "true"
