"""OpenAI's small text calls: embeddings, moderations and the list of models."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.reading import Arguments
from reelwright_fakes.stage import Endpoint, Stage
from reelwright_fakes.text.demand import Demand
from reelwright_fakes.text.speaking import fits_window, prompt_micro_usd
from reelwright_fakes.text.vectors import MANY, as_base64, vector
from reelwright_fakes.vendor import Wish
from reelwright_fakes.vendors.openai_asking import attachments, known_model

CREATED = 1_780_000_000
MODELS = (
    "gpt-6.1-sol", "gpt-5.5", "gpt-5.4-mini", "gpt-4.1", "gpt-4.1-mini", "text-embedding-3-small",
    "text-embedding-3-large", "omni-moderation-latest", "gpt-image-2",
)  # fmt: skip
CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
MOST_INPUTS = 2048
FLAGGED, CLEAR = 0.98, 0.001

Shown = Callable[[Submission], dict[str, Any]]


def embeddings(stage: Stage) -> Endpoint:
    """`/embeddings`."""
    return _plain(stage, "embed", _embedding_demand, _embedded)


def moderations(stage: Stage) -> Endpoint:
    """`/moderations`: a category is flagged when the text holds its words. Free of charge."""
    return _plain(stage, "moderate", _moderation_demand, _moderated, free=True)


def models(stage: Stage) -> Endpoint:
    """`/models`: those that the fake answers for; others are played too."""

    async def listed(request: Request, body: Body) -> Response:
        named = request.path_params.get("model")
        if named is None:
            return JSONResponse({"object": "list", "data": [_model(name) for name in MODELS]})
        return JSONResponse(_model(known_model(named)))

    return stage.serves(listed)


def _plain(
    stage: Stage,
    operation: str,
    demand: Callable[[Request, Mapping[str, Any]], Demand],
    shown: Shown,
    *,
    free: bool = False,
) -> Endpoint:
    def read(request: Request, body: Body) -> Wish:
        wanted = demand(request, body.fields)
        price = 0 if free else prompt_micro_usd(stage.vendor.name, wanted)
        provider_id = f"{operation}-{secrets.token_hex(12)}"
        return Wish(provider_id, wanted.prompt, wanted.model, price, arguments=body.fields, material=wanted)

    async def answer(request: Request, submission: Submission) -> Response:
        await stage.progress.settle(submission)
        response = JSONResponse(shown(submission) | {"x_fake": {"unknown": submission.material.unknown}})
        response.headers["x-request-id"] = f"req_{submission.id}"
        return response

    return stage.submits(operation, read, answer, attended=True)


def _embedding_demand(request: Request, fields: Mapping[str, Any]) -> Demand:
    arguments = Arguments(fields, status=400, code="invalid_value")
    arguments.choice("encoding_format", {"float", "base64"}, "float")
    arguments.whole("dimensions", MANY, least=1, most=4096)
    model = known_model(request.path_params.get("deployment") or arguments.text("model"))
    texts = "\n".join(_inputs(arguments, fields))
    known = {"input", "model", "encoding_format", "dimensions", "user"}
    unknown = {name: value for name, value in fields.items() if name not in known}
    return fits_window(Demand(model, texts, "", texts, unknown=unknown))


def _inputs(arguments: Arguments, fields: Mapping[str, Any]) -> list[str]:
    """The texts to embed; lists of token numbers are texts of numbers."""
    given = fields.get("input")
    listed = given if isinstance(given, list) else [given]
    if listed and all(isinstance(one, int) for one in listed):
        listed = [listed]
    if not listed or len(listed) > MOST_INPUTS or not all(isinstance(one, str | list) and one for one in listed):
        raise arguments.wrong("input", f"'input' must be a text or 1 to {MOST_INPUTS} texts, none of them empty.")
    return [" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in listed]


def _embedded(submission: Submission) -> dict[str, Any]:
    fields, demand = submission.arguments, submission.material
    size = int(fields.get("dimensions") or MANY)
    texts = _inputs(Arguments(fields, status=400, code=""), fields)
    vectors = [vector(text, size) for text in texts]
    packed = fields.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": as_base64(one) if packed else one}
        for index, one in enumerate(vectors)
    ]
    usage = {"prompt_tokens": demand.prompt_tokens, "total_tokens": demand.prompt_tokens, "x_fake_usage": "kept"}
    return {"object": "list", "data": data, "model": submission.model, "usage": usage}


def _moderation_demand(request: Request, fields: Mapping[str, Any]) -> Demand:
    arguments = Arguments(fields, status=400, code="invalid_value")
    model = known_model(arguments.text("model", "omni-moderation-latest"))
    texts = "\n".join(" ".join(_judged(one)) for one in _pieces(arguments, fields))
    unknown = {name: value for name, value in fields.items() if name not in {"input", "model"}}
    return fits_window(Demand(model, texts, "", texts, unknown=unknown))


def _pieces(arguments: Arguments, fields: Mapping[str, Any]) -> list[Any]:
    """What is judged: each text of a list for itself, all parts of a message together."""
    given = fields.get("input")
    if isinstance(given, str):
        return [[{"type": "text", "text": given}]]
    if not isinstance(given, list) or not given:
        raise arguments.wrong("input", "'input' must be a text, a list of texts or a list of parts.")
    if all(isinstance(one, str) for one in given):
        return [[{"type": "text", "text": one}] for one in given]
    if not all(isinstance(one, dict) for one in given):
        raise arguments.wrong("input", "'input' must be a text, a list of texts or a list of parts.")
    return [given]


def _judged(parts: list[dict[str, Any]]) -> list[str]:
    texts = [str(part["text"]) for part in parts if part.get("type") == "text"]
    return texts + [one.where for one in attachments(parts)]


def _moderated(submission: Submission) -> dict[str, Any]:
    arguments = Arguments(submission.arguments, status=400, code="")
    results = [_judgement(parts) for parts in _pieces(arguments, submission.arguments)]
    return {"id": submission.id, "model": submission.model, "results": results}


def _judgement(parts: list[dict[str, Any]]) -> dict[str, Any]:
    said = set(re.findall(r"\w+", " ".join(_judged(parts)).lower()))
    flags = {category: set(re.findall(r"\w+", category)) <= said for category in CATEGORIES}
    kinds = sorted({"text" if part.get("type") == "text" else "image" for part in parts})
    return {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": {category: FLAGGED if flag else CLEAR for category, flag in flags.items()},
        "category_applied_input_types": dict.fromkeys(CATEGORIES, kinds),
    }


def _model(name: str) -> dict[str, Any]:
    if not name:
        raise Problem(404, "model_not_found", at="model")
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "reelwright-fakes", "x_fake_model": "kept"}
