"""What a response was asked with, listed as items; the service answers as told."""

from __future__ import annotations

import base64

import httpx
import openai
import pytest

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as llm
from tests.conformance.kept import ID, Kept, response
from tests.conformance.test_responses_input import PIXEL, said, tool_call


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
