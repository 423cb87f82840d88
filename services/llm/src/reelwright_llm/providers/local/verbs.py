"""Finds the verb of a sentence, the kind of story it makes, and its base form."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from importlib import resources

from reelwright_kit import lexicon
from reelwright_llm.providers.local import glossary
from reelwright_llm.providers.local.languages import SMALL_WORDS, SmallWords


@functools.cache
def _table() -> tuple[
    dict[str, list[tuple[str, re.Pattern[str]]]],
    dict[str, list[tuple[str, re.Pattern[str]]]],
    dict[str, re.Pattern[str]],
]:
    raw = tomllib.loads(resources.files(__package__).joinpath("verbs.toml").read_text("utf-8"))
    verbs: dict[str, list[tuple[str, re.Pattern[str]]]] = {language: [] for language in SMALL_WORDS}
    for family, by_language in raw["verb"].items():
        for language, pattern in by_language.items():
            verbs[language].append((family, re.compile(rf"(?:{pattern})(?!\w)")))
    nouns = {
        language: [(family, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")) for family, pattern in raw["noun"].items()]
        for language in SMALL_WORDS
    }
    return verbs, nouns, {language: re.compile(rf"(?:{pattern})(?!\w)") for language, pattern in raw["stop"].items()}


def find_verb(tokens: Sequence[str], language: str) -> tuple[int | None, int | None, str | None]:
    """Where the subject ends, where the telling verb stands, and its family."""
    small = SMALL_WORDS[language]
    verbs, _, stops = _table()
    start: int | None = None
    for i, token in enumerate(tokens):
        before = tokens[i - 1].lower() if i else ""
        if (
            before in small.determiners - {"its"}
            or before in small.inside
            or (language == "de" and token[:1].isupper() and i > 0)
        ):
            continue
        if stops[language].match(" ".join(tokens[i : i + 2]).lower()):
            start = i if start is None else start
            continue
        family = _verb_family(tokens, i, language, verbs)
        if family and (i > 0 or language != "en" or token.lower().endswith("ing")):
            return (i if start is None else start), i, family
    if start is not None:
        following = next(
            (
                i
                for i in range(start + 1, len(tokens))
                if tokens[i].lower() not in small.determiners | {"to", "de", "con"}
            ),
            None,
        )
        return start, following, None
    guess = _unknown_verb(tokens, language)
    return guess, guess, None


def _verb_family(
    tokens: Sequence[str], i: int, language: str, verbs: dict[str, list[tuple[str, re.Pattern[str]]]]
) -> str | None:
    ahead = " ".join(tokens[i : i + 4]).lower()
    best: tuple[int, str] | None = None
    for family, pattern in verbs[language]:
        match = pattern.match(ahead)
        if match and (best is None or match.end() > best[0]):
            best = (match.end(), family)
    return best[1] if best else None


def _unknown_verb(tokens: Sequence[str], language: str) -> int | None:
    """A likely verb outside the table: the last word before the next article or preposition, if it looks like one."""
    small = SMALL_WORDS[language]
    if not tokens or tokens[0].lower() in small.breaks:
        return None
    endings = {
        "en": r"\w{2,}[^s\W]s|\w{3,}ing|\w{3,}ed",
        "es": r"\w{2,}[aeó]n?|\w+ndo",
        "fr": r"\w{2,}(?:e|ent|it|t)",
        "de": r"[a-zäöü]{2,}t|[a-zäöü]{2,}en",
    }
    noun_seen = tokens[0].lower() not in small.determiners
    for i in range(1, len(tokens)):
        word = tokens[i].lower()
        if word in small.breaks | small.inside | small.determiners:
            if word in small.inside:
                return None
            continue
        follows = tokens[i + 1].lower() if i + 1 < len(tokens) else ""
        ends = not follows or follows in small.determiners | small.breaks
        looks = re.fullmatch(endings[language], word) and (language != "de" or tokens[i][:1].islower())
        noun_before = noun_seen and tokens[i - 1].lower() not in small.determiners | small.breaks
        paired = tokens[0].lower() in small.numbers or any(t.lower() in small.conjunction for t in tokens[:i])
        if (
            noun_before
            and (looks or (paired and follows in small.determiners))
            and ends
            and not is_noun(tokens[i], language)
            and (follows or word.endswith("ing"))
        ):
            return i
        noun_seen = noun_seen or word not in small.determiners
    return None


def is_noun(word: str, language: str) -> bool:
    """Whether `word` is known as a noun or a quality, and so is no verb here."""
    if language == "en":
        return any(m.end - m.start == len(word) for m in lexicon.find(word, "en"))
    return glossary.to_english(word, language) is not None or glossary.quality_to_english(word, language) is not None


def family_of(sentence: str, by_verb: str | None, language: str) -> str:
    """The family of the story: a word like "heist" decides before the verb does."""
    lower = sentence.lower()
    for family, pattern in _table()[1][language]:
        if pattern.search(lower):
            return family
    return by_verb or "general"


_IRREGULAR_LEMMAS = {
    "goes": "go",
    "does": "do",
    "has": "have",
    "is": "be",
    "flies": "fly",
    "tries": "try",
    "dies": "die",
    "lies": "lie",
    "found": "find",
    "built": "build",
    "made": "make",
    "running": "run",
    "swimming": "swim",
    "arguing": "argue",
    "making": "make",
    "making,": "make",
    "taking": "take",
    "writing": "write",
    "dancing": "dance",
    "riding": "ride",
    "sitting": "sit",
}


def lemma(verb: str) -> str:
    """The English base form, by rule: "outwits" -> "outwit"."""
    word = verb.lower()
    if word in _IRREGULAR_LEMMAS:
        return _IRREGULAR_LEMMAS[word]
    for ending, base in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("zzes", "zz")):
        if word.endswith(ending):
            return word.removesuffix(ending) + base
    if word.endswith("ing") and len(word) > 5:
        stem = word.removesuffix("ing")
        doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz"
        return (
            stem[:-1] if doubled else stem + ("e" if re.search(r"[aeiou][cgsvz]$|[^aeiou][aiou][tkdrn]$", stem) else "")
        )
    return word.removesuffix("s") if word.endswith("s") and not word.endswith("ss") else word


def verb_phrase_of(tokens: Sequence[str], verb_at: int | None, start: int | None) -> str | None:
    """English infinitive with what follows it, at most eight words; None without a verb."""
    if verb_at is None or start is None or verb_at >= len(tokens):
        return None
    words = list(tokens[verb_at:])
    # "learns to fly": the wish is what comes after "to".
    if len(words) > 2 and words[1].lower() == "to" and words[0].lower().startswith(("learn", "practi")):
        words = words[2:]
    words[0] = lemma(words[0])
    cut = next(
        (
            i
            for i, w in enumerate(words)
            if i and (w in ",;:" or w.lower() in {"who", "that", "because", "while", "when", "until", "but"})
        ),
        len(words),
    )
    words = words[: min(cut, 8)]
    small: SmallWords = SMALL_WORDS["en"]
    while len(words) > 1 and words[-1].lower() in small.breaks | small.determiners | small.inside:
        words.pop()
    return " ".join(words)
