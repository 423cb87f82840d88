"""What providers of text, of embeddings and of judgements are to this service; structs, which are made in no time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import field

Json = dict[str, Any]


class ModelCard(msgspec.Struct, frozen=True):
    """What a model can do, as ListModels shows it."""

    id: str
    provider: str
    display_name: str
    kind: str
    """`chat`, `embedding` or `moderation`."""
    capabilities: tuple[str, ...] = ()
    context_tokens: int = 0
    max_output_tokens: int = 0
    configured: bool = True
    reason: str = ""


class Media(msgspec.Struct, frozen=True):
    """A file in a message: an address, the bytes themselves, or the id of a stored file."""

    kind: str
    """`image`, `audio`, `video` or `file`."""
    uri: str = ""
    """Public https address."""
    content: bytes = b""
    asset: str = ""
    """Id of a stored file; who asks a vendor puts the bytes in its place."""
    media_type: str = ""
    filename: str = ""
    options: Json = field(default_factory=dict)
    """`detail` of a picture, `format` of a sound, `frames_per_second` of a video, where given."""
    field: str = ""
    """What the request calls it, where that is not its place in the messages."""
    stills: bool = False
    """Of a video: a model that takes no videos is shown pictures of it."""


class Part(msgspec.Struct, frozen=True):
    """One part of a message: words, or a file."""

    text: str = ""
    media: Media | None = None
    extra: Json = field(default_factory=dict)


class ToolCall(msgspec.Struct, frozen=True):
    """A function the model asks the caller to run."""

    id: str
    name: str
    arguments: str = ""
    extra: Json = field(default_factory=dict)


class Turn(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: str
    text: str | None = None
    parts: tuple[Part, ...] = ()
    name: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    """For the role `tool`: the call this is the result of."""
    refusal: str = ""
    reasoning: str = ""
    extra: Json = field(default_factory=dict)

    @property
    def words(self) -> str:
        """All that is said in words."""
        return self.text if self.text is not None else "\n".join(part.text for part in self.parts if part.text)

    @property
    def media(self) -> list[Media]:
        """The files that are shown."""
        return [part.media for part in self.parts if part.media]


class Tool(msgspec.Struct, frozen=True):
    """A function the model may ask the caller to run."""

    name: str
    description: str = ""
    parameters: Json | None = None
    """JSON Schema of type object; None for a function without parameters."""
    strict: bool | None = None


class Sampling(msgspec.Struct, frozen=True):
    """How words are chosen; None leaves it to the model."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] = field(default_factory=dict)
    stop: tuple[str, ...] = ()
    n: int | None = None
    logprobs: bool = False
    top_logprobs: int | None = None


class Hints(msgspec.Struct, frozen=True):
    """What a vendor is told beside the question; empty leaves it to the vendor."""

    reasoning_effort: str = ""
    verbosity: str = ""
    service_tier: str = ""
    prompt_cache_key: str = ""
    user: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


class Question(msgspec.Struct, frozen=True):
    """What a model is asked."""

    turns: tuple[Turn, ...]
    schema: Json | None = None
    """JSON Schema the answer must fit; None for prose."""
    schema_name: str = "answer"
    schema_description: str = ""
    schema_strict: bool | None = None
    json: bool = False
    """Answer with any JSON object."""
    seed: int | None = None
    max_output_tokens: int | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: str = ""
    """`none`, `auto` or `required`; empty for the provider's default."""
    tool_function: str = ""
    """The function that must be called."""
    parallel_tool_calls: bool | None = None
    sampling: Sampling = Sampling()
    hints: Hints = Hints()
    extra: Json = field(default_factory=dict)
    """Fields for the vendor that the contract does not know."""
    ceiling_micros: int | None = None
    """What the answer may cost at most, millionths of a US dollar."""
    cache_s: float | None = None
    """How old an equal answer may be, in seconds; None leaves it to the setting."""


class Usage(msgspec.Struct, frozen=True):
    """Tokens a call used."""

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0
    image_input_tokens: int = 0
    estimated: bool = False
    """Counted by us, because the provider did not say."""
    extra: Json = field(default_factory=dict)


class TokenLogprob(msgspec.Struct, frozen=True):
    """How likely one token was."""

    token: str
    logprob: float
    data: bytes = b""
    top: tuple[TokenLogprob, ...] = ()


class Logprobs(msgspec.Struct, frozen=True):
    """How likely the tokens of an answer were."""

    content: tuple[TokenLogprob, ...] = ()
    refusal: tuple[TokenLogprob, ...] = ()


class Choice(msgspec.Struct, frozen=True):
    """One answer."""

    turn: Turn
    finish_reason: str = ""
    index: int = 0
    logprobs: Logprobs | None = None
    extra: Json = field(default_factory=dict)


class Head(msgspec.Struct, frozen=True):
    """What the whole of an answer says about itself; empty and 0 where the provider says nothing."""

    id: str = ""
    created: int = 0
    """Seconds since 1970."""
    service_tier: str = ""
    fingerprint: str = ""
    model: str = ""
    """Id of the model that answers."""
    provider: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What a model said."""

    head: Head
    choices: tuple[Choice, ...]
    usage: Usage | None
    extra: Json = field(default_factory=dict)
    cost_micros: int = 0
    """What it cost, millionths of a US dollar."""

    @classmethod
    def said(cls, head: Head, text: str, finish_reason: str, usage: Usage) -> Answer:
        """An answer of one choice in words."""
        return cls(head, (Choice(Turn("assistant", text), finish_reason),), usage)

    @property
    def text(self) -> str:
        """The words of the first choice."""
        return self.choices[0].turn.words if self.choices else ""


class CallDelta(msgspec.Struct, frozen=True):
    """What is new of a function that the model asks for; pieces of one `index` belong together."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""
    extra: Json = field(default_factory=dict)


class Delta(msgspec.Struct, frozen=True):
    """What is new of one choice."""

    index: int = 0
    role: str = ""
    text: str | None = None
    refusal: str | None = None
    reasoning: str | None = None
    calls: tuple[CallDelta, ...] = ()
    finish_reason: str = ""
    logprobs: Logprobs | None = None
    extra: Json = field(default_factory=dict)
    choice_extra: Json = field(default_factory=dict)

    @property
    def characters(self) -> int:
        """How much was written."""
        written = len(self.text or "") + len(self.refusal or "") + len(self.reasoning or "")
        return written + sum(len(call.arguments) for call in self.calls)


class Piece(msgspec.Struct, frozen=True):
    """Part of an answer; the last one carries the usage and what it cost."""

    deltas: tuple[Delta, ...] = ()
    usage: Usage | None = None
    head: Head = Head()
    extra: Json = field(default_factory=dict)
    cost_micros: int = 0

    @classmethod
    def said(cls, text: str, finish_reason: str = "", usage: Usage | None = None) -> Piece:
        """The next words of an answer with one choice."""
        return cls((Delta(text=text, finish_reason=finish_reason),), usage)

    @property
    def text(self) -> str:
        """The next words of the first choice."""
        return "".join(delta.text or "" for delta in self.deltas if delta.index == 0)


class Judgement(msgspec.Struct, frozen=True):
    """Whether something is harmful."""

    flagged: bool
    categories: dict[str, float]
    flagged_categories: tuple[str, ...]
    extra: Json = field(default_factory=dict)


class Judged(msgspec.Struct, frozen=True):
    """One judgement for each text, or a single one for all when pictures were given."""

    judgements: tuple[Judgement, ...]
    usage: Usage
    id: str = ""
    extra: Json = field(default_factory=dict)


class Embedded(msgspec.Struct, frozen=True):
    """One vector for each text."""

    vectors: Sequence[Sequence[float]]
    usage: Usage | None
    """None where the provider counts nothing."""
    extra: Json = field(default_factory=dict)


class Texts(msgspec.Struct, frozen=True):
    """What is to be embedded."""

    inputs: Sequence[str]
    dimensions: int | None = None
    user: str = ""
    extra: Json = field(default_factory=dict)
    token_inputs: Sequence[Sequence[int]] = ()
    """The texts as numbers of tokens, in place of `inputs`; only models with `token_input` are given any."""

    @property
    def count(self) -> int:
        """How many texts there are."""
        return len(self.inputs) + len(self.token_inputs)


class TextModel(Protocol):
    """Answers."""

    @property
    def card(self) -> ModelCard: ...

    async def answer(self, question: Question) -> Answer:
        """The whole answer."""

    def stream(self, question: Question) -> AsyncGenerator[Piece]:
        """The answer piece by piece."""


class EmbeddingModel(Protocol):
    """Turns texts into vectors."""

    @property
    def card(self) -> ModelCard: ...

    async def embed(self, texts: Texts) -> Embedded:
        """One vector for each text."""


class JudgingModel(Protocol):
    """Says whether something is harmful."""

    @property
    def card(self) -> ModelCard: ...

    async def judge(self, texts: Sequence[str], images: Sequence[Media], extra: Json) -> Judged:
        """The judgements; raises CapabilityUnsupported when it does not look at pictures."""


def all_words(turns: Iterable[Turn]) -> list[str]:
    """Everything in a conversation that is words."""
    return [turn.words for turn in turns]
