"""What refused calls say."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2


@dataclass(frozen=True)
class Refusal:
    """A failure as a caller sees it."""

    code: str
    reason: str
    metadata: dict[str, str]
    fields: list[str]


async def refusal(call: Awaitable[Any]) -> Refusal:
    """The failure that a call ends with; exactly one ErrorInfo."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    packed = dict(raised.value.trailing_metadata() or ())["grpc-status-details-bin"]
    infos: list[error_details_pb2.ErrorInfo] = []
    fields: list[str] = []
    for detail in status_pb2.Status.FromString(bytes(packed)).details:
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            infos.append(info)
        elif detail.Unpack(bad):
            fields.extend(violation.field for violation in bad.field_violations)
    (info,) = infos
    return Refusal(raised.value.code().name, info.reason, dict(info.metadata), fields)
