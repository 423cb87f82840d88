"""What travels on a stream that carries calls: each gRPC message is a list of frames, in MessagePack."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

SERVICE, NAME = "reelwright_calls.v1.Carrier", "Carry"
METHOD = f"/{SERVICE}/{NAME}"
"""Not under `/reelwright.`: the interceptors are passed by each call on the stream, and not by the stream."""

CALLS = 1_000
"""Calls at a time on one stream."""
MESSAGE_BYTES = 1024 * 1024
"""Of bodies and metadata in one gRPC message: larger requests are not carried, larger answers are cut."""
METADATA_BYTES = 4 * 1024
"""Of the metadata of a carried call; gRPC refuses more than about twice as much."""
UNREAD = 16
"""Messages of a streamed answer that are sent before its reader has taken them."""

Pairs: TypeAlias = tuple[tuple[str, Any], ...]
"""Metadata; values are texts or bytes, which the decoder cannot be told."""


class Begin(msgspec.Struct, array_like=True, tag=1, gc=False):
    """A call begins; its number is new on this stream."""

    call: int
    method: str
    metadata: Pairs
    body: bytes
    timeout_s: float | None = None


class Cancel(msgspec.Struct, array_like=True, tag=2, gc=False):
    """The caller has left."""

    call: int


class Taken(msgspec.Struct, array_like=True, tag=3, gc=False):
    """The reader of a streamed answer has taken so many more messages."""

    call: int
    messages: int


class Welcome(msgspec.Struct, array_like=True, tag=1, gc=False):
    """The first frame of a stream: it takes so many calls at a time."""

    calls: int


class Headers(msgspec.Struct, array_like=True, tag=2, gc=False):
    """The headers of an answer."""

    call: int
    metadata: Pairs


class Part(msgspec.Struct, array_like=True, tag=3, gc=False):
    """A part of a message that has so many bytes; the last one is a Message."""

    call: int
    body: bytes
    whole: int


class Message(msgspec.Struct, array_like=True, tag=4, gc=False):
    """An answer, or the next one of a streamed answer."""

    call: int
    body: bytes


class End(msgspec.Struct, array_like=True, tag=5, gc=False):
    """The call is over."""

    call: int
    code: int = 0
    details: str = ""
    trailing: Pairs = ()


class Leaving(msgspec.Struct, array_like=True, tag=6, gc=False):
    """New calls are wanted on another stream; those that run are carried to their end."""


Asking: TypeAlias = Begin | Cancel | Taken
Telling: TypeAlias = Welcome | Headers | Part | Message | End | Leaving

asked = msgspec.msgpack.Decoder(list[Asking]).decode
"""The frames of a caller's message."""
told = msgspec.msgpack.Decoder(list[Telling]).decode
"""The frames of a server's message."""
packed = msgspec.msgpack.Encoder().encode
"""Frames as a message."""
