"""`/v1/embeddings`: texts as vectors, in numbers or in base64."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.bodies import Int32, read, rest
from reelwright_gateway.dialects.openai.chat import told
from reelwright_gateway.dialects.openai.service import TextService
from reelwright_gateway.dialects.openai.structs import Json, struct_of, with_extra
from reelwright_gateway.presence import attended
from reelwright_gateway.upstream import answer_headers, metadata
from reelwright_kit.errors import FieldInvalid


class Texts(msgspec.Struct):
    """The body."""

    input: str | list[str | Int32 | list[Int32]]
    model: str | None = None
    dimensions: Int32 | None = None
    encoding_format: Literal["float", "base64"] | None = None
    user: str | None = None


@dataclass(frozen=True)
class Embeddings:
    """Turns texts into vectors."""

    llm: TextService

    async def create(self, request: Request) -> Response:
        """`POST /v1/embeddings`."""
        asked, raw = await read(request, Texts)
        wanted = pb.EmbedRequest(
            **_texts(asked.input),
            model=asked.model or "",
            dimensions=asked.dimensions,
            user=asked.user or "",
            extra=struct_of(rest(raw, Texts), "body"),
        )
        call = self.llm.Embed(wanted, metadata=metadata(request))
        answer = await attended(request, call, call)
        return told(_rendered(answer, asked.encoding_format == "base64"), await answer_headers(call))


def _texts(given: str | Sequence[str | int | list[int]]) -> dict[str, Any]:
    """The texts, or their tokens by number, by the name of the contract's field."""
    if not given:
        raise FieldInvalid("input", "must not be empty")
    listed = [given] if isinstance(given, str) else given
    kinds = {type(one) for one in listed}
    if kinds == {str}:
        return {"inputs": listed}
    if kinds == {int}:
        return {"token_inputs": [pb.TokenList(tokens=listed)]}  # type: ignore[arg-type]
    if kinds == {list}:
        return {"token_inputs": [pb.TokenList(tokens=one) for one in listed]}  # type: ignore[arg-type]
    raise FieldInvalid("input", "must be texts, or tokens by their numbers, and not both")


def _rendered(answer: pb.EmbedResponse, packed: bool) -> Json:
    data = [
        {"object": "embedding", "index": one.index, "embedding": _packed(one.values) if packed else list(one.values)}
        for one in answer.embeddings
    ]
    counts = {"prompt_tokens": answer.usage.input_tokens, "total_tokens": answer.usage.total_tokens}
    usage = with_extra(counts, answer.usage)
    return with_extra({"object": "list", "data": data, "model": answer.model, "usage": usage}, answer)


def _packed(values: Sequence[float]) -> str:
    """The numbers of four bytes each, the least significant first, in base64."""
    numbers = array("f", values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()
