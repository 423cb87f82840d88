"""Functions that models ask for, and what they are shown, as the current Python SDK sees them."""

from __future__ import annotations

import base64
import json
from typing import Any

import openai
import pytest

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_kit.errors import FieldInvalid
from tests.conformance.scripted import MODEL, Script, chunk, last, said

PARAMETERS: dict[str, object] = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER: Any = {
    "type": "function",
    "function": {"name": "weather", "description": "The weather.", "parameters": PARAMETERS, "strict": True},
}
ASKED: Any = [{"role": "user", "content": "Weather in Oslo and Rome?"}]
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def call(number: int, city: str) -> pb.ToolCall:
    """What a model asks for."""
    function = pb.FunctionCall(name="weather", arguments=f'{{"city": "{city}"}}')
    return pb.ToolCall(id=f"call_{number}", type="function", function=function)


async def test_parallel_calls_go_to_the_client_and_their_results_come_back(
    told: openai.AsyncOpenAI, script: Script
) -> None:
    """The conversation that the SDK gives back is the one that the service is told next, signatures included."""
    calls = [call(1, "Oslo"), call(2, "Rome")]
    calls[0].extra.update({"thought_signature": "s1"})
    script.answer = said("", tool_calls=calls, finish_reason="tool_calls")
    answer = await told.chat.completions.create(model=MODEL, messages=ASKED, tools=[WEATHER], tool_choice="required")
    [heard] = script.heard.tools
    assert (heard.function.name, heard.function.strict) == ("weather", True)
    assert json.loads(heard.function.parameters_json) == PARAMETERS
    assert script.heard.tool_choice.mode == "required"
    message = answer.choices[0].message
    assert answer.choices[0].finish_reason == "tool_calls" and message.content is None and message.tool_calls
    assert [one.id for one in message.tool_calls] == ["call_1", "call_2"]

    script.answer = said("Rain and sun.")
    results: Any = [{"role": "tool", "tool_call_id": one.id, "content": "12"} for one in message.tool_calls]
    await told.chat.completions.create(model=MODEL, messages=[*ASKED, message, *results], tools=[WEATHER])

    _, asked, first, second = script.heard.messages
    assert list(asked.tool_calls) == calls and not asked.HasField("content")
    assert (first.role, first.tool_call_id, first.content) == ("tool", "call_1", "12")
    assert second.tool_call_id == "call_2"


async def test_arguments_are_streamed(told: openai.AsyncOpenAI, script: Script) -> None:
    """Pieces of two calls, told apart by their index, make the same calls in the SDK's own accumulator."""

    def piece(index: int, arguments: str, **first: str) -> pb.ChatChunk:
        return chunk(tool_calls=[pb.ToolCallDelta(index=index, arguments=arguments, **first)])

    script.steps = [
        [piece(0, "", id="call_1", type="function", name="weather"), piece(0, '{"city":')],
        [piece(0, ' "Oslo"}'), piece(1, "", id="call_2", type="function", name="weather")],
        [piece(1, '{"city": "Rome"}'), chunk(finish_reason="tool_calls"), last()],
    ]

    async with told.chat.completions.stream(model=MODEL, messages=ASKED, tools=[WEATHER]) as stream:
        answer = await stream.get_final_completion()

    message = answer.choices[0].message
    assert answer.choices[0].finish_reason == "tool_calls" and message.tool_calls
    assert [(one.id, one.function.name, one.function.arguments) for one in message.tool_calls] == [
        ("call_1", "weather", '{"city": "Oslo"}'),
        ("call_2", "weather", '{"city": "Rome"}'),
    ]


async def test_one_function_can_be_chosen(told: openai.AsyncOpenAI, script: Script) -> None:
    script.answer = said()
    choice: Any = {"type": "function", "function": {"name": "weather"}}
    await told.chat.completions.create(model=MODEL, messages=ASKED, tools=[WEATHER], tool_choice=choice)

    assert (script.heard.tool_choice.function, script.heard.tool_choice.mode) == ("weather", "")


async def test_tools_that_the_contract_does_not_know_go_along_as_they_are(
    told: openai.AsyncOpenAI, script: Script
) -> None:
    script.answer = said()
    custom: Any = {"type": "custom", "custom": {"name": "shell"}}
    allowed: Any = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}
    await told.chat.completions.create(model=MODEL, messages=ASKED, tools=[WEATHER, custom], tool_choice=allowed)

    assert not script.heard.tools and not script.heard.HasField("tool_choice")
    assert [one["type"] for one in script.heard.extra["tools"]] == ["function", "custom"]
    assert script.heard.extra["tool_choice"]["type"] == "allowed_tools"


async def test_pictures_sound_and_documents_are_shown(told: openai.AsyncOpenAI, script: Script) -> None:
    """By address, as a data URL, in base64, and by the id of a stored file."""
    script.answer = said()
    sound = base64.b64encode(b"RIFF....WAVE").decode()
    parts: Any = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/cat.png", "detail": "high"}},
        {"type": "image_url", "image_url": {"url": PIXEL}},
        {"type": "input_audio", "input_audio": {"data": sound, "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERg==", "filename": "a.pdf"}},
        {"type": "file", "file": {"file_id": "ast_1"}},
        {"type": "video_url", "video_url": {"url": "https://example.com/cat.mp4"}},
    ]
    await told.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": parts}])

    text, picture, pixel, audio, paper, stored, film = script.heard.messages[0].parts
    assert text.text == "What is this?"
    assert (picture.image.source.uri, picture.image.detail) == ("https://example.com/cat.png", "high")
    assert pixel.image.source.uri == PIXEL
    assert (audio.audio.source.content, audio.audio.format) == (b"RIFF....WAVE", "wav")
    assert (paper.file.filename, paper.file.source.uri[:20]) == ("a.pdf", "data:application/pdf")
    assert stored.file.source.asset == "ast_1"
    assert film.video.source.uri == "https://example.com/cat.mp4"


async def test_failures_of_parts_name_them_as_the_caller_does(told: openai.AsyncOpenAI, script: Script) -> None:
    """The service speaks of `parts` and `image`; this API of `content` and `image_url`."""
    script.answer = FieldInvalid("messages[0].parts[1].image.source.uri", "cannot be fetched")
    parts: Any = [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": PIXEL}}]

    with pytest.raises(openai.BadRequestError) as raised:
        await told.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": parts}])

    assert raised.value.param == "messages[0].content[1].image_url.url"
    assert raised.value.body["message"] == "messages[0].content[1].image_url.url: cannot be fetched"  # type: ignore[index]


async def test_pictures_that_models_make_arrive(told: openai.AsyncOpenAI, script: Script) -> None:
    script.answer = said("")
    message = script.answer.choices[0].message
    message.parts.add(text="Here.")
    message.parts.add().image.source.content = b"\x89PNG...."

    answer = await told.chat.completions.create(model=MODEL, messages=ASKED)

    shown: Any = answer.choices[0].message.to_dict()
    assert shown["content"] == "Here."
    assert shown["images"][0]["image_url"]["url"].startswith("data:image/png;base64,")
