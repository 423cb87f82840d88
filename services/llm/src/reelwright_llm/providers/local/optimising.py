"""Enriches prompts for pictures and films: keeps subject and language, adds the light, lens and mood that suit."""

from __future__ import annotations

from collections.abc import Mapping

from reelwright_kit import lexicon
from reelwright_llm.providers.local import languages

MODES = ("general", "photographic", "cinematic", "product")
# language -> mode -> what is added; the first entry is chosen when nothing else is known.
_ADDITIONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "general": "clear main subject, balanced composition, rich but natural detail, harmonious colours",
        "photographic": "photograph, 50 mm lens, shallow depth of field, natural skin and surface texture, fine grain",
        "cinematic": "cinematic still, wide 2.39:1 framing, anamorphic lens, layered foreground and background, "
        "subtle film grain",
        "product": "product photograph, seamless backdrop, softbox lighting from the left, crisp edges, gentle "
        "reflection, nothing else in frame",
    },
    "es": {
        "general": "sujeto principal claro, composición equilibrada, detalle rico y natural, colores armoniosos",
        "photographic": "fotografía, objetivo de 50 mm, poca profundidad de campo, texturas naturales, grano fino",
        "cinematic": "fotograma de cine, encuadre panorámico 2.39:1, objetivo anamórfico, primer plano y fondo "
        "en capas, grano de película sutil",
        "product": "fotografía de producto, fondo continuo, luz suave desde la izquierda, bordes nítidos, "
        "reflejo delicado, nada más en el encuadre",
    },
    "fr": {
        "general": "sujet principal net, composition équilibrée, détails riches et naturels, couleurs harmonieuses",
        "photographic": "photographie, objectif 50 mm, faible profondeur de champ, textures naturelles, grain fin",
        "cinematic": "image de cinéma, cadre large 2.39:1, objectif anamorphique, premier plan et arrière-plan "
        "étagés, léger grain de pellicule",
        "product": "photographie de produit, fond uni, lumière douce venant de la gauche, contours nets, reflet "
        "discret, rien d'autre dans le cadre",
    },
    "de": {
        "general": "klares Hauptmotiv, ausgewogene Komposition, reiche und natürliche Details, harmonische Farben",
        "photographic": "Fotografie, 50-mm-Objektiv, geringe Schärfentiefe, natürliche Oberflächen, feines Korn",
        "cinematic": "Filmbild, breites Format 2.39:1, anamorphotisches Objektiv, gestaffelter Vorder- und "
        "Hintergrund, leichtes Filmkorn",
        "product": "Produktfotografie, nahtloser Hintergrund, weiches Licht von links, scharfe Kanten, zarte "
        "Spiegelung, sonst nichts im Bild",
    },
}
_LIGHT: Mapping[str, Mapping[str, str]] = {
    "en": {
        "dawn": "cool first light of dawn",
        "morning": "fresh morning light",
        "day": "clear daylight",
        "dusk": "low golden evening light",
        "night": "moonlight and small warm lamps",
        "": "soft directional light",
    },
    "es": {
        "dawn": "primera luz fría del alba",
        "morning": "luz fresca de la mañana",
        "day": "luz clara de día",
        "dusk": "luz dorada y baja de la tarde",
        "night": "luz de luna y pequeñas lámparas cálidas",
        "": "luz suave y direccional",
    },
    "fr": {
        "dawn": "première lueur froide de l'aube",
        "morning": "lumière fraîche du matin",
        "day": "lumière claire du jour",
        "dusk": "lumière dorée et basse du soir",
        "night": "clair de lune et petites lampes chaudes",
        "": "lumière douce et directionnelle",
    },
    "de": {
        "dawn": "kühles erstes Morgenlicht",
        "morning": "frisches Vormittagslicht",
        "day": "klares Tageslicht",
        "dusk": "tiefes goldenes Abendlicht",
        "night": "Mondlicht und kleine warme Lampen",
        "": "weiches, gerichtetes Licht",
    },
}
_MOODS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "tender": "tender mood",
        "tense": "tense mood",
        "playful": "playful mood",
        "melancholy": "quiet, melancholy mood",
        "wondrous": "sense of wonder",
        "epic": "epic scale",
    },
    "es": {
        "tender": "atmósfera tierna",
        "tense": "atmósfera tensa",
        "playful": "atmósfera alegre",
        "melancholy": "atmósfera serena y melancólica",
        "wondrous": "sensación de asombro",
        "epic": "escala épica",
    },
    "fr": {
        "tender": "atmosphère tendre",
        "tense": "atmosphère tendue",
        "playful": "atmosphère joyeuse",
        "melancholy": "atmosphère calme et mélancolique",
        "wondrous": "sentiment d'émerveillement",
        "epic": "échelle épique",
    },
    "de": {
        "tender": "zarte Stimmung",
        "tense": "angespannte Stimmung",
        "playful": "heitere Stimmung",
        "melancholy": "stille, wehmütige Stimmung",
        "wondrous": "ein Gefühl von Wunder",
        "epic": "große, epische Weite",
    },
}


def optimise_prompt(prompt: str, mode: str) -> str:
    """`prompt`, word for word, followed by what a picture of it needs, in the prompt's language.

    `mode` is one of `MODES`; an unknown one counts as general. An empty prompt stays empty, and what is already said
    is not said again.
    """
    subject = prompt.strip().rstrip(" .,;")
    if not subject:
        return ""
    detected = languages.detect(subject)
    language = detected if detected in _ADDITIONS else "en"
    additions = _ADDITIONS[language].get(mode) or _ADDITIONS[language]["general"]
    found = lexicon.find(subject, language)
    parts = [subject, *additions.split(", "), *_atmosphere(found, language, mode)]
    said = subject.lower()
    return ", ".join([parts[0], *(part for part in dict.fromkeys(parts[1:]) if part.lower() not in said)])


def _atmosphere(found: tuple[lexicon.Mention, ...], language: str, mode: str) -> list[str]:
    if mode == "product":
        return []
    time = next((m.concept for m in found if m.kind == "time"), "")
    mood = next((m.concept for m in found if m.kind == "mood"), None)
    return [_LIGHT[language][time], *([_MOODS[language][mood]] if mood else [])]
