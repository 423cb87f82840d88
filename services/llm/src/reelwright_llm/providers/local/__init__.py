"""The offline text engine: plans, prose and judgements by grammar and templates, without any model."""

from reelwright_llm.providers.local.completion import complete, count_tokens, pieces
from reelwright_llm.providers.local.embedding import embed
from reelwright_llm.providers.local.messages import Message
from reelwright_llm.providers.local.moderation import Moderation, moderate
from reelwright_llm.providers.local.optimising import MODES, optimise_prompt

__all__ = [
    "MODES",
    "Message",
    "Moderation",
    "complete",
    "count_tokens",
    "embed",
    "moderate",
    "optimise_prompt",
    "pieces",
]
