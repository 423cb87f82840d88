"""What several commands take, as Typer reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from google.protobuf import json_format
from google.protobuf.message import Message

from reelwright_kit.money.amounts import micros_of

OUT = Path("out")
FILM_PARTS = ("text", "image", "video", "speech", "music")
Value = TypeVar("Value")


def as_json(message: Message) -> str:
    """A message for programs: as over REST, what is zero or empty is there too."""
    return json_format.MessageToJson(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def parsed_by(parse: Callable[[str], Value]) -> Callable[[str], Value]:
    """A parser of an option from a function that raises ValueError: what it says is what the person reads."""

    def read(text: str) -> Value:
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return read


def labels_of(given: list[str]) -> dict[str, str]:
    """Marks from `name=value`; raises BadParameter for what is none."""
    pairs = [text.partition("=") for text in given]
    if wrong := next((text for text, (name, sign, _) in zip(given, pairs, strict=True) if not name or not sign), None):
        raise typer.BadParameter(f"{wrong!r} is no label like name=value")
    return {name: value for name, _, value in pairs}


def film_models_of(given: list[str]) -> dict[str, str]:
    """Models from `part=provider/model`; raises BadParameter for a part that films do not have."""
    models = labels_of(given)
    if wrong := sorted(models.keys() - set(FILM_PARTS)):
        raise typer.BadParameter(f"{wrong[0]!r} is no part of a film; those are {', '.join(FILM_PARTS)}")
    return models


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JobId = Annotated[str, typer.Argument(help="Id of the job.")]
KeyId = Annotated[str, typer.Argument(help="Id of the key.")]
TenantName = Annotated[str, typer.Argument(help="Name of the tenant.")]
Prompt = Annotated[str, typer.Argument(help="The sentence, or a longer text.")]

MaxCost = Annotated[
    int | None,
    typer.Option("--max-cost", parser=parsed_by(micros_of), metavar="USD", help="What it may cost at most: 2.50."),
]
Budget = Annotated[
    int | None,
    typer.Option("--budget", parser=parsed_by(micros_of), metavar="USD", help="What it may spend in a period: 5.00."),
]
Period = Annotated[str, typer.Option("--period", help="day, week, month or total; by the calendar in UTC.")]
OfTenant = Annotated[str, typer.Option("--tenant", help="Only this tenant.")]

Scenes = Annotated[int, typer.Option("--scenes", help="How many scenes, 1 to 60; 0: what fits.")]
Seconds = Annotated[int, typer.Option("--seconds", help="Wanted length, 10 to 600 s; 0: what the scenes need.")]
Aspect = Annotated[str, typer.Option("--aspect", help="16:9, 9:16 or 1:1.")]
Resolution = Annotated[int, typer.Option("--resolution", help="Shorter side: 360, 480, 720 or 1080.")]
Language = Annotated[str, typer.Option("--language", help="BCP 47; empty: that of the sentence.")]
Style = Annotated[str, typer.Option("--style", help="Look of the pictures.")]
Voice = Annotated[str, typer.Option("--voice", help="Voice of the narration.")]
Music = Annotated[bool, typer.Option("--music/--no-music", help="Music under the voice.")]
Models = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="PART=MODEL", help="Who makes a part: image=fal/fal-ai/flux/dev; repeatable."),
]
Seed = Annotated[int | None, typer.Option("--seed", help="The same sentence and seed give the same film.")]
Out = Annotated[Path, typer.Option("--out", help="Where the film goes.")]
