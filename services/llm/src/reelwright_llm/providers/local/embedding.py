"""Turns text into vectors by hashing words and letter groups: no model, yet similar sentences lie near each other."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from reelwright_kit import lexicon
from reelwright_llm.providers.local.languages import SMALL_WORDS

_SMALL = frozenset(word for small in SMALL_WORDS.values() for word in small.determiners | small.breaks | small.inside)


def embed(text: str, dimensions: int = 256) -> list[float]:
    """A unit vector of `dimensions` (at least 1) numbers; all zeros for a text without a single letter or digit.

    The features are words, three-letter groups and the concepts of the lexicon, which also bring languages together.
    """
    weights: Counter[str] = Counter()
    for feature, weight in _features(text[:20000]):
        weights[feature] += weight  # type: ignore[assignment]
    vector = [0.0] * dimensions
    for feature, weight in weights.items():
        digest = hashlib.blake2b(feature.encode(), digest_size=9).digest()
        index = int.from_bytes(digest[:8], "big") % dimensions
        # Saturation keeps a word said ten times from drowning the others.
        vector[index] += math.copysign(
            1.0 + math.log(max(weight, 1e-3)) if weight > 1 else weight, 1 if digest[8] & 1 else -1
        )
    length = math.sqrt(sum(x * x for x in vector))
    return [x / length for x in vector] if length else vector


def _features(text: str) -> Iterator[tuple[str, float]]:
    lower = unicodedata.normalize("NFKC", text).lower()
    for word in re.findall(r"\w+", lower):
        if word in _SMALL:
            yield f"s:{word}", 0.1
            continue
        plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        yield f"w:{plain}", 1.0
        padded = f"<{plain}>"
        for i in range(len(padded) - 2):
            yield f"g:{padded[i : i + 3]}", 0.35
    for mention in lexicon.find(lower):
        yield f"c:{mention.kind}:{mention.concept}", 1.2
