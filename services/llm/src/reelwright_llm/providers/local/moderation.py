"""Judges text by modest word patterns: coarse, deterministic, and no substitute for a moderation model."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_THRESHOLD = 0.5
# category -> (strong patterns, weak patterns): a strong one flags alone, weak ones only together.
_PATTERNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "harassment": (
        (
            r"(kill|hang|drown) yourself",
            r"you (deserve to|should) (die|suffer)",
            r"nobody would miss you",
            r"ojalá te mueras",
            r"crève",
            r"verreck\w*",
        ),
        (
            r"you(?:'re| are) (?:so |such )?(?:a |an )?(?:worthless|pathetic|disgusting|stupid|idiot)",
            r"idiot[as]?",
            r"moron",
            r"loser",
            r"imbécil",
            r"dummkopf",
        ),
    ),
    "hate": (
        (
            r"(?:exterminate|eradicate|gas|deport) (?:all )?(?:the )?(?:jews|muslims|christians|gays|immigrants|"
            r"blacks|whites|women)",
            r"(?:\w+) are (?:subhuman|vermin)",
            r"ethnic cleansing is (?:good|right)",
        ),
        (r"hate (?:all )?(?:jews|muslims|christians|gays|immigrants|women|men)", r"inferior race", r"raza inferior"),
    ),
    "violence": (
        (
            r"(?:i|we) (?:will|am going to|'ll|want to) (?:kill|murder|shoot|stab|behead) (?:you|him|her|them|"
            r"everyone|people)",
            r"how to (?:kill|poison|murder) (?:a |my |someone|somebody|people)",
            r"mass shooting at",
        ),
        (
            r"behead(?:ed|ing|s)?",
            r"gore",
            r"dismember(?:ed|ing)?",
            r"tortur(?:e|ed|ing|a|ar)",
            r"blood(?:bath|soaked)",
            r"massacre[ds]?",
        ),
    ),
    "self_harm": (
        (
            r"(?:i )?want to (?:die|kill myself|end my life)",
            r"how to (?:commit suicide|kill myself|cut myself)",
            r"suicide (?:methods|note for me)",
            r"quiero (?:morir|matarme|suicidarme)",
            r"je veux mourir",
            r"ich will (?:sterben|mich umbringen)",
        ),
        (r"suicid(?:e|al|io)", r"self[- ]harm", r"cutting myself"),
    ),
    "sexual": (
        (r"porn(?:o|ography|ographic)?", r"explicit sex(?:ual)? scene", r"hardcore sex", r"xxx video"),
        (r"nud(?:e|ity|es)", r"naked", r"erotic\w*", r"orgasm\w*", r"desnud[oa]s?", r"nackt"),
    ),
    "sexual_minors": (
        (
            r"(?:sexual|sexy|naked|nude|erotic|porn\w*)\W+(?:\w+\W+){0,4}(?:child|children|kid|kids|minor|minors|"
            r"teen|schoolgirl|underage|girl of 1[0-7])",
            r"(?:child|children|kid|minor|underage)\W+(?:\w+\W+){0,4}(?:sexual|naked|nude|erotic|porn\w*)",
        ),
        (),
    ),
    "illicit": (
        (
            r"how (?:to|do i) (?:make|build|synthesi[sz]e|cook) (?:a |an )?(?:pipe |dirty |nail )?(?:bomb|"
            r"explosives?|meth|methamphetamine|nerve gas|ricin|napalm|ghost gun)",
            r"buy (?:stolen credit cards|cocaine|heroin|an unregistered gun)",
        ),
        (r"cocaine|heroin|methamphetamine", r"phishing kit", r"ransomware for sale"),
    ),
}
_WEIGHTS = (0.9, 0.3)


@dataclass(frozen=True)
class Moderation:
    """What the word patterns found."""

    flagged: bool
    categories: Mapping[str, float]
    """Every category with a score from 0 to 1; half or more flags."""


@functools.cache
def _compiled() -> Mapping[str, tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]]:
    def build(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for pattern in patterns)

    return {category: (build(strong), build(weak)) for category, (strong, weak) in _PATTERNS.items()}


def moderate(text: str) -> Moderation:
    """Scores `text` in every category; the same text always scores the same."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).replace("’", "'").lower())
    scores = {category: _score(plain, patterns) for category, patterns in _compiled().items()}
    return Moderation(any(score >= _THRESHOLD for score in scores.values()), scores)


def _score(text: str, patterns: tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]) -> float:
    doubt = 1.0
    for weight, group in zip(_WEIGHTS, patterns, strict=True):
        for pattern in group:
            if pattern.search(text):
                doubt *= 1.0 - weight
    return round(1.0 - doubt, 4)
