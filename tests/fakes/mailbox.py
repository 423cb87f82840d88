"""What arrives by webhook."""

from __future__ import annotations

import json
import queue
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Letter:
    """One webhook; header names are in small letters."""

    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Mailbox:
    """Letters in the order of their arrival."""

    address: str = ""
    letters: queue.Queue[Letter] = field(default_factory=queue.Queue)

    def take(self) -> Letter:
        """The next letter, waited for."""
        return self.letters.get(timeout=10)
