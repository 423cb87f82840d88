"""A host that speaks like OpenAI, as vLLM, llama.cpp, Ollama, Qwen and Ark do: no key is needed, thoughts are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from reelwright_fakes.stage import Stage
from reelwright_fakes.vendors.openai import OpenAI
from reelwright_fakes.vendors.openai_chat import Chat
from reelwright_fakes.vendors.openai_plain import embeddings, models


class Fast(OpenAI):
    """`/fast/v1`: chat, embeddings and models; refusals are OpenAI's."""

    name = "fast"
    bases: Mapping[str, str] = {"FAST_LLM_BASE_URL": "/fast/v1"}
    variables: Sequence[str] = ("FAST_LLM_",)

    def environment(self, address: str) -> Mapping[str, str]:
        return {
            "FAST_LLM_API_KEY": "fake",
            "FAST_LLM_BASE_URL": f"{address}/fast/v1",
            "FAST_LLM_MODELS": "qwen3,llama-4",
        }

    def routes(self, stage: Stage) -> Sequence[BaseRoute]:
        return [
            Route("/v1/chat/completions", Chat(stage).endpoint(), methods=["POST"]),
            Route("/v1/embeddings", embeddings(stage), methods=["POST"]),
            Route("/v1/models", models(stage), methods=["GET"]),
        ]

    def key(self, request: Request) -> str | None:
        return super().key(request) or "none"
