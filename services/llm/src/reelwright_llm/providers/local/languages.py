"""Finds out which language a sentence is written in, and holds the small words of the storytelling languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from reelwright_kit import lexicon


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


@dataclass(frozen=True)
class SmallWords:
    """The function words of one language, by their work in a sentence."""

    indefinite: frozenset[str]
    definite: frozenset[str]
    possessive: frozenset[str]
    numbers: Mapping[str, int]
    inside: frozenset[str]
    """Prepositions that stay within a noun phrase ("the king of birds")."""
    place: frozenset[str]
    linking: frozenset[str]
    """Prepositions through which a verb takes its object ("searches for", "argues with")."""
    other: frozenset[str]
    """Words that end a noun phrase without opening a place."""
    conjunction: frozenset[str]
    feminine: frozenset[str]
    masculine: frozenset[str]

    @property
    def determiners(self) -> frozenset[str]:
        return self.indefinite | self.definite | self.possessive | frozenset(self.numbers)

    @property
    def breaks(self) -> frozenset[str]:
        return self.place | self.linking | self.other | self.conjunction


SMALL_WORDS: Mapping[str, SmallWords] = {
    "en": SmallWords(
        word_set("a an some another"),
        word_set("the this that these those every each"),
        word_set("my your his her its our their"),
        {"two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "twelve": 12},
        word_set("of"),
        word_set(
            "in on at under underneath near beside behind across inside through over above below beneath along "
            "between among within by atop into onto around"
        ),
        word_set("for with about against to upon from after"),
        word_set(
            "who that which whose where when while because before until during without as if so but then like "
            "than off out up down away is are was were not never together alone again how why what"
        ),
        word_set("and & or"),
        word_set("she her hers herself"),
        word_set("he him his himself"),
    ),
    "es": SmallWords(
        word_set("un una unos unas otro otra"),
        word_set("el la los las este esta ese esa aquel aquella cada lo"),
        word_set("mi tu su mis tus sus nuestro nuestra"),
        {"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "siete": 7},
        word_set("de del"),
        word_set("en bajo sobre junto tras entre dentro cerca detrás encima"),
        word_set("con contra por para a al hacia"),
        word_set(
            "que quien cuando mientras porque antes hasta durante sin como si pero entonces se no nunca desde "
            "cómo qué le les me"
        ),
        word_set("y e o u"),
        word_set("ella"),
        word_set("él"),
    ),
    "fr": SmallWords(
        word_set("un une des"),
        word_set("le la les l' ce cet cette ces chaque"),
        word_set("mon ma mes ton ta tes son sa ses leur leurs notre nos"),
        {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7},
        word_set("de du d'"),
        word_set("dans sur sous près derrière entre chez parmi en"),
        word_set("avec contre pour à au aux par vers"),
        word_set("qui que qu' quand pendant parce avant jusque sans comme si mais puis se s' ne n' depuis comment où"),
        word_set("et ou"),
        word_set("elle"),
        word_set("il lui"),
    ),
    "de": SmallWords(
        word_set("ein eine einen einem einer eines"),
        word_set("der die das den dem des dieser diese dieses jede jeder"),
        word_set("mein meine meinen dein seine sein seinen seinem seiner ihr ihre ihren ihrem ihrer unser"),
        {"zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sieben": 7},
        word_set("aus von vom"),
        word_set("in im ins am an auf unter neben hinter zwischen bei beim vor durch"),
        word_set("mit gegen für über nach zu zum zur um"),
        word_set("dass wer wenn während weil bevor bis ohne wie aber dann sich nicht nie seit warum was ist sind"),
        word_set("und oder"),
        word_set("sie"),
        word_set("er ihm ihn"),
    ),
}
"""The languages that have narration of their own, with their function words."""

_RECOGNISED_ONLY: Mapping[str, frozenset[str]] = {
    "it": word_set(
        "il lo gli una uno di che è fa del dal suo sua alla nel nella della dello sul sulla con per non si delle "
        "dei degli un la le"
    ),
    "pt": word_set("o os um uma não do da dos das no na nos nas em com ao para seu sua à é que às pelo pela"),
    "nl": word_set("de het een van en is op met zijn haar niet voor naar bij ook wordt"),
    "sv": word_set("en ett och är på av som med för den det inte till sin hon han"),
    "pl": word_set("w na się jest nie do że po przez jego jej dla od oraz"),
}
_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("HANGUL", "ko"),
    ("CJK", "zh"),
    ("CYRILLIC", "ru"),
    ("ARABIC", "ar"),
    ("HEBREW", "he"),
    ("GREEK", "el"),
    ("DEVANAGARI", "hi"),
    ("THAI", "th"),
)
_ACCENTS: Mapping[str, str] = {
    "ñ": "es",
    "¿": "es",
    "¡": "es",
    "ß": "de",
    "ä": "de",
    "ü": "de",
    "ç": "fr",
    "œ": "fr",
    "ê": "fr",
    "è": "fr",
    "ã": "pt",
    "õ": "pt",
}


def detect(text: str) -> str:
    """The ISO 639-1 code of the language `text` seems to be written in; "en" when nothing tells."""
    sample = text[:2000].lower()
    script = _by_script(sample)
    if script:
        return script
    scores = dict.fromkeys([*SMALL_WORDS, *_RECOGNISED_ONLY], 0.0)
    scores["en"] += 0.1
    for word in re.findall(r"[^\W\d_]+'?", sample):
        for language in scores:
            scores[language] += 1.0 if word in _function_words(language) else 0.0
    for mention in lexicon.find(sample):
        if mention.language in scores:
            scores[mention.language] += 0.6
    for letter, language in _ACCENTS.items():
        scores[language] += 0.8 if letter in sample else 0.0
    return max(scores, key=lambda language: scores[language])


def _function_words(language: str) -> frozenset[str]:
    if language in _RECOGNISED_ONLY:
        return _RECOGNISED_ONLY[language]
    small = SMALL_WORDS[language]
    return small.determiners | small.breaks | small.inside


def _by_script(sample: str) -> str | None:
    counts: dict[str, int] = {}
    letters = [letter for letter in sample if letter.isalpha()]
    for letter in letters:
        name = unicodedata.name(letter, "")
        code = next((code for script, code in _SCRIPTS if name.startswith(script)), None)
        if code:
            counts[code] = counts.get(code, 0) + 1
    if not counts or sum(counts.values()) * 2 < len(letters):
        return None
    # Japanese is written with Chinese characters too, so any kana decides.
    return "ja" if counts.get("ja") else max(counts, key=lambda code: counts[code])
