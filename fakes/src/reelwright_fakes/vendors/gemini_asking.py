"""What Gemini's requests ask for, in the fake's own words; keys may be spelt like `maxTokens` or `max_tokens`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelwright_fakes.problems import Problem
from reelwright_fakes.reading import Arguments
from reelwright_fakes.text.demand import Attachment, Choice, Demand, Tool
from reelwright_fakes.text.speaking import fits_window
from reelwright_fakes.vendors.openai_asking import known_model

WRONG = "INVALID_ARGUMENT"
LEVELS = frozenset({"minimal", "low", "medium", "high"})
KNOWN = frozenset({
    "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent",
    "model", "labels",
})  # fmt: skip
_HUMP = re.compile(r"_([a-z])")


@dataclass(frozen=True)
class ContentJob:
    """One understood request; `thinks` says whether its thoughts are shown."""

    demand: Demand
    thinks: bool


def content_job(model: str, fields: Mapping[str, Any]) -> ContentJob:
    """What a `generateContent` request asks for; raises Problem in Gemini's words."""
    known_model(model)
    spelt = camel(fields)
    contents = [camel(one) for one in _contents(spelt.get("contents"))]
    config = camel(Arguments(spelt, status=400, code=WRONG).mapping("generationConfig"))
    thinking = camel(Arguments(config, status=400, code=WRONG).mapping("thinkingConfig"))
    demand = _demand(model, spelt, contents, config, thinking)
    return ContentJob(fits_window(demand), bool(thinking.get("includeThoughts")))


def camel(fields: object) -> dict[str, Any]:
    """The fields with the names of one level spelt in camel case; nothing of what is no object."""
    if not isinstance(fields, Mapping):
        return {}
    return {_HUMP.sub(lambda found: found[1].upper(), name): value for name, value in fields.items()}


def text_of(content: object) -> str:
    """All text of a content."""
    return "\n".join(str(part["text"]) for part in _parts(content) if "text" in part)


def _demand(
    model: str,
    fields: Mapping[str, Any],
    contents: Sequence[dict[str, Any]],
    config: Mapping[str, Any],
    thinking: Mapping[str, Any],
) -> Demand:
    arguments = Arguments(config, status=400, code=WRONG)
    arguments.number("temperature", least=0, most=2)
    system = text_of(fields.get("systemInstruction"))
    asking = [one for one in contents if one.get("role", "user") == "user" and text_of(one)]
    choice, forced = _choice(camel(camel(fields.get("toolConfig") or {}).get("functionCallingConfig") or {}))
    return Demand(
        model=model,
        everything="\n".join([system, *map(text_of, contents)]).strip("\n"),
        system=system,
        asked=text_of(asking[-1]) if asking else "",
        tools=tuple(_tools(Arguments(fields, status=400, code=WRONG).mappings("tools"))),
        choice=choice,
        forced=forced,
        results=tuple(_results(contents[-1])),
        schema=_schema(config),
        stops=arguments.texts("stopSequences"),
        most_tokens=arguments.whole("maxOutputTokens", 1, least=1, most=1_000_000) if _given(config) else None,
        seed=config.get("seed"),
        effort=_effort(thinking),
        attachments=tuple(one for content in contents for one in _attached(content)),
        count=arguments.whole("candidateCount", 1, least=1, most=8),
        unknown={name: value for name, value in fields.items() if name not in KNOWN},
    )


def _given(config: Mapping[str, Any]) -> bool:
    return config.get("maxOutputTokens") is not None


def _contents(contents: object) -> list[dict[str, Any]]:
    listed = [contents] if isinstance(contents, dict) else contents
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise Problem(400, WRONG, "* GenerateContentRequest.contents: contents is not specified", at="contents")
    for one in listed:
        if one.get("role") not in {None, "user", "model", "function"}:
            raise Problem(400, WRONG, "Please use a valid role: user, model.", at="contents")
    return listed


def _parts(content: object) -> list[dict[str, Any]]:
    parts = content.get("parts") if isinstance(content, dict) else None
    listed = [parts] if isinstance(parts, dict) else parts if isinstance(parts, list) else []
    return [camel(part) for part in listed if isinstance(part, dict)]


def _tools(tools: Sequence[Mapping[str, Any]]) -> Iterator[Tool]:
    for tool in tools:
        for declared in Arguments(camel(tool), status=400, code=WRONG).mappings("functionDeclarations"):
            spelt = Arguments(camel(declared), status=400, code=WRONG)
            schema = spelt.mapping("parametersJsonSchema") or spelt.mapping("parameters")
            yield Tool(spelt.text("name"), _respelt(schema))


def _choice(config: Mapping[str, Any]) -> tuple[Choice, str | None]:
    mode = str(config.get("mode") or "AUTO").upper()
    named = config.get("allowedFunctionNames") or [None]
    if mode == "ANY":
        return "required", named[0]
    return ("none" if mode == "NONE" else "auto"), None


def _results(content: Mapping[str, Any]) -> Iterator[str]:
    for part in _parts(content):
        if "functionResponse" in part:
            yield str(part["functionResponse"].get("response"))


def _schema(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    described = config.get("responseJsonSchema") or config.get("responseSchema")
    if described is None:
        return {} if config.get("responseMimeType") == "application/json" else None
    schema: Mapping[str, Any] = _respelt(described)
    return schema


def _respelt(schema: Any) -> Any:
    """A schema with its own words in camel case, and the names of properties as they are."""
    if isinstance(schema, list):
        return [_respelt(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    named = {"properties", "$defs", "defs"}
    return {
        word: {name: _respelt(one) for name, one in value.items()} if word in named else _respelt(value)
        for word, value in camel(schema).items()
    }


def _effort(thinking: Mapping[str, Any]) -> str:
    level = str(thinking.get("thinkingLevel") or "").lower()
    if level in LEVELS:
        return level
    budget = thinking.get("thinkingBudget")
    return "" if budget == 0 or (budget is None and not thinking.get("includeThoughts")) else "low"


def _attached(content: Mapping[str, Any]) -> Iterator[Attachment]:
    for part in _parts(content):
        where = camel(part.get("inlineData") or part.get("fileData") or {})
        if not where:
            continue
        media_type = str(where.get("mimeType") or "")
        kind = {"image": "picture", "audio": "sound"}.get(media_type.partition("/")[0], "file")
        size = len(str(where.get("data", "")).rstrip("=")) * 3 // 4
        described = str(where.get("fileUri") or f"{media_type}, {size} bytes")
        yield Attachment("picture" if kind == "picture" else "sound" if kind == "sound" else "file", described)
