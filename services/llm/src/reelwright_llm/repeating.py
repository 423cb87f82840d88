"""Answers of the smaller calls by request id, kept as the messages they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from google.protobuf.message import Message

from reelwright_kit import caller
from reelwright_kit.ids import new_id
from reelwright_kit.jobs.rendering import digest_of
from reelwright_llm.answers import Answers, Claim

Made = TypeVar("Made", bound=Message)


class KeptMessage(msgspec.Struct):
    """A message at rest."""

    id: str
    message: bytes


async def once(answers: Answers, request: Any, kind: type[Made], make: Callable[[], Awaitable[Made]]) -> Made:
    """What `make` answers to `request`; what it answered before under the same request id is given again."""
    if not request.request_id:
        return await make()

    async def encoded() -> bytes:
        return msgspec.json.encode(KeptMessage(new_id("txt"), (await make()).SerializeToString()))

    claim = Claim(caller.current().tenant, request.request_id, digest_of(request))
    kept = msgspec.json.decode(await answers.once(claim, encoded), type=KeptMessage)
    return kind.FromString(kept.message)
