"""Scenarios that a prompt carries itself: `[fake:drop]`, `[fake:429 times=2]`, `[fake:polls=5]`."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec

from reelwright_fakes.scenarios import Fault, FaultKind, Scenario

_DIRECTIVE = re.compile(r"\[fake:([^\]]*)\]")
# Spoken names of what a scenario says beside its faults.
_SETTINGS = {"polls": "after_polls", "after": "after_s"} | {
    name: name for name in ("webhook", "code", "message", "text", "chunks", "calls", "finish")
}


class UnknownDirective(ValueError):
    """A directive in a prompt that the fake does not know or cannot read."""


def scenario_in(prompt: str) -> Scenario | None:
    """The scenario that the directives of a prompt describe, or None; raises UnknownDirective."""
    spoken = _DIRECTIVE.findall(prompt)
    if not spoken:
        return None
    settings: dict[str, Any] = {}
    faults: list[Fault] = []
    for words in spoken:
        _read(words, settings, faults)
    return msgspec.convert(settings | {"faults": faults}, Scenario, strict=False, from_attributes=True)


def _read(words: str, settings: dict[str, Any], faults: list[Fault]) -> None:
    name, value, options = _parts(words)
    try:
        if name in {"fail", "never"}:
            settings["outcome"] = name
            settings |= {key: text for key, text in options.items() if key in {"code", "message"}}
        elif name in _SETTINGS:
            settings[_SETTINGS[name]] = value
            msgspec.convert(settings, Scenario, strict=False)
        else:
            faults.append(_fault(name, value, options))
    except msgspec.ValidationError as error:
        raise UnknownDirective(f"[fake:{words}]: {error}") from None


def _fault(name: str, value: str, options: dict[str, str]) -> Fault:
    read: dict[str, Any] = dict(options)
    if name.isdigit():
        read |= {"kind": "status", "status": name}
    elif name == "status":
        read |= {"kind": "status"} | ({"status": value} if value else {})
    elif name in get_args(FaultKind):
        read |= {"kind": name}
    else:
        known = ", ".join([*get_args(FaultKind), "fail", "never", *_SETTINGS, "400 to 599"])
        raise UnknownDirective(f"[fake:{name}] is not known; known are {known}")
    if read.get("times") == "always":
        read["times"] = None
    return msgspec.convert(read, Fault, strict=False)


def _parts(words: str) -> tuple[str, str, dict[str, str]]:
    first, *rest = words.split() or [""]
    name, _, value = first.partition("=")
    options = dict(pair.split("=", 1) for pair in rest if "=" in pair)
    return name.strip().lower(), value, options
