"""The offline voices: which there are and which one a request means."""

from __future__ import annotations

from dataclasses import dataclass


class UnknownVoice(LookupError):
    """No offline voice has this id or speaks this language; `voice` is what was asked for."""

    def __init__(self, voice: str) -> None:
        super().__init__(f"no offline voice {voice!r}")
        self.voice = voice


@dataclass(frozen=True)
class Voice:
    """A voice as a caller sees it."""

    id: str
    """Stable and lower-case, for example `en-us-clara`."""
    name: str
    language: str
    """BCP 47."""
    gender: str
    """female, male or neutral."""


# language, eSpeak's name of it, then per voice: name, gender, eSpeak's variant. The first language with a
# primary tag answers for that tag alone ("en" is en-US), its first voice for the language.
_CAST: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "en-US",
        "en-us",
        (("Clara", "female", "f2"), ("Miles", "male", "m3"), ("Ivy", "female", "f4"), ("Grant", "male", "m7")),
    ),
    ("en-GB", "en", (("Edith", "female", "f2"), ("Arthur", "male", "m3"))),
    ("es", "es", (("Lucia", "female", "f2"), ("Mateo", "male", "m3"))),
    ("es-419", "es-419", (("Valentina", "female", "f2"), ("Diego", "male", "m3"))),
    ("fr", "fr", (("Elise", "female", "f2"), ("Hugo", "male", "m3"))),
    ("de", "de", (("Greta", "female", "f2"), ("Jonas", "male", "m3"))),
    ("it", "it", (("Chiara", "female", "f2"), ("Luca", "male", "m3"))),
    ("pt-BR", "pt-br", (("Luana", "female", "f2"), ("Caio", "male", "m3"))),
    ("pt-PT", "pt", (("Ines", "female", "f2"),)),
    ("ca", "ca", (("Laia", "female", "f2"),)),
    ("nl", "nl", (("Fenna", "female", "f2"),)),
    ("pl", "pl", (("Zofia", "female", "f2"),)),
    ("sv", "sv", (("Astrid", "female", "f2"),)),
    ("nb", "nb", (("Ingrid", "female", "f2"),)),
    ("da", "da", (("Freja", "female", "f2"),)),
    ("fi", "fi", (("Aino", "female", "f2"),)),
    ("tr", "tr", (("Elif", "female", "f2"),)),
    ("ru", "ru", (("Anya", "female", "f2"),)),
    ("uk", "uk", (("Oksana", "female", "f2"),)),
    ("cs", "cs", (("Tereza", "female", "f2"),)),
    ("sk", "sk", (("Zuzana", "female", "f2"),)),
    ("hu", "hu", (("Reka", "female", "f2"),)),
    ("ro", "ro", (("Ioana", "female", "f2"),)),
    ("el", "el", (("Eleni", "female", "f2"),)),
    ("hi", "hi", (("Asha", "female", "f2"),)),
    ("bn", "bn", (("Mitali", "female", "f2"),)),
    ("ta", "ta", (("Kavya", "female", "f2"),)),
    ("ar", "ar", (("Layla", "female", "f2"),)),
    ("id", "id", (("Dewi", "female", "f2"),)),
    ("vi", "vi", (("Linh", "female", "f2"),)),
    ("ko", "ko", (("Jiwoo", "female", "f2"),)),
    ("ja", "ja", (("Hana", "female", "f2"),)),
    ("zh", "cmn", (("Mei", "female", "f2"),)),
)

_SAME_LANGUAGE = {"no": "nb", "nn": "nb", "cmn": "zh", "in": "id"}
_LATIN_AMERICA = frozenset(
    {
        "ar",
        "bo",
        "cl",
        "co",
        "cr",
        "cu",
        "do",
        "ec",
        "gt",
        "hn",
        "mx",
        "ni",
        "pa",
        "pe",
        "pr",
        "py",
        "sv",
        "us",
        "uy",
        "ve",
    }
)


def _cast() -> dict[Voice, str]:
    return {
        Voice(f"{language}-{name}".lower(), name, language, gender): f"{espeak}+{variant}"
        for language, espeak, members in _CAST
        for name, gender, variant in members
    }


def voices() -> tuple[Voice, ...]:
    """Every offline voice, best of each language first."""
    return tuple(_cast())


def espeak_name(voice: Voice) -> str:
    """What eSpeak calls `voice`: language and variant."""
    return _cast()[voice]


def choose(voice: str, language: str) -> Voice:
    """The voice with the id `voice` or, when that is empty, the best one for the BCP 47 tag `language`.

    Raises UnknownVoice when there is none.
    """
    if voice:
        return _first(voice, [one for one in voices() if one.id == voice.lower()])
    wanted = _canonical(language)
    exact = [one for one in voices() if one.language.lower() == wanted]
    related = [one for one in voices() if _primary(one.language) == _primary(wanted)]
    return _first(language, exact or related)


def _first(asked: str, found: list[Voice]) -> Voice:
    if not found:
        raise UnknownVoice(asked)
    return found[0]


def _primary(language: str) -> str:
    return language.lower().split("-")[0]


def _canonical(language: str) -> str:
    primary, *rest = language.strip().replace("_", "-").split("-")
    if primary.lower() == "es" and _LATIN_AMERICA.intersection(part.lower() for part in rest):
        return "es-419"
    return "-".join([_SAME_LANGUAGE.get(primary.lower(), primary), *rest]).lower()
