"""What programs for SDKs before 1.0 do: `python openai0.py <address> <scenario>` prints what it saw as JSON."""

from __future__ import annotations

import json
import sys

import openai

openai.api_base, scenario = sys.argv[1:]
openai.api_key = "not-needed"
messages = [{"role": "user", "content": "Hello!"}]


def whole() -> dict[str, object]:
    response = openai.ChatCompletion.create(model="local/text", messages=messages, seed=7)
    stream = openai.ChatCompletion.create(model="local/text", messages=messages, seed=7, stream=True)
    vectors = openai.Embedding.create(model="local/embed", input=["a", "b"], encoding_format="float")
    return {
        "content": response.choices[0].message.content,
        "total": response["usage"]["total_tokens"],
        "pieces": [chunk.choices[0].delta.get("content", "") for chunk in stream],
        "vectors": [len(one["embedding"]) for one in vectors["data"]],
        "flagged": openai.Moderation.create(input="A boat on the sea.")["results"][0]["flagged"],
        "unknown": refused("acme/none"),
    }


def refused(model: str) -> list[object]:
    try:
        openai.ChatCompletion.create(model=model, messages=messages)
    except openai.error.InvalidRequestError as error:
        return [error.http_status, error.code, error.param]
    return []


def broken() -> dict[str, object]:
    stream = openai.ChatCompletion.create(model="acme/writer", messages=messages, stream=True)
    first = next(stream).choices[0].delta.content
    try:
        next(stream, None)
    except openai.error.OpenAIError as error:
        return {"first": first, "error": str(error)}
    return {"first": first, "error": ""}


print(json.dumps({"whole": whole, "broken": broken}[scenario]()))
