"""Every variable the llm service reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

import msgspec

from reelwright_kit.settings import Count, HttpUrl, Positive, Seconds, Secret, ServiceSettings
from reelwright_kit.workers.cores import MOST_WITH_DATABASE, MOST_WORKERS, usable

Failures = Annotated[int, msgspec.Meta(ge=1)]
Workers = Annotated[int, msgspec.Meta(ge=0, le=MOST_WORKERS)]
FEWEST_CONNECTIONS = 2


class LlmSettings(ServiceSettings, frozen=True, kw_only=True):
    """Settings of the llm service."""

    workers: Workers = msgspec.field(default=0, name="REELWRIGHT_WORKERS")
    """Processes that serve on the one port, up to 64; 0: one for each core, at most 4. Services with jobs are one."""
    default_model: str = msgspec.field(default="local/text", name="REELWRIGHT_LLM_MODEL")
    """Model that chats when a request names none."""
    default_embedding_model: str = msgspec.field(default="local/embed", name="REELWRIGHT_EMBEDDING_MODEL")
    """Model that embeds when a request names none."""
    default_judging_model: str = msgspec.field(default="", name="REELWRIGHT_MODERATION_MODEL")
    """Model that moderates when a request names none; empty: OpenAI's where configured, else `local/moderation`."""
    aliases: str = msgspec.field(default="", name="REELWRIGHT_LLM_ALIASES")
    """Other names of models: `fast=openai/gpt-4.1-mini,best=azure/my-deployment`."""
    fallbacks: str = msgspec.field(default="", name="REELWRIGHT_LLM_FALLBACKS")
    """Who is asked when a model has trouble, in order: `openai/gpt-4.1>azure/my-deployment>local/text`, with commas."""
    cache_s: Seconds = msgspec.field(default=0.0, name="REELWRIGHT_LLM_CACHE_S")
    """Seconds that an answer is given again to an equal request of its tenant that does not say itself; 0: never."""
    silence_s: Positive = msgspec.field(default=300.0, name="REELWRIGHT_LLM_SILENCE_S")
    """Seconds that a provider may be silent in an answer, its beginning included."""
    concurrent: Count = msgspec.field(default=512, name="REELWRIGHT_LLM_CONCURRENT")
    """Calls to one provider at a time, in this process; as many more wait, others are refused with PROVIDER_LIMITED."""
    breaker_failures: Failures = msgspec.field(default=5, name="REELWRIGHT_LLM_BREAKER_FAILURES")
    """Failures of a provider in a row after which it is left alone for a while."""
    breaker_pause_s: Positive = msgspec.field(default=15.0, name="REELWRIGHT_LLM_BREAKER_PAUSE_S")
    """Seconds that it is left alone; then one call tries it."""

    image_address: str = msgspec.field(default="dns:///image:50051", name="REELWRIGHT_IMAGE_ADDRESS")
    """Where the image service is, which draws the pictures of responses."""
    patience_s: Positive = msgspec.field(default=300.0, name="REELWRIGHT_PATIENCE_S")
    """Seconds that a response waits for the image service while it is away, before its picture fails."""
    response_days: Seconds = msgspec.field(default=30.0, name="REELWRIGHT_RESPONSE_DAYS")
    """Days after its end that a response is removed; 0: never."""

    openai_key: Secret = msgspec.field(default=Secret(""), name="OPENAI_API_KEY")
    """Key for OpenAI; empty: its models are not offered."""
    openai_base_url: HttpUrl = msgspec.field(default="", name="OPENAI_BASE_URL")
    """Address of OpenAI's API with `/v1`; empty: OpenAI's own."""
    openai_organization: str = msgspec.field(default="", name="OPENAI_ORG_ID")
    """Organization at OpenAI that is charged."""
    openai_project: str = msgspec.field(default="", name="OPENAI_PROJECT_ID")
    """Project at OpenAI that is charged."""
    openai_models: str = msgspec.field(
        default="gpt-4.1,gpt-4.1-mini,gpt-4.1-nano,gpt-4o,gpt-4o-mini", name="OPENAI_LLM_MODELS"
    )
    """Chat models of OpenAI that ListModels shows; any other can be named too."""

    azure_endpoint: HttpUrl = msgspec.field(default="", name="AZURE_OPENAI_ENDPOINT")
    """Azure OpenAI: the resource's address without a path; empty: not offered."""
    azure_key: Secret = msgspec.field(default=Secret(""), name="AZURE_OPENAI_API_KEY")
    """Azure OpenAI: key of the resource."""
    azure_token: Secret = msgspec.field(default=Secret(""), name="AZURE_OPENAI_AD_TOKEN")
    """Azure OpenAI: Entra token, where there is no key."""
    azure_api_version: str = msgspec.field(default="", name="OPENAI_API_VERSION")
    """Azure OpenAI: version of the classic API, for example `2024-10-21`; empty: the v1 API."""
    azure_deployments: str = msgspec.field(default="", name="AZURE_OPENAI_DEPLOYMENTS")
    """Azure OpenAI: chat deployments that ListModels shows; any other can be named too."""

    fast_base_url: HttpUrl = msgspec.field(default="", name="FAST_LLM_BASE_URL")
    """Address with `/v1` of a host that speaks OpenAI's API: vLLM, llama.cpp, Ollama, Qwen, Ark; empty: not offered."""
    fast_key: Secret = msgspec.field(default=Secret(""), name="FAST_LLM_API_KEY")
    """Key for that host; empty: it wants none."""
    fast_models: str = msgspec.field(default="", name="FAST_LLM_MODELS")
    """Chat models of that host that ListModels shows as `fast/<name>`; any other can be named too."""

    anthropic_key: Secret = msgspec.field(default=Secret(""), name="ANTHROPIC_API_KEY")
    """Key for Anthropic; empty: its models are not offered."""
    anthropic_base_url: HttpUrl = msgspec.field(default="", name="ANTHROPIC_BASE_URL")
    """Address of Anthropic's API without `/v1`; empty: Anthropic's own."""
    anthropic_models: str = msgspec.field(
        default="claude-opus-4-5,claude-sonnet-4-5,claude-haiku-4-5", name="ANTHROPIC_LLM_MODELS"
    )
    """Chat models of Anthropic that ListModels shows; any other can be named too."""

    gemini_key: Secret = msgspec.field(default=Secret(""), name="GEMINI_API_KEY")
    """Key for Gemini; empty: its models are not offered."""
    google_key: Secret = msgspec.field(default=Secret(""), name="GOOGLE_API_KEY")
    """Key for Gemini that goes before the other, as in Google's own SDK."""
    gemini_base_url: HttpUrl = msgspec.field(default="", name="GOOGLE_GEMINI_BASE_URL")
    """Address of Gemini's API without a version; empty: Google's own."""
    gemini_models: str = msgspec.field(default="gemini-2.5-pro,gemini-2.5-flash", name="GEMINI_LLM_MODELS")
    """Chat models of Gemini that ListModels shows; any other can be named too."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.alias_map, self.fallback_map

    @property
    def processes(self) -> int:
        """How many processes serve."""
        if self.listen.startswith("unix"):
            return 1
        return self.workers or min(usable(), MOST_WITH_DATABASE)

    @property
    def connections(self) -> int:
        """Database connections of each process: they share REELWRIGHT_POOL_SIZE, and none has fewer than two."""
        return max(FEWEST_CONNECTIONS, math.ceil(self.pool_size / self.processes))

    @property
    def alias_map(self) -> Mapping[str, str]:
        """Models by their other names."""
        pairs = [item.partition("=") for item in listed(self.aliases)]
        if wrong := [name for name, _, model in pairs if not (name.strip() and "/" in model)]:
            raise ValueError(f"REELWRIGHT_LLM_ALIASES: expected alias=provider/model, not {wrong[0]}")
        return {name.strip(): model.strip() for name, _, model in pairs}

    @property
    def fallback_map(self) -> Mapping[str, tuple[str, ...]]:
        """Models by the model that they stand in for, in order."""
        chains = [tuple(part.strip() for part in item.split(">")) for item in listed(self.fallbacks)]
        if wrong := [chain for chain in chains if len(chain) < 2 or not all("/" in model for model in chain)]:
            raise ValueError(
                f"REELWRIGHT_LLM_FALLBACKS: expected provider/model>provider/model, not {'>'.join(wrong[0])}"
            )
        return {chain[0]: chain[1:] for chain in chains}


def listed(text: str) -> tuple[str, ...]:
    """The items of a list with commas."""
    return tuple(item.strip() for item in text.split(",") if item.strip())
