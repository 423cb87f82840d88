"""The adapters' calls to the llm service share streams."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.conformance.scripted import MODEL, Script, chunk, last, said

BODY = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}


async def test_calls_are_carried(script: Script, scripted_rest: Any) -> None:
    """The first ones open the stream; streamed answers come on it like whole ones."""
    script.answer, script.steps = said(), [[chunk(content="one")], [chunk(finish_reason="stop"), last()]]
    async with asyncio.timeout(30):
        while not script.carried:
            assert (await scripted_rest.post("chat/completions", json=BODY)).status_code == 200
    script.carried = False

    answer = await scripted_rest.post("chat/completions", json=BODY | {"stream": True})

    assert script.carried and answer.text.endswith("data: [DONE]\n\n")
