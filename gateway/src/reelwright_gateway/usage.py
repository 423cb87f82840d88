"""What was used, as a table for spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright_gateway.upstream import Upstream, answer_headers, metadata
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.money.usage_csv import usage_csv

HEADERS = {
    "content-disposition": 'attachment; filename="usage.csv"',
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
TRUNCATED = "x-usage-truncated"
"""Told with a table that lacks rows, of which there were more than one answer holds."""


@dataclass(frozen=True)
class Usage:
    """Tells what was used."""

    upstream: Upstream

    async def table(self, request: Request) -> Response:
        """`GET /api/v1/usage.csv`, with the parameters of `/api/v1/usage`: text/csv, one line for each group."""
        asked = question(request.query_params)
        call = self.upstream.admin.GetUsage(asked, metadata=metadata(request))
        answer = await call
        headers = HEADERS | await answer_headers(call) | ({TRUNCATED: "true"} if answer.truncated else {})
        return Response(usage_csv(answer, asked.group_by), media_type="text/csv", headers=headers)


def question(parameters: QueryParams) -> pb.GetUsageRequest:
    """The request that the parameters make, named as in the contract or in camelCase; raises FieldInvalid."""
    asked = pb.GetUsageRequest()
    fields = {name: field for field in asked.DESCRIPTOR.fields for name in (field.name, field.camelcase_name)}
    for given in parameters:
        if given not in fields:
            raise FieldInvalid(given, "is not a parameter of this call")
        field, values = fields[given], parameters.getlist(given)
        value: Any = values if field.is_repeated else values[-1]
        try:
            json_format.ParseDict({field.name: value}, asked)
        except json_format.ParseError:
            raise FieldInvalid(field.name, "has the wrong form") from None
    return asked
