"""ResponseService: proto in, use-case, proto out."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc

from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2_grpc as rpc
from reelwright_llm.responses.responding import Responding

SERVICE = "reelwright.llm.v1.ResponseService"

Context = grpc.aio.ServicerContext[Any, Any]


class ResponseServicer(rpc.ResponseServiceServicer):
    """Makes, keeps and shows responses."""

    def __init__(self, responding: Responding) -> None:
        self._responding = responding

    async def CreateResponse(self, request: pb.CreateResponseRequest, context: Context) -> pb.CreateResponseResponse:
        return pb.CreateResponseResponse(response=await self._responding.create(request))

    async def StreamResponse(
        self, request: pb.StreamResponseRequest, context: Context
    ) -> AsyncIterator[pb.StreamResponseResponse]:
        # The same fields with the same numbers: whichever call made a response, its request is one kind of message.
        wanted = pb.CreateResponseRequest.FromString(request.SerializeToString())
        async with contextlib.aclosing(self._responding.stream(wanted)) as batches:
            async for events in batches:
                if events:
                    yield pb.StreamResponseResponse(events=events)

    async def GetResponse(self, request: pb.GetResponseRequest, context: Context) -> pb.GetResponseResponse:
        record = await self._responding.get(request.id)
        record.response.input.extend(record.request.chat.messages)
        return pb.GetResponseResponse(response=record.response)

    async def WatchResponse(
        self, request: pb.WatchResponseRequest, context: Context
    ) -> AsyncIterator[pb.WatchResponseResponse]:
        after = request.after_sequence if request.HasField("after_sequence") else -1
        async with contextlib.aclosing(self._responding.watch(request.id, after)) as batches:
            async for events in batches:
                yield pb.WatchResponseResponse(events=events)

    async def CancelResponse(self, request: pb.CancelResponseRequest, context: Context) -> pb.CancelResponseResponse:
        return pb.CancelResponseResponse(response=(await self._responding.cancel(request.id)).response)

    async def DeleteResponse(self, request: pb.DeleteResponseRequest, context: Context) -> pb.DeleteResponseResponse:
        await self._responding.delete(request.id)
        return pb.DeleteResponseResponse()
