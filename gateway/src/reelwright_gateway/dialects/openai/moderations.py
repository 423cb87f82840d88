"""`/v1/moderations`: whether texts and pictures are harmful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.bodies import read, rest
from reelwright_gateway.dialects.openai.chat import told
from reelwright_gateway.dialects.openai.conversation import Picture, Text
from reelwright_gateway.dialects.openai.service import TextService
from reelwright_gateway.dialects.openai.structs import Json, struct_of, with_extra
from reelwright_gateway.presence import attended
from reelwright_gateway.upstream import answer_headers, metadata
from reelwright_kit.errors import FieldInvalid

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""Clients look for each of these, whether or not the model that judges knows it."""


class Judged(msgspec.Struct):
    """The body."""

    input: str | list[str | Text | Picture]
    model: str | None = None


@dataclass(frozen=True)
class Moderations:
    """Judges."""

    llm: TextService

    async def create(self, request: Request) -> Response:
        """`POST /v1/moderations`."""
        asked, raw = await read(request, Judged)
        texts, pictures = _told_apart(asked.input)
        wanted = pb.ModerateRequest(
            texts=texts,
            images=[assets.MediaReference(uri=url) for url in pictures],
            model=asked.model or "",
            extra=struct_of(rest(raw, Judged), "body"),
        )
        call = self.llm.Moderate(wanted, metadata=metadata(request))
        answer = await attended(request, call, call)
        looked_at = ["text"] * bool(texts) + ["image"] * bool(pictures)
        return told(_rendered(answer, looked_at), await answer_headers(call))


def _told_apart(given: str | Sequence[str | Text | Picture]) -> tuple[list[str], list[str]]:
    """The texts and the addresses of the pictures; texts in parts belong together and are one."""
    if isinstance(given, str):
        return [given], []
    if not given:
        raise FieldInvalid("input", "must not be empty")
    texts = [one for one in given if isinstance(one, str)]
    joined = "\n".join(one.text for one in given if isinstance(one, Text))
    pictures = [one.image_url for one in given if isinstance(one, Picture)]
    return texts + [joined] * bool(joined), [one if isinstance(one, str) else one.url for one in pictures]


def _rendered(answer: pb.ModerateResponse, looked_at: list[str]) -> Json:
    results = [_result(one, looked_at) for one in answer.results]
    return with_extra({"id": answer.id, "model": answer.model, "results": results}, answer)


def _result(judged: pb.ModerationResult, looked_at: list[str]) -> Json:
    scores = dict.fromkeys(CATEGORIES, 0.0) | dict(judged.categories)
    flagged = set(judged.flagged_categories)
    known = {
        "flagged": judged.flagged,
        "categories": {name: name in flagged for name in scores},
        "category_scores": scores,
    }
    # A provider that says what it looked at for which category knows better.
    return {"category_applied_input_types": dict.fromkeys(scores, looked_at)} | with_extra(known, judged)
