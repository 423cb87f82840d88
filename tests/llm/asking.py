"""Questions for the tests of vendors, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_fakes.ledger import Entry
from tests.llm.conftest import Desk

MODEL = "openai/gpt-4.1"
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"name": "weather", "description": "Tells the weather.", "parameters": CITY}


def chat(text: str = "Tell me of a fox.", **changed: Any) -> pb.ChatRequest:
    """A question in words."""
    known = {"model": MODEL, "messages": [{"role": "user", "content": text}]} | changed
    return json_format.ParseDict(known, pb.ChatRequest())


def stream(text: str = "Tell me of a fox.", **changed: Any) -> pb.StreamChatRequest:
    """The same, to be answered piece by piece."""
    return pb.StreamChatRequest.FromString(chat(text, **changed).SerializeToString())


async def chunks(
    desk: Desk, request: pb.StreamChatRequest, into: list[pb.ChatChunk] | None = None
) -> list[pb.ChatChunk]:
    """All pieces of an answer, which are added to `into` as they come."""
    pieces = [] if into is None else into
    async for message in desk.llm.StreamChat(request):
        pieces += message.chunks
    return pieces


def words(pieces: list[pb.ChatChunk]) -> str:
    """What the first choice says."""
    return "".join(one.delta.content for piece in pieces for one in piece.choices if one.index == 0)


def asked(desk: Desk, vendor: str = "openai") -> list[Entry]:
    """What the vendor was asked, in order."""
    return [entry for entry in desk.vendors.ledger().submissions if entry.vendor == vendor]


@dataclass(frozen=True)
class Failed:
    """A failure as a caller sees it."""

    code: str
    reason: str
    message: str
    fields: list[str]
    retry_s: float | None


def failed(error: grpc.aio.AioRpcError) -> Failed:
    """What an error says; it has exactly one ErrorInfo."""
    packed = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    infos, fields, retry = list[error_details_pb2.ErrorInfo](), list[str](), None
    for detail in status_pb2.Status.FromString(bytes(packed)).details:
        info, bad, wait = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            infos.append(info)
        elif detail.Unpack(bad):
            fields += [violation.field for violation in bad.field_violations]
        elif detail.Unpack(wait):
            retry = wait.retry_delay.ToTimedelta().total_seconds()
    (only,) = infos
    return Failed(error.code().name, only.reason, error.details() or "", fields, retry)
