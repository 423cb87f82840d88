"""The hosts of OpenAI's API that the settings name: OpenAI itself, Azure OpenAI, and one of the operator's choice."""

from __future__ import annotations

from reelwright_llm.providers.interface import ModelCard
from reelwright_llm.providers.openai_compatible import (
    CLASSIC_AZURE,
    CompatibleEmbedding,
    CompatibleJudge,
    CompatibleText,
    Host,
    Paths,
)
from reelwright_llm.providers.vendors import Vendor
from reelwright_llm.providers.wire.http import Wire
from reelwright_llm.settings import LlmSettings, listed

OPENAI_URL = "https://api.openai.com/v1"
CAPABILITIES = (
    "image_input",
    "audio_input",
    "file_input",
    "tools",
    "json_object",
    "json_schema",
    "reasoning",
    "logprobs",
    "seed",
    "choices",
    "streaming",
)
EMBEDDING_MODELS = ("text-embedding-3-small", "text-embedding-3-large")
JUDGING_MODELS = ("omni-moderation-latest",)


def openai(settings: LlmSettings) -> Vendor:
    """OpenAI."""
    headers = {"authorization": f"Bearer {settings.openai_key}"}
    if settings.openai_organization:
        headers["openai-organization"] = settings.openai_organization
    if settings.openai_project:
        headers["openai-project"] = settings.openai_project
    return _vendor(
        "openai",
        "" if settings.openai_key else "OPENAI_API_KEY is not set",
        settings.openai_base_url or OPENAI_URL,
        headers,
        chat=listed(settings.openai_models),
        embedding=EMBEDDING_MODELS,
        judging=JUDGING_MODELS,
    )


def azure(settings: LlmSettings) -> Vendor:
    """Azure OpenAI: the classic API where a version is given, else the v1 API. Models are deployments."""
    classic, endpoint = settings.azure_api_version, settings.azure_endpoint.rstrip("/")
    reason = "" if endpoint else "AZURE_OPENAI_ENDPOINT is not set"
    if not (settings.azure_key or settings.azure_token):
        reason = reason or "AZURE_OPENAI_API_KEY is not set"
    headers = {"api-key": str(settings.azure_key)}
    if not settings.azure_key:
        headers = {"authorization": f"Bearer {settings.azure_token}"}
    return _vendor(
        "azure",
        reason,
        endpoint if classic else f"{endpoint}/openai/v1",
        headers,
        Paths(CLASSIC_AZURE, classic) if classic else Paths(),
        chat=listed(settings.azure_deployments),
    )


def fast(settings: LlmSettings) -> Vendor:
    """Any other host; it knows the older name of the limit of tokens."""
    return _vendor(
        "fast",
        "" if settings.fast_base_url else "FAST_LLM_BASE_URL is not set",
        settings.fast_base_url,
        {"authorization": f"Bearer {settings.fast_key}"} if settings.fast_key else {},
        tokens_field="max_tokens",
        chat=listed(settings.fast_models),
    )


def _vendor(
    provider: str,
    reason: str,
    base_url: str,
    headers: dict[str, str],
    paths: Paths = Paths(),  # noqa: B008
    tokens_field: str = "max_completion_tokens",
    *,
    chat: tuple[str, ...] = (),
    embedding: tuple[str, ...] = (),
    judging: tuple[str, ...] = (),
) -> Vendor:
    def host(wire: Wire) -> Host:
        return Host(wire, paths, tokens_field)

    def text(card: ModelCard, name: str, wire: Wire) -> CompatibleText:
        return CompatibleText(card, name, host(wire))

    def embeds(card: ModelCard, name: str, wire: Wire) -> CompatibleEmbedding:
        return CompatibleEmbedding(card, name, host(wire))

    def judges(card: ModelCard, name: str, wire: Wire) -> CompatibleJudge:
        return CompatibleJudge(card, name, host(wire))

    models = (chat, embedding, judging)
    return Vendor(provider, reason, base_url, headers, text, embeds, judges, CAPABILITIES, *models, ("token_input",))
