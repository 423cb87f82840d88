"""Embeddings: vectors of length 1 that are the same for the same text, and near for texts that share words."""

from __future__ import annotations

import base64
import hashlib
import math
import random
import re
import struct
from collections.abc import Sequence

MANY = 1536


def vector(text: str, size: int = MANY) -> list[float]:
    """The direction of a text: the sum of those of its words, in `size` numbers."""
    total = [0.0] * size
    for word in re.findall(r"\w+", text.lower()) or [text]:
        dice = random.Random(hashlib.sha256(word.encode()).digest())
        # Each word points along some axes only: quick, and still nearly at right angles to every other word.
        for _ in range(min(16, size)):
            total[dice.randrange(size)] += dice.uniform(-1, 1)
    length = math.sqrt(sum(number * number for number in total)) or 1.0
    return [number / length for number in total]


def as_base64(numbers: Sequence[float]) -> str:
    """Little-endian 32-bit floats, as OpenAI packs them."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
