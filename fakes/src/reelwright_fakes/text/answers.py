"""Makes the answers to a demand: text, calls of tools, JSON that fits a schema, and how they end."""

from __future__ import annotations

import itertools
import json
import random
import re
from dataclasses import dataclass
from typing import Any, Literal

from reelwright_fakes.scenarios import Scenario
from reelwright_fakes.text import words
from reelwright_fakes.text.demand import Demand, Tool
from reelwright_fakes.text.schemas import instance
from reelwright_fakes.text.tokens import tokens_of

Ending = Literal["stop", "length", "tools", "content_filter"]
QUOTED = 200


@dataclass(frozen=True)
class Call:
    """One call of a tool; `arguments` is JSON."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Answer:
    """One answer. `tokens` joined are its text; `stopped_by` is the stop sequence that ended it, if one did."""

    tokens: tuple[str, ...]
    calls: tuple[Call, ...]
    ending: Ending
    thoughts: str = ""
    reasoning_tokens: int = 0
    stopped_by: str | None = None

    @property
    def text(self) -> str:
        """What it says; empty if it only calls tools."""
        return "".join(self.tokens)

    @property
    def completion_tokens(self) -> int:
        """The tokens made: thoughts, text, names and arguments."""
        called = sum(len(tokens_of(call.name)) + len(tokens_of(call.arguments)) for call in self.calls)
        return self.reasoning_tokens + len(self.tokens) + called


def answers_to(demand: Demand, scenario: Scenario) -> tuple[Answer, ...]:
    """As many answers as were asked for, all different."""
    return tuple(_answer(demand, scenario, index) for index in range(demand.count))


def _answer(demand: Demand, scenario: Scenario, index: int) -> Answer:
    dice = random.Random(demand.dice(index))
    most = demand.most_tokens
    reasoning = min(demand.reasoning_tokens, most) if most is not None else demand.reasoning_tokens
    thoughts = words.sentence(dice) if reasoning else ""
    calls = _calls(demand, scenario, index)
    if calls:
        return Answer((), calls, "tools", thoughts, reasoning)
    said, stopped_by = _stopped(_said(demand, scenario, dice, index), demand.stops)
    tokens, ending = _limited(tokens_of(said), scenario, None if most is None else most - reasoning)
    return Answer(tuple(tokens), (), ending, thoughts, reasoning, stopped_by if ending == "stop" else None)


def _said(demand: Demand, scenario: Scenario, dice: random.Random, index: int) -> str:
    if scenario.text is not None:
        return scenario.text
    if scenario.chunks is not None:
        return "".join(itertools.islice(words.endless(dice), scenario.chunks))
    if demand.schema is not None:
        made = instance(demand.schema, demand.dice(index)) if demand.schema else {"answer": words.sentence(dice)}
        return json.dumps(made, ensure_ascii=False)
    parts = [f"You said: {demand.wish[:QUOTED]}"] if demand.wish else []
    parts += [f"I see a {one.kind} ({one.where})." for one in demand.attachments]
    parts += [f"The tool said: {result[:QUOTED]}" for result in demand.results]
    parts += [words.sentence(dice) for _ in range(dice.randint(2, 4))]
    return " ".join(parts)


def _stopped(text: str, stops: tuple[str, ...]) -> tuple[str, str | None]:
    found = [(place, stop) for stop in stops if stop and (place := text.find(stop)) >= 0]
    if not found:
        return text, None
    place, stop = min(found)
    return text[:place], stop


def _limited(tokens: list[str], scenario: Scenario, most: int | None) -> tuple[list[str], Ending]:
    if scenario.finish is not None:
        return tokens[: len(tokens) // 2], scenario.finish
    if most is not None and len(tokens) > most:
        return tokens[: max(most, 0)], "length"
    return tokens, "stop"


def _calls(demand: Demand, scenario: Scenario, index: int) -> tuple[Call, ...]:
    wanted = _wanted(demand, scenario)
    return tuple(
        Call(
            f"call_{demand.dice(index)[:16]}{number}",
            tool.name,
            json.dumps(_arguments(tool, f"{demand.dice(index)}|{number}"), ensure_ascii=False),
        )
        for number, tool in enumerate(wanted)
    )


def _wanted(demand: Demand, scenario: Scenario) -> list[Tool]:
    """Which tools are called: those scripted, the forced one, those the user's words name, or one if any must be."""
    if not demand.tools or demand.choice == "none" or scenario.text is not None or scenario.chunks is not None:
        return []
    if scenario.calls is not None:
        return list(itertools.islice(itertools.cycle(demand.tools), scenario.calls))
    if demand.forced is not None:
        return [tool for tool in demand.tools if tool.name == demand.forced]
    if demand.results:
        return []
    named = [tool for tool in demand.tools if _names(demand.wish, tool.name)]
    if not named and demand.choice == "required":
        named = [demand.tools[0]]
    return named if demand.parallel else named[:1]


def _names(text: str, tool: str) -> bool:
    spoken = set(re.findall(r"\w+", text.lower()))
    return any(part in spoken for part in re.split(r"[_\W]+", tool.lower()) if len(part) > 3)


def _arguments(tool: Tool, seed: str) -> Any:
    return instance({"type": "object", **tool.parameters}, seed)
