"""Items, tools and choices on their way to the service, and what is wrong with them."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import openai
import pytest

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_gateway.dialects.openai.bodies import LIMIT_BYTES
from tests.conformance.conftest import Asking
from tests.conformance.kept import ID, MODEL, Kept, message, response

PARAMETERS: dict[str, object] = {"type": "object", "properties": {"z": {}, "city": {"type": "string"}}}
WEATHER: Any = {"type": "function", "name": "weather", "description": "It.", "parameters": PARAMETERS, "strict": True}
DRAW: Any = {"type": "image_generation"}
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


@pytest.fixture
def heard(asked_json: Asking, kept: Kept) -> Any:
    """Asks for a response, and gives what the service heard."""

    async def ask(**asked: Any) -> pb.CreateResponseRequest:
        kept.answer = response(output=[message()])
        await asked_json(asked)
        assert isinstance(kept.heard, pb.CreateResponseRequest)
        return kept.heard

    return ask


def said(role: str, content: str, **known: Any) -> llm.Message:
    return llm.Message(role=role, content=content, **known)


def function_call(number: int, **extra: Any) -> dict[str, Any]:
    known = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", "name": "weather"}
    return known | {"arguments": "{}", "status": "completed"} | extra


def tool_call(number: int, **extra: Any) -> llm.ToolCall:
    function = llm.FunctionCall(name="weather", arguments="{}")
    made = llm.ToolCall(id=f"call_{number}", type="function", function=function)
    if extra:
        made.extra.update(extra)
    return made


async def test_words_and_plain_messages_are_a_conversation(heard: Any) -> None:
    plain = await heard(input="Hi")
    many = await heard(
        input=[
            {"role": "developer", "content": "Be brief."},
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "Hi"}],
                "status": "completed",
            },
            {"role": "assistant", "content": "Hello", "phase": "final_answer", "id": None},
            {"role": "user", "content": "So", "acme_mood": "kind"},
        ]
    )

    assert list(plain.chat.messages) == [said("user", "Hi")]
    *known, last = many.chat.messages
    assert known == [said("developer", "Be brief."), said("user", "Hi"), said("assistant", "Hello")]
    assert last.content == "So" and dict(last.extra) == {"acme_mood": "kind"}


async def test_parts_are_what_is_shown(heard: Any) -> None:
    parts = [
        {"type": "input_text", "text": "Look", "prompt_cache_breakpoint": {"mode": "explicit"}},
        {"type": "input_image", "image_url": PIXEL, "detail": "low", "file_id": None},
        {"type": "input_image", "file_id": "ast_1"},
        {"type": "input_file", "file_url": "https://example.com/a.pdf", "filename": "a.pdf"},
        {"type": "input_file", "file_id": "ast_2"},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AA=="},
        {"type": "input_file", "file_data": "AAE="},
        {"type": "input_audio", "input_audio": {"data": "AAE=", "format": "wav"}},
    ]

    [message] = (await heard(input=[{"role": "user", "content": parts}])).chat.messages

    text, *rest = message.parts
    assert text.text == "Look" and dict(text.extra["prompt_cache_breakpoint"]) == {"mode": "explicit"}

    def at(**source: Any) -> assets.MediaReference:
        return assets.MediaReference(**source)

    assert rest == [
        llm.Part(image=llm.ImagePart(source=at(uri=PIXEL), detail="low")),
        llm.Part(image=llm.ImagePart(source=at(asset="ast_1"))),
        llm.Part(file=llm.FilePart(source=at(uri="https://example.com/a.pdf"), filename="a.pdf")),
        llm.Part(file=llm.FilePart(source=at(asset="ast_2"))),
        llm.Part(file=llm.FilePart(source=at(uri="data:application/pdf;base64,AA=="))),
        llm.Part(file=llm.FilePart(source=at(content=b"\x00\x01"))),
        llm.Part(audio=llm.AudioPart(source=at(content=b"\x00\x01"), format="wav")),
    ]


async def test_answers_that_a_program_gives_back_are_one_message_each(told: openai.AsyncOpenAI, kept: Kept) -> None:
    """The program appends `output` as it is, as the documentation of the SDK does, and signatures come back."""
    thought = pb.OutputItem(id="rs_1", kind="reasoning", status="completed", parts=[pb.OutputPart(reasoning="Hm")])
    calls = [
        pb.OutputItem(id=f"fc_{number}", kind="tool_call", status="completed", tool_call=tool_call(number, mark="s1"))
        for number in (1, 2)
    ]
    kept.answer = response(output=[thought, message("Let me see."), *calls])
    answer = await told.responses.create(model=MODEL, input="Hi", tools=[WEATHER])
    given: Any = [{"role": "user", "content": "Hi"}]
    given += answer.output
    given += [
        {"type": "function_call_output", "call_id": f"call_{number}", "output": f"{number}°"} for number in (1, 2)
    ]

    await told.responses.create(model=MODEL, input=given)

    user, asked, first, second = kept.heard.chat.messages
    assert user == said("user", "Hi")
    assert asked == said(
        "assistant", "Let me see.", reasoning="Hm", tool_calls=[tool_call(n, mark="s1") for n in (1, 2)]
    )
    assert first == said("tool", "1°", tool_call_id="call_1") and second == said("tool", "2°", tool_call_id="call_2")


async def test_turns_stay_apart(heard: Any) -> None:
    """A second answer, a thought before it, and calls after a result begin a message of their own; mere thoughts go."""
    summary = [{"type": "summary_text", "text": "Hm"}]
    asked = await heard(
        input=[
            {"role": "assistant", "content": "A"},
            {"type": "reasoning", "id": "rs_1", "summary": summary},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
            function_call(1),
            {
                "type": "function_call_output",
                "call_id": "call_1",
                "output": [{"type": "input_image", "file_id": "ast_1"}],
            },
            function_call(2),
            {"type": "reasoning", "id": "rs_2", "summary": summary, "encrypted_content": "x"},
            {"role": "user", "content": "B"},
            {"type": "reasoning", "id": "rs_3", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]},
        ]
    )

    shown = llm.Part(image=llm.ImagePart(source=assets.MediaReference(asset="ast_1")))
    assert list(asked.chat.messages) == [
        said("assistant", "A"),
        llm.Message(role="assistant", refusal="No.", reasoning="Hm", tool_calls=[tool_call(1)]),
        llm.Message(role="tool", tool_call_id="call_1", parts=[shown]),
        llm.Message(role="assistant", reasoning="Hm", tool_calls=[tool_call(2)]),
        said("user", "B"),
    ]


async def test_functions_and_forms_are_those_of_the_contract(heard: Any) -> None:
    """Names in schemas keep their order; what the SDK knows and nobody said is no obstacle."""
    form = {"type": "json_schema", "name": "film", "description": "One.", "schema": PARAMETERS, "strict": True}
    asked = await heard(
        tools=[WEATHER | {"defer_loading": None}],
        tool_choice={"type": "function", "name": "weather"},
        parallel_tool_calls=False,
        text={"format": form},
    )

    [tool] = asked.chat.tools
    assert tool.function == llm.Function(
        name="weather", description="It.", strict=True, parameters_json=json.dumps(PARAMETERS, separators=(",", ":"))
    )
    assert asked.chat.tool_choice == llm.ToolChoice(function="weather")
    assert asked.chat.HasField("parallel_tool_calls") and not asked.chat.parallel_tool_calls
    schema = asked.chat.response_format.json_schema
    assert (schema.name, schema.description, schema.strict) == ("film", "One.", True)
    assert list(json.loads(schema.schema_json)["properties"]) == ["z", "city"]
    assert not asked.HasField("image_tool")


async def test_tool_for_pictures_is_that_of_the_contract(heard: Any) -> None:
    drawing = {
        "model": "local/image",
        "action": "edit",
        "size": "1536x1024",
        "quality": "high",
        "background": "transparent",
        "output_format": "webp",
        "input_fidelity": "low",
        "partial_images": 2,
        "output_compression": 80,
        "moderation": "low",
        "acme_style": "ink",
        "svg": None,
    }

    asked = await heard(tools=[DRAW | drawing])

    tool = asked.image_tool
    assert dict(tool.extra) == {"output_compression": 80, "moderation": "low", "acme_style": "ink"}
    tool.ClearField("extra")
    assert tool == pb.ImageTool(
        model="local/image",
        action="edit",
        width=1536,
        height=1024,
        quality="high",
        background="transparent",
        output_format="webp",
        input_fidelity="low",
        sketches=2,
    )
    assert not asked.chat.tools
    assert (await heard(tools=[DRAW | {"size": "auto"}])).image_tool == pb.ImageTool()


CHOICES: list[tuple[list[Any], Any, str, bool | None]] = [
    ([], "auto", "", None),
    ([], "none", "", None),
    ([WEATHER], "auto", "auto", None),
    ([WEATHER], "required", "required", None),
    ([WEATHER, DRAW], "required", "required", False),
    ([WEATHER, DRAW], "none", "none", None),
    ([DRAW], "auto", "", False),
    ([DRAW], "none", "", None),
    ([DRAW], "required", "", True),
    ([DRAW, WEATHER], {"type": "image_generation"}, "", True),
]


@pytest.mark.parametrize(("tools", "choice", "mode", "required"), CHOICES)
async def test_choice_is_among_functions_and_pictures(
    heard: Any, tools: list[Any], choice: Any, mode: str, required: bool | None
) -> None:
    """`required` is whether a picture must be drawn, None where none may."""
    asked = await heard(tools=tools, tool_choice=choice)

    assert asked.chat.tool_choice.mode == mode
    assert (asked.image_tool.required if asked.HasField("image_tool") else None) == required


def items(*given: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": "Hi"}, *given]}


def parts(*given: Any) -> dict[str, Any]:
    return items({"role": "user", "content": [{"type": "input_text", "text": "Hi"}, *given]})


def tool(**known: Any) -> dict[str, Any]:
    return {"tools": [WEATHER, DRAW | known]}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no input": ({"input": None}, "input"),
    "empty input": ({"input": []}, "input"),
    "input of another type": ({"input": 7}, "input"),
    "an item of another type": ({"input": ["Hi"]}, "input[0]"),
    "unknown item": (items({"type": "computer_call"}), "input[1].type"),
    "kept picture": (items({"type": "image_generation_call", "id": "ig_1", "result": "AA=="}), "input[1].type"),
    "reference": (items({"type": "item_reference", "id": "msg_1"}), "input[1].type"),
    "reference that does not say so": (items({"id": "msg_1"}), "input[1].type"),
    "unknown role": (items({"role": "king", "content": "Hi"}), "input[1].role"),
    "no content": (items({"role": "user"}), "input[1].content"),
    "call without a name": (items({"type": "function_call", "call_id": "call_1"}), "input[1].name"),
    "call with an empty name": (items(function_call(1), function_call(2, name="")), "input[2].name"),
    "result without a call": (items({"type": "function_call_output", "output": "1"}), "input[1].call_id"),
    "result for no call": (items({"type": "function_call_output", "call_id": "", "output": "1"}), "input[1]"),
    "unknown part": (parts({"type": "smell"}), "input[1].content[1].type"),
    "picture from nowhere": (parts({"type": "input_image"}), "input[1].content[1]"),
    "picture from two places": (
        parts({"type": "input_image", "image_url": PIXEL, "file_id": "ast_1"}),
        "input[1].content[1]",
    ),
    "picture from an empty address": (
        parts({"type": "input_image", "image_url": ""}),
        "input[1].content[1].image_url",
    ),
    "picture from an empty file": (parts({"type": "input_image", "file_id": ""}), "input[1].content[1].file_id"),
    "unknown detail": (
        parts({"type": "input_image", "image_url": PIXEL, "detail": "original"}),
        "input[1].content[1].detail",
    ),
    "document that is none": (parts({"type": "input_file", "file_data": "?"}), "input[1].content[1].file_data"),
    "picture in a result": (
        items(
            function_call(1),
            {
                "type": "function_call_output",
                "call_id": "call_1",
                "output": [{"type": "input_image", "file_id": ""}],
            },
        ),
        "input[2].output[0].file_id",
    ),
    "conversation": ({"conversation": "conv_1"}, "conversation"),
    "template": ({"prompt": {"id": "pmpt_1"}}, "prompt"),
    "truncation of another kind": ({"truncation": "some"}, "truncation"),
    "model of another type": ({"model": 3}, "model"),
    "temperature out of range": ({"temperature": 3}, "temperature"),
    "no room for an answer": ({"max_output_tokens": 0}, "max_output_tokens"),
    "too many pictures": ({"max_tool_calls": 17}, "max_tool_calls"),
    "too long a mark": ({"metadata": {"a": "b" * 513}}, "metadata['a']"),
    "unknown effort": ({"reasoning": {"effort": "some"}}, "reasoning.effort"),
    "unknown verbosity": ({"text": {"verbosity": "some"}}, "text.verbosity"),
    "unknown form": ({"text": {"format": {"type": "grammar"}}}, "text.format.type"),
    "form without a schema": ({"text": {"format": {"type": "json_schema", "name": "a"}}}, "text.format.schema"),
    "form with a strange name": (
        {"text": {"format": {"type": "json_schema", "name": "a b", "schema": {}}}},
        "text.format.name",
    ),
    "too many alternatives": (
        {"include": ["message.output_text.logprobs"], "top_logprobs": 21},
        "top_logprobs",
    ),
    "tool of another kind": ({"tools": [WEATHER, {"type": "web_search"}]}, "tools[1].type"),
    "tool without a kind": ({"tools": [{}]}, "tools[0].type"),
    "two tools for pictures": ({"tools": [DRAW, DRAW]}, "tools[1].type"),
    "function without a name": ({"tools": [{"type": "function"}]}, "tools[0].name"),
    "function with a strange name": ({"tools": [DRAW, WEATHER | {"name": "a b"}]}, "tools[1].name"),
    "function that loads late": ({"tools": [WEATHER | {"defer_loading": True}]}, "tools[0]"),
    "mask": (tool(input_image_mask={"file_id": "ast_1"}), "tools[1].input_image_mask"),
    "drawing": (tool(svg={"model": "a"}), "tools[1].svg"),
    "format of drawings": (tool(output_format="svg"), "tools[1].output_format"),
    "strange size": (tool(size="big"), "tools[1].size"),
    "size out of range": (tool(size="9000x64"), "tools[1].size"),
    "too many sketches": (tool(partial_images=4), "tools[1].partial_images"),
    "unknown action": (tool(action="blur"), "tools[1].action"),
    "unknown choice": ({"tools": [WEATHER], "tool_choice": "some"}, "tool_choice"),
    "choice of another kind": ({"tools": [WEATHER], "tool_choice": {"type": "custom"}}, "tool_choice.type"),
    "choice of pictures without them": (
        {"tools": [WEATHER], "tool_choice": {"type": "image_generation"}},
        "tool_choice",
    ),
    "too deep to pass on": ({"acme": json.loads('{"a":' * 40 + "1" + "}" * 40)}, "body"),
    "stream of another type": ({"stream": "yes"}, "stream"),
}


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(("changed", "param"), WRONG.values(), ids=WRONG)
async def test_wrong_request_names_what_is_wrong(
    scripted_rest: httpx.AsyncClient, kept: Kept, changed: dict[str, Any], param: str, stream: bool
) -> None:
    """The same whether a stream was asked for or not: nothing has been sent yet."""
    body = {"model": MODEL, "input": "Hi", "stream": stream} | changed

    answer = await scripted_rest.post("responses", json=body)

    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, param), answer.text
    assert (error["type"], error["code"]) == ("invalid_request_error", "field_invalid")
    assert error["message"].startswith(f"{param}: ") and kept.calls == 0


async def test_what_needs_to_be_kept_must_be_kept(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    answer = await scripted_rest.post("responses", json={"input": "Hi", "background": True, "store": False})

    assert answer.status_code == 400 and "background needs store" in answer.json()["error"]["message"]
    assert kept.calls == 0


BODIES = {
    "no json": (b'{"model": "x", ', 400, "body"),
    "no object": (b"[]", 400, "body"),
    "no utf-8": (b'{"model": "\xff\xfe", "input": []}', 400, "body"),
    "too large": (b"{" + b" " * LIMIT_BYTES + b"}", 413, "body"),
}


@pytest.mark.parametrize(("body", "status", "param"), BODIES.values(), ids=BODIES)
async def test_wrong_body_is_refused(scripted_rest: httpx.AsyncClient, body: bytes, status: int, param: str) -> None:
    answer = await scripted_rest.post("responses", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (status, param)


async def test_input_is_listed_as_items(told: openai.AsyncOpenAI, kept: Kept, scripted_rest: httpx.AsyncClient) -> None:
    """The newest first, as the API has it, page by page, each with an id of its own that stays."""
    shown = [
        llm.Part(text="Look"),
        llm.Part(image=llm.ImagePart(source=assets.MediaReference(uri=PIXEL), detail="low")),
        llm.Part(image=llm.ImagePart(source=assets.MediaReference(asset="ast_1"))),
        llm.Part(file=llm.FilePart(source=assets.MediaReference(content=b"\x00"), filename="a.pdf")),
        llm.Part(file=llm.FilePart(source=assets.MediaReference(uri="https://example.com/a.pdf"))),
    ]
    kept.answer = response(
        input=[
            llm.Message(role="user", parts=shown),
            said("assistant", "Let me see.", reasoning="Hm", tool_calls=[tool_call(1)]),
            said("tool", "12°", tool_call_id="call_1"),
        ]
    )

    newest = [item async for item in await told.responses.input_items.list(ID, limit=2)]
    oldest = (await told.responses.input_items.list(ID, order="asc")).data
    page = (await scripted_rest.get(f"responses/{ID}/input_items?limit=2")).json()

    assert [item.type for item in oldest] == [
        "message",
        "reasoning",
        "message",
        "function_call",
        "function_call_output",
    ]
    assert newest == oldest[::-1] and len({item.id for item in oldest}) == 5
    assert set(page) == {"object", "data", "first_id", "last_id", "has_more"}
    assert (page["object"], page["has_more"]) == ("list", True)
    assert [page["first_id"], page["last_id"]] == [item["id"] for item in page["data"]]
    user, _, answer, asked, result = [item.to_dict() for item in oldest]
    assert user["content"] == [
        {"type": "input_text", "text": "Look"},
        {"type": "input_image", "detail": "low", "image_url": PIXEL, "file_id": None},
        {"type": "input_image", "detail": "auto", "image_url": None, "file_id": "ast_1"},
        {"type": "input_file", "file_data": base64.b64encode(b"\x00").decode(), "filename": "a.pdf"},
        {"type": "input_file", "file_url": "https://example.com/a.pdf"},
    ]
    assert answer["content"] == [{"type": "output_text", "text": "Let me see.", "annotations": [], "logprobs": []}]
    assert (asked["call_id"], asked["name"], asked["arguments"]) == ("call_1", "weather", "{}")
    assert (result["call_id"], result["output"], result["status"]) == ("call_1", "12°", "completed")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=many", "order=some", "after=msg_x"])
async def test_wrong_page_is_refused(scripted_rest: httpx.AsyncClient, kept: Kept, query: str) -> None:
    kept.answer = response(input=[said("user", "Hi")])

    answer = await scripted_rest.get(f"responses/{ID}/input_items?{query}")

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, query.partition("=")[0])
