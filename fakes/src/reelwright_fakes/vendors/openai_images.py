"""What OpenAI's image requests ask for: their fields, the pixels, the tokens."""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image, UnidentifiedImageError

from reelwright_fakes.body import Body, Upload
from reelwright_fakes.pictures import Picture, drawn, encode, render
from reelwright_fakes.prices import price_of
from reelwright_fakes.problems import Problem
from reelwright_fakes.reading import Arguments

RETIRED = frozenset({"dall-e-2", "dall-e-3", "gpt-image-1"})
DEFAULT_MODEL = "gpt-image-2"
QUALITIES = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 6240, "max": 8320}
FORMATS = frozenset({"png", "webp", "jpeg", "gif"})
PARTIAL_TOKENS = 100
STANDARD_PIXELS = 1024 * 1024
_SIZE = re.compile(r"(\d{2,4})x(\d{2,4})$")


@dataclass(frozen=True)
class ImageJob:
    """One understood request. `sources` are the pictures to edit, `mask` shows in its holes where."""

    prompt: str
    model: str
    count: int
    picture: Picture
    quality: str
    stream: bool
    partial_images: int
    as_url: bool
    sources: tuple[bytes, ...] = ()
    mask: bytes | None = None

    @property
    def format(self) -> str:
        """png, webp, jpeg or gif."""
        return self.picture.format

    @property
    def media_type(self) -> str:
        """The content type of the pictures."""
        return self.picture.media_type

    def shown(self) -> dict[str, Any]:
        """How replies and events describe the pictures."""
        return {
            "background": "transparent" if self.picture.transparent else "opaque",
            "output_format": self.format,
            "quality": self.quality,
            "size": f"{self.picture.width}x{self.picture.height}",
        }

    def content(self, index: int, partial: float = 1.0) -> bytes:
        """The encoded picture, or (below 1) an unfinished preview of it."""
        picture = replace(self.picture, index=index, partial=partial)
        if not self.sources:
            return render(picture)
        edited = _edited(picture, self.sources[0], self.mask)
        return encode(edited, picture.format, picture.quality)

    def usage(self) -> dict[str, Any]:
        """The tokens of the whole request."""
        area = self.picture.width * self.picture.height / STANDARD_PIXELS
        made = math.ceil(QUALITIES[self.quality] * area) * self.count * self.picture.frames
        made += PARTIAL_TOKENS * self.partial_images
        text, seen = math.ceil(len(self.prompt) / 4), sum(_tokens_of(source) for source in self.sources)
        return {
            "input_tokens": text + seen,
            "output_tokens": made,
            "total_tokens": text + seen + made,
            "input_tokens_details": {"text_tokens": text, "image_tokens": seen},
            "output_tokens_details": {"image_tokens": made, "text_tokens": 0},
        }

    def price_micro_usd(self) -> int:
        """What the request costs."""
        usage = self.usage()
        asked = usage["input_tokens_details"]
        output = price_of("openai", self.model, "output token").micro_usd * int(usage["output_tokens"])
        text = price_of("openai", self.model, "text token").micro_usd * int(asked["text_tokens"])
        return output + text + price_of("openai", self.model, "image token").micro_usd * int(asked["image_tokens"])


def generation_job(fields: Mapping[str, Any]) -> ImageJob:
    """What a generation request asks for; raises Problem in OpenAI's words."""
    arguments = Arguments(fields, status=400, code="invalid_value")
    model = _model(arguments)
    quality = arguments.choice("quality", {*QUALITIES, "auto", "standard", "hd"}, "auto")
    stream = arguments.flag("stream")
    picture = _picture(arguments)
    if stream and picture.format == "gif":
        raise arguments.wrong("stream", "Streaming is not supported for 'gif'.")
    return ImageJob(
        prompt=picture.words,
        model=model,
        count=arguments.whole("n", 1, least=1, most=10),
        picture=picture,
        quality={"auto": "medium", "standard": "medium", "hd": "high"}.get(quality, quality),
        stream=stream,
        partial_images=arguments.whole("partial_images", 0, least=0, most=3) if stream else 0,
        as_url=arguments.choice("response_format", {"url", "b64_json"}, "b64_json") == "url",
    )


def edit_job(body: Body) -> ImageJob:
    """What an edit request asks for, multipart or JSON; raises Problem in OpenAI's words."""
    sources = [file.content for file in body.files if file.part in {"image", "image[]"}]
    sources += [_inline(entry, "images") for entry in _listed(body.fields.get("images"))]
    if not sources:
        raise Problem(400, "missing_required_parameter", "Missing required parameter: 'image'.", at="image")
    fields = dict(body.fields)
    if fields.get("size") in {None, "auto"}:
        fields["size"] = _size_of(sources[0])
    for source in sources:
        _opened(source, "image")
    return replace(generation_job(fields), sources=tuple(sources), mask=_mask(body))


def _picture(arguments: Arguments) -> Picture:
    prompt = arguments.text("prompt")
    if len(prompt) > 32_000:
        raise arguments.wrong("prompt", "'prompt' must be at most 32000 characters.")
    width, height = _size(arguments)
    format_ = arguments.choice("output_format", FORMATS, "png")
    transparent = arguments.choice("background", {"transparent", "opaque", "auto"}, "auto") == "transparent"
    if transparent and format_ == "jpeg":
        raise arguments.wrong("background", "Transparent background is not supported for 'jpeg'.")
    return Picture(
        words=prompt,
        width=width,
        height=height,
        format=format_,
        quality=arguments.whole("output_compression", 100, least=0, most=100),
        transparent=transparent and format_ != "gif",
        frames=arguments.whole("frame_count", 9, least=2, most=16) if format_ == "gif" else 1,
        frame_ms=arguments.whole("frame_duration_ms", 200, least=10, most=655_350),
    )


def _model(arguments: Arguments) -> str:
    model = arguments.text("model", DEFAULT_MODEL)
    if model in RETIRED:
        raise Problem(404, "model_not_found", f"The model '{model}' has been shut down.", at="model")
    return model


def _size(arguments: Arguments) -> tuple[int, int]:
    asked = arguments.text("size", "auto")
    if asked == "auto":
        return 1024, 1024
    found = _SIZE.match(asked)
    width, height = (int(found.group(1)), int(found.group(2))) if found else (0, 0)
    fits = found and width % 16 == 0 and height % 16 == 0 and width * height <= 3840 * 2160
    if not fits or not 1 / 3 <= width / height <= 3:
        raise arguments.wrong("size", f"Invalid size '{asked}': divisible by 16, 1:3 to 3:1, at most 3840x2160.")
    return width, height


def _mask(body: Body) -> bytes | None:
    given = next((file for file in body.files if file.part == "mask"), None)
    inline = body.fields.get("mask")
    content = given.content if isinstance(given, Upload) else _inline(inline, "mask") if inline else None
    if content is not None:
        _opened(content, "mask")
    return content


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _inline(entry: object, field: str) -> bytes:
    address = entry.get("image_url") if isinstance(entry, dict) else None
    if not isinstance(address, str) or not address.startswith("data:"):
        raise Problem(400, "invalid_value", "This fake reads pictures from data: addresses only.", at=field)
    try:
        return base64.b64decode(address.partition(",")[2], validate=True)
    except binascii.Error:
        raise Problem(400, "invalid_base64", "The picture is not base64.", at=field) from None


def _opened(content: bytes, field: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content))
    except UnidentifiedImageError:
        raise Problem(400, "invalid_image_file", "The image file is not one of png, webp, jpeg.", at=field) from None


def _size_of(content: bytes) -> str:
    width, height = _opened(content, "image").size
    return "1024x1024" if width == height else "1536x1024" if width > height else "1024x1536"


def _tokens_of(content: bytes) -> int:
    width, height = _opened(content, "image").size
    return math.ceil(width * height / 1024)


def _edited(picture: Picture, source: bytes, mask: bytes | None) -> Image.Image:
    size = (picture.width, picture.height)
    before = _opened(source, "image").convert("RGBA").resize(size)
    after = drawn(picture).convert("RGBA")
    if mask is None:
        return Image.blend(before, after, 0.5) if not picture.transparent else Image.alpha_composite(before, after)
    # Holes in the mask are where to edit.
    kept = _opened(mask, "mask").convert("RGBA").getchannel("A").resize(size)
    return Image.composite(before, after, kept)
