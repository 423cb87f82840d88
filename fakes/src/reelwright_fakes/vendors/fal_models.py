"""What fal's picture models take and give back."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping
from typing import Any

from reelwright_fakes.ledger import Submission
from reelwright_fakes.pictures import Picture, render
from reelwright_fakes.prices import price_of
from reelwright_fakes.problems import Problem
from reelwright_fakes.reading import Arguments
from reelwright_fakes.shapes import size_for
from reelwright_fakes.stage import Stage

FILE_LIFE_S = 7 * 86_400.0
MEGAPIXEL = 1_000_000
NAMED_SIZES = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
# Models of these kinds do not give pictures, and a picture in their place would be a lie.
OTHER_MEDIA = ("video", "veo", "speech", "audio", "music", "hailuo", "pika")


def pictures_of(app: str, fields: Mapping[str, Any]) -> tuple[Picture, ...]:
    """The pictures a request asks for; raises Problem 404 for models that do not make pictures, 422 for bad values."""
    if any(word in app for word in OTHER_MEDIA):
        raise Problem(404, "not_found", f"This fake plays picture models only, not '{app}'.")
    arguments = Arguments(fields, status=422, code="value_error")
    width, height = _size(arguments, fields)
    format_ = arguments.choice("output_format", {"jpeg", "png", "webp"}, "jpeg")
    words, seed = arguments.text("prompt", ""), arguments.whole("seed", 0, least=0, most=2**63)
    count = arguments.whole("num_images", 1, least=1, most=8)
    return tuple(Picture(words, width, height, format=format_, seed=seed, index=index) for index in range(count))


def price_micro_usd(app: str, pictures: tuple[Picture, ...]) -> int:
    """What a request costs; started megapixels count whole."""
    price = price_of("fal", app)
    if price.unit == "picture":
        return price.micro_usd * len(pictures)
    return sum(price.micro_usd * math.ceil(picture.width * picture.height / MEGAPIXEL) for picture in pictures)


def result_of(stage: Stage, submission: Submission) -> dict[str, Any]:
    """The result object; its addresses stay the same however often it is asked for."""
    pictures: tuple[Picture, ...] = submission.material
    if not submission.outputs:
        inline = submission.arguments.get("sync_mode") is True
        submission.outputs = [_inline(picture) if inline else _kept(stage, submission, picture) for picture in pictures]
    images = [
        {"url": url, "width": picture.width, "height": picture.height, "content_type": picture.media_type}
        for url, picture in zip(submission.outputs, pictures, strict=True)
    ]
    seed = submission.arguments.get("seed")
    return {
        "images": images,
        "seed": seed if isinstance(seed, int) else _seed_of(submission.id),
        "has_nsfw_concepts": [False] * len(images),
        "prompt": submission.arguments.get("prompt", ""),
        "timings": {"inference": 1.1},
    }


def _kept(stage: Stage, submission: Submission, picture: Picture) -> str:
    name = f"image-{picture.index}.{picture.format}"
    return stage.keep(submission, picture, name=name, media_type=picture.media_type, life_s=FILE_LIFE_S)


def _inline(picture: Picture) -> str:
    return f"data:{picture.media_type};base64,{base64.b64encode(render(picture)).decode()}"


def _size(arguments: Arguments, fields: Mapping[str, Any]) -> tuple[int, int]:
    asked = fields.get("image_size")
    if isinstance(asked, dict):
        inner = Arguments(asked, status=422, code="value_error")
        return (
            inner.whole("width", 512, least=14, most=14_142 // 4),
            inner.whole("height", 512, least=14, most=14_142 // 4),
        )
    if asked is not None:
        return NAMED_SIZES[arguments.choice("image_size", NAMED_SIZES, "landscape_4_3")]
    ratio = fields.get("aspect_ratio")
    if isinstance(ratio, str):
        return size_for(ratio) or NAMED_SIZES["square_hd"]
    return NAMED_SIZES["landscape_4_3"]


def _seed_of(provider_id: str) -> int:
    return int.from_bytes(hashlib.sha256(provider_id.encode()).digest()[:4], "big")
