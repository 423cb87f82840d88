"""What providers charge for pictures, in millionths of a US dollar; their price lists change, these are estimates."""

from __future__ import annotations

import math

OPENAI_OUTPUT_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 6240, "max": 8320}
"""Tokens of a picture of 1024 x 1024; other sizes in proportion."""
OPENAI_PREVIEW_TOKENS = 100
OPENAI_TEXT_MICROS, OPENAI_IMAGE_INPUT_MICROS = 5, 10
OPENAI_OUTPUT_MICROS = {"gpt-image-1-mini": 8}
OPENAI_OUTPUT_MICROS_OTHERWISE = 40

FAL_MICROS_PER_MEGAPIXEL = {"fal-ai/flux/schnell": 3_000, "fal-ai/flux/dev": 25_000, "fal-ai/flux-2-pro": 50_000}
REPLICATE_MICROS_PER_PICTURE = {
    "black-forest-labs/flux-schnell": 3_000,
    "black-forest-labs/flux-dev": 25_000,
    "black-forest-labs/flux-1.1-pro": 40_000,
}


def openai_estimate(model: str, quality: str, width: int, height: int, prompt: str, previews: int) -> int:
    """What a picture will cost: its tokens are known but for those of the text, which are about four letters each."""
    output = (
        math.ceil(OPENAI_OUTPUT_TOKENS[quality] * width * height / (1024 * 1024)) + previews * OPENAI_PREVIEW_TOKENS
    )
    return openai_cost(model, output, math.ceil(len(prompt) / 4), 0)


def openai_cost(model: str, output_tokens: int, text_tokens: int, image_tokens: int) -> int:
    """What a request with this usage costs."""
    output = OPENAI_OUTPUT_MICROS.get(model, OPENAI_OUTPUT_MICROS_OTHERWISE) * output_tokens
    return output + OPENAI_TEXT_MICROS * text_tokens + OPENAI_IMAGE_INPUT_MICROS * image_tokens


def fal_estimate(model: str, width: int, height: int) -> int | None:
    """What a picture costs: started megapixels count whole."""
    price = FAL_MICROS_PER_MEGAPIXEL.get(model)
    return None if price is None else price * math.ceil(width * height / 1_000_000)
