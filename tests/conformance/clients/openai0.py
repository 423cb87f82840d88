"""What programs for SDKs before 1.0 do: `python openai0.py <address> <model>` prints what it saw as JSON."""

import json
import sys

import openai

openai.api_base, model = sys.argv[1:]
openai.api_key = "not-needed"
messages = [{"role": "user", "content": "Hello!"}]

response = openai.ChatCompletion.create(model=model, messages=messages, seed=7)
stream = openai.ChatCompletion.create(model=model, messages=messages, seed=7, stream=True)
pieces, failed = [], ""
try:
    for chunk in stream:
        pieces.extend(choice.delta.get("content", "") for choice in chunk.choices)
except openai.error.OpenAIError as error:
    failed = type(error).__name__
try:
    openai.ChatCompletion.create(model="acme/none", messages=messages)
except openai.error.InvalidRequestError as error:
    unknown = [error.http_status, error.code, error.param]
seen = {
    "content": response.choices[0].message.content,
    "total": response["usage"]["total_tokens"],
    "pieces": pieces,
    "failed": failed,
    "unknown": unknown,
    "vectors": [
        len(one["embedding"]) for one in openai.Embedding.create(model="local/embed", input=["a", "b"])["data"]
    ],
    "flagged": openai.Moderation.create(input="A boat on the sea.")["results"][0]["flagged"],
}
print(json.dumps(seen))
