"""Writes prose: a short story when one is asked for, else an honest word about what this engine can do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reelwright_llm.providers.local import languages, plot
from reelwright_llm.providers.local.briefing import Brief, read_brief
from reelwright_llm.providers.local.messages import Message
from reelwright_llm.providers.local.story import stable_seed, story_for, title_of
from reelwright_llm.providers.local.understanding import tidy

_STORY = (
    r"\b(stor(?:y|ies)|tale|film|movie|script|narrat\w+|fable|scene|poem|cuento|historia|película|guion"
    r"|poema|histoire|conte|scénario|poème|geschichte|märchen|erzähl\w*|drehbuch|gedicht|lullaby"
    r"|nana|berceuse|schlaflied)\b"
)
_ABOUT = r"\b(?:about|of|for|sobre|acerca de|de|sur|à propos d[eu']|über|von|mit)\s+(.{3,})"
_HONEST = {
    "en": (
        "I am Reelwright's offline text engine. I write by grammar and templates, and there is no language model "
        "behind me, so I cannot really answer this: “{quote}”.",
        "What I can do is plan a film from one sentence, tell it as a story, and fill in a JSON schema. For "
        "everything else, connect a model provider.",
    ),
    "es": (
        "Soy el motor de texto sin conexión de Reelwright. Escribo con gramática y plantillas, sin ningún modelo "
        "de lenguaje, así que no puedo responder de verdad a esto: «{quote}».",
        "Lo que sí puedo hacer es planear una película a partir de una frase, contarla y rellenar un esquema "
        "JSON. Para lo demás, conecta un proveedor de modelos.",
    ),
    "fr": (
        "Je suis le moteur de texte hors ligne de Reelwright. J'écris avec une grammaire et des modèles de "
        "phrases, sans modèle de langage : je ne peux donc pas vraiment répondre à « {quote} ».",
        "Je sais préparer un film à partir d'une phrase, le raconter et remplir un schéma JSON. Pour le reste, "
        "connectez un fournisseur de modèles.",
    ),
    "de": (
        "Ich bin die Offline-Textmaschine von Reelwright. Ich schreibe mit Grammatik und Vorlagen, ohne "
        "Sprachmodell, und kann das hier darum nicht wirklich beantworten: „{quote}“.",
        "Ich kann aus einem Satz einen Film planen, ihn erzählen und ein JSON-Schema ausfüllen. Für alles andere "
        "braucht es einen Modellanbieter.",
    ),
}


def reply(messages: Sequence[Message], seed: int, max_words: int) -> str:
    """Prose for the last user message, at most `max_words` (at least 1) words."""
    last = next((m.text for m in reversed(messages) if m.role == "user"), "")
    brief = read_brief([Message("user", last)])
    labelled = re.search(r"^[ \t]*Sentence[ \t]*:", last, re.MULTILINE) is not None
    if labelled or re.search(_STORY, last, re.IGNORECASE):
        text = _tale(brief if labelled else Brief(_topic(last)), seed, max_words)
    else:
        text = _honest(last, seed)
    return _limited(text, max(1, max_words))


def _topic(text: str) -> str:
    """What the story is to be about: the words after "about", else the whole message."""
    match = re.search(_STORY + r"(?:\s+in\s+\S+\s+\w+)?\s*" + _ABOUT, text, re.IGNORECASE | re.DOTALL)
    return match[match.lastindex or 0] if match else text


def _tale(brief: Brief, seed: int, max_words: int) -> str:
    story = story_for(brief, seed)
    count = max(1, min(12, max_words // 18))
    told = story.narrate(plot.moments(count))
    paragraphs = [" ".join(told[i : i + 3]) for i in range(0, len(told), 3)]
    return "\n\n".join([title_of(story), *paragraphs] if count > 2 else paragraphs)


def _honest(text: str, seed: int) -> str:
    language = languages.detect(tidy(text))
    opening, offer = _HONEST.get(language, _HONEST["en"])
    quote = tidy(text)[:80].rstrip() or "…"
    example = (
        _tale(Brief(text), stable_seed(seed, "example"), 20)
        if tidy(text) and len(text.split()) > 3 and "?" not in text
        else ""
    )
    return "\n\n".join(part for part in (opening.format(quote=quote), offer, example) if part)


def _limited(text: str, max_words: int) -> str:
    ends = [m.end() for m in re.finditer(r"\S+", text)]
    if len(ends) <= max_words:
        return text
    cut = text[: ends[max_words - 1]]
    sentence = max(cut.rfind(mark) for mark in ".!?")
    return cut[: sentence + 1] if sentence > len(cut) // 2 else cut
