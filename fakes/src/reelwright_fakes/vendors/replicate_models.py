"""What Replicate's picture models take and give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reelwright_fakes.ledger import Submission
from reelwright_fakes.pictures import Picture
from reelwright_fakes.prices import price_of
from reelwright_fakes.reading import Arguments
from reelwright_fakes.shapes import size_for
from reelwright_fakes.stage import Stage

FILE_LIFE_S = 3600.0
FORMATS = {"webp": "webp", "jpg": "jpeg", "jpeg": "jpeg", "png": "png"}
# Models with these words in their name give one address; all others a list.
SINGLE = ("-pro", "imagen", "nano-banana", "recraft", "ideogram")


def pictures_of(given: Mapping[str, Any]) -> tuple[Picture, ...]:
    """The pictures an input asks for; raises Problem 422 for bad values."""
    arguments = Arguments(given, status=422, code="invalid")
    width, height = _size(arguments, given)
    format_ = FORMATS[arguments.choice("output_format", FORMATS, "webp")]
    quality = arguments.whole("output_quality", 80, least=0, most=100)
    words, seed = arguments.text("prompt", ""), arguments.whole("seed", 0, least=0, most=2**63)
    count = arguments.whole("num_outputs", 1, least=1, most=4)
    first = Picture(words, width, height, format=format_, quality=quality, seed=seed)
    return tuple(replace(first, index=index) for index in range(count))


def price_micro_usd(model: str, pictures: tuple[Picture, ...]) -> int:
    """What a prediction costs."""
    return price_of("replicate", model).micro_usd * len(pictures)


def outputs_of(stage: Stage, submission: Submission) -> str | list[str]:
    """The output of a prediction that succeeded; its addresses stay the same."""
    if not submission.outputs:
        submission.outputs = [_kept(stage, submission, picture) for picture in submission.material]
    single = any(word in submission.model for word in SINGLE)
    return submission.outputs[0] if single else submission.outputs


def _kept(stage: Stage, submission: Submission, picture: Picture) -> str:
    name = f"out-{picture.index}.{'jpg' if picture.format == 'jpeg' else picture.format}"
    return stage.keep(submission, picture, name=name, media_type=picture.media_type, life_s=FILE_LIFE_S)


def _size(arguments: Arguments, given: Mapping[str, Any]) -> tuple[int, int]:
    ratio = arguments.text("aspect_ratio", "1:1")
    if ratio == "custom" or ("width" in given and "aspect_ratio" not in given):
        return (
            arguments.whole("width", 1024, least=64, most=2048),
            arguments.whole("height", 1024, least=64, most=2048),
        )
    size = size_for(ratio)
    if size is None:
        raise arguments.wrong("aspect_ratio", f"- input.aspect_ratio: '{ratio}' is not a ratio like 16:9")
    return size
