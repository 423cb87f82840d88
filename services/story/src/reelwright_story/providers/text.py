"""The llm service as this service uses it."""

from __future__ import annotations

from google.protobuf import json_format

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.access.passport import Passport
from reelwright_kit.calling import insist
from reelwright_story.schemas import Schema

TIMEOUT_S = 300.0


class GrpcTextModel:
    """Asks one model of the llm service."""

    def __init__(self, stub: rpc.LlmServiceAsyncStub, passport: Passport, patience_s: float, model: str = "") -> None:
        self._stub = stub
        self._passport = passport
        self._patience_s = patience_s
        self._model = model

    def of(self, model: str) -> GrpcTextModel:
        """The same service with another model."""
        return GrpcTextModel(self._stub, self._passport, self._patience_s, model)

    async def ask(self, request_id: str, system: str, user: str, name: str, schema: Schema, seed: int) -> str:
        """JSON text that should fit `schema`."""
        request = pb.ChatRequest(
            model=self._model,
            messages=[pb.Message(role="system", content=system), pb.Message(role="user", content=user)],
            seed=seed,
            request_id=request_id,
        )
        request.response_format.type = "json_schema"
        request.response_format.json_schema.name = name
        request.response_format.json_schema.strict = True
        json_format.ParseDict(schema, request.response_format.json_schema.schema)
        answer = await insist(
            "llm",
            self._patience_s,
            lambda: self._stub.Chat(request, timeout=TIMEOUT_S, metadata=self._passport.metadata()),
        )
        return answer.choices[0].message.content
