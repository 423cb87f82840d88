"""What a text request asks for, whichever vendor's words it came in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reelwright_fakes.text.tokens import count

Choice = Literal["auto", "none", "required"]
PICTURE_TOKENS = 85
FILE_TOKENS = 200
REASONING = {"minimal": 8, "low": 16, "medium": 64, "high": 256, "xhigh": 512, "max": 1024}
_DIRECTIVE = re.compile(r"\s*\[fake:[^\]]*\]")


@dataclass(frozen=True)
class Tool:
    """A function the model may call; `parameters` is a JSON Schema."""

    name: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Attachment:
    """A picture, sound or file of a message, `where` its address or how many bytes it has."""

    kind: Literal["picture", "sound", "file"]
    where: str

    @property
    def tokens(self) -> int:
        """What reading it costs."""
        return PICTURE_TOKENS if self.kind == "picture" else FILE_TOKENS


@dataclass(frozen=True)
class Demand:
    """One understood request.

    `everything` is all text of the conversation, `system` the instructions, `asked` what the user said last. `schema`
    is what the answer must fit; an empty one is any object. `effort` is how long it reasons, "" not at all.
    `stable` is the part of the prompt, in tokens, that the caller marked to be cached.
    """

    model: str
    everything: str
    system: str
    asked: str
    tools: tuple[Tool, ...] = ()
    choice: Choice = "auto"
    forced: str | None = None
    parallel: bool = True
    results: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    stops: tuple[str, ...] = ()
    most_tokens: int | None = None
    seed: int | None = None
    effort: str = ""
    attachments: tuple[Attachment, ...] = ()
    count: int = 1
    stable: int = 0
    unknown: dict[str, Any] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """Where directives and posted scenarios look: the instructions and what the user said last."""
        return f"{self.system}\n{self.asked}" if self.system else self.asked

    @property
    def wish(self) -> str:
        """What the user said last, without directives."""
        return _DIRECTIVE.sub("", self.asked).strip()

    @property
    def prompt_tokens(self) -> int:
        """The tokens of the conversation, of tools and of what is attached."""
        described = sum(count(f"{tool.name} {tool.parameters}") for tool in self.tools)
        return count(self.everything) + described + sum(one.tokens for one in self.attachments)

    @property
    def reasoning_tokens(self) -> int:
        """How many tokens it thinks before it answers."""
        return REASONING.get(self.effort, 0)

    def dice(self, index: int) -> str:
        """The seed of everything that is made up for choice `index`."""
        seen = "|".join(f"{one.kind} {one.where}" for one in self.attachments)
        return hashlib.sha256(f"{self.everything}|{seen}|{self.seed}|{index}".encode()).hexdigest()
