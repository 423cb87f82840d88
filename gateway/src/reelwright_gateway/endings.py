"""How a call that sends a stream ended, although gRPC may forget it.

A service that refuses a stream ends the call while a message is being sent to it. That sending then fails, and gRPC
replaces the service's refusal by an error of its own, before or after the refusal was read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import grpc

T = TypeVar("T")

NOT_SENT = "Internal error from Core"
"""What gRPC says instead."""
PAUSES_S = (0.0, 0.01, 0.05, 0.2, 1.0)
"""How long a refusal that comes after it may take to be read."""


class Ending:
    """Notes how `call` ends, at that moment."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._noted: grpc.aio.AioRpcError | None = None
        call.add_done_callback(self._note)

    async def answer(self) -> Any:
        """The answer of the call, which takes no more; raises AioRpcError with the service's refusal."""
        for pause_s in PAUSES_S:
            try:
                return await self._call
            except grpc.aio.AioRpcError as error:
                if error.details() != NOT_SENT:
                    raise
            if self._noted:
                raise self._noted
            await asyncio.sleep(pause_s)
        return await self._call

    def _note(self, call: Any) -> None:
        code, details = _at_once(call.code()), _at_once(call.details())
        if code is not grpc.StatusCode.OK and details != NOT_SENT:
            initial, trailing = _at_once(call.initial_metadata()), _at_once(call.trailing_metadata())
            self._noted = grpc.aio.AioRpcError(code, initial, trailing, details)


def _at_once(told: Coroutine[Any, Any, T]) -> T:
    """What an ended call tells; it need not be waited for, and a moment later it might be something else."""
    try:
        told.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    told.close()
    raise RuntimeError("the call had not ended")
