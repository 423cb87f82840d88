"""The plain message of a chat, as the text engine takes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One turn of a chat."""

    role: str
    """system, user, assistant or tool."""
    text: str
