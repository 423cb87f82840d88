"""Plans a film: the outline, the scenes and the shots, each as the story department asks for it."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from reelwright_kit import lexicon
from reelwright_llm.providers.local import glossary, narration, places, plot
from reelwright_llm.providers.local.briefing import Brief
from reelwright_llm.providers.local.cast import Character
from reelwright_llm.providers.local.story import Story, story_for, title_case, title_of

_SECONDS_PER_SHOT = 7.0
_MUSIC = {
    "tender": "solo piano and soft strings, slow and warm",
    "tense": "low pulsing strings, ticking percussion, brushed drums",
    "playful": "pizzicato strings, clarinet and a light marimba, bouncing",
    "melancholy": "slow cello and sparse piano, much space between the notes",
    "wondrous": "celesta, harp and rising strings, shimmering",
    "epic": "broad brass, deep drums and choir, building",
}
_GENRES = {
    "befriend": "fable",
    "build": "family adventure",
    "search": "adventure",
    "steal": "heist",
    "travel": "adventure",
    "argue": "comedy",
    "cook": "food film",
    "fall": "visual poem",
    "still": "visual poem",
    "wait": "drama",
    "dance": "musical",
    "fight": "fantasy",
    "discover": "mystery",
    "lose": "drama",
    "love": "romance",
    "teach": "drama",
    "fly": "fantasy",
    "lullaby": "lullaby",
    "learn": "family comedy",
    "rescue": "adventure",
    "general": "fable",
}
_WEATHER_MOTION = {
    "clear": "soft light shifts",
    "cloudy": "clouds drift",
    "rain": "rain falls",
    "storm": "lightning flickers and rain lashes",
    "snow": "snow falls",
    "fog": "mist drifts",
    "wind": "grass and cloth blow in the wind",
}
_INDOORS = frozenset({"room", "kitchen", "library", "laboratory", "stage", "cave"})
_INDOOR_MOTION = {
    "rain": "rain runs down the window",
    "storm": "lightning flickers through the window",
    "snow": "snow falls outside the window",
    "wind": "a curtain stirs",
}
_PLACE_MOTION = {
    "lighthouse": "waves roll, the beam turns",
    "sea": "waves roll",
    "underwater": "bubbles rise, light ripples",
    "forest": "leaves sway",
    "mountain": "mist moves along the slopes",
    "desert": "sand drifts",
    "city": "lights glimmer",
    "river": "water glides",
    "space": "stars drift slowly",
    "kitchen": "steam rises",
    "cave": "reflections tremble",
    "sky": "clouds pass below",
    "stage": "spotlights sway",
    "station": "steam drifts over the platform",
    "meadow": "grass sways",
    "snowfield": "powder snow blows",
    "castle": "banners move",
    "room": "curtains breathe",
    "village": "smoke rises from chimneys",
    "library": "dust floats in the light",
    "laboratory": "small lights blink",
}


@functools.cache
def _visuals() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(resources.files(__package__).joinpath("visuals.toml").read_text("utf-8"))


def outline(brief: Brief, seed: int) -> dict[str, Any]:
    """The outline of the film: title, cast, mood and one beat per scene."""
    story = story_for(brief, seed)
    beats = story.narrate(plot.moments(brief.scenes))
    return {
        "title": title_of(story),
        "logline": _logline(story),
        "language": story.language,
        "genre": _GENRES.get(story.family, "fable"),
        "mood": story.mood,
        "setting": _setting(story, brief.scenes),
        "style": story.style,
        "characters": [{"name": c.name, "role": c.role, "look": c.look} for c in story.cast.named],
        "beats": list(beats),
        "music": _MUSIC[story.mood],
    }


def _logline(story: Story) -> str:
    table = narration.lines(story.language)
    for name, slot in (
        (story.family, "logline"),
        (story.family, "whole"),
        ("general", "logline"),
        ("general", "whole"),
    ):
        for template in table.get(name, {}).get(slot, ()):
            text = narration.filled(template, story.slots, story.language)
            if text:
                return text
    return story.understanding.text or title_of(story)


def _setting(story: Story, count: int) -> str:
    first = plot.moments(count)[0]
    time = plot.time_of_day(story.family, story.understanding.concept("time"), first)
    return f"{story.views[0]}, {time}"


def scenes(brief: Brief, seed: int) -> dict[str, Any]:
    """The scenes of the film, exactly as many as the brief asks for."""
    story = story_for(brief, seed)
    arc = plot.moments(brief.scenes)
    beats = _beats(brief, story.narrate(arc))
    titles = _scene_titles(story, arc)
    pictures = visuals(story, arc)
    return {
        "scenes": [
            _scene(story, arc, i, title=titles[i], beat=beats[i], picture=pictures[i]) for i in range(brief.scenes)
        ]
    }


def _scene(story: Story, arc: Sequence[plot.Moment], i: int, *, title: str, beat: str, picture: str) -> dict[str, Any]:
    moment, about = arc[i], story.understanding
    return {
        "number": i + 1,
        "title": title,
        "summary": f"{picture}." if story.language == "en" else beat,
        "place": places.view_at(story.views, i, len(arc), story.seed),
        "time_of_day": plot.time_of_day(story.family, about.concept("time"), moment),
        "weather": plot.weather(story.family, about.concept("weather"), story.place, moment),
        "mood": plot.gentle(story.family, story.mood, moment),
        "characters": [c.name for c in _present(story, moment, beat, picture)],
        "objects": _objects(story, i),
    }


def _present(story: Story, moment: plot.Moment, beat: str, picture: str) -> tuple[Character, ...]:
    late = {
        "search": ("change", "ending"),
        "rescue": ("turn", "change", "ending"),
        "wait": ("ending",),
        "lose": ("setup", "ending"),
        "discover": ("desire", "turn", "crisis", "change", "ending"),
    }
    phases = late.get(story.family, ("turn", "crisis", "change", "ending") if not story.cast.twins else plot.PHASES)
    if story.family in ("argue", "love") or story.understanding.companion is not None:
        phases = plot.PHASES
    if re.search(r"\balone\b", picture):
        phases = ()
    shown = []
    for i, character in enumerate(story.cast.named):
        if i == 0 or moment.phase in phases or re.search(rf"\b{re.escape(character.name)}\b", f"{beat} {picture}"):
            shown.append(character)
    return tuple(shown)


def _objects(story: Story, index: int) -> list[str]:
    """One to three things to put into the picture: what the sentence names, and a prop of the story."""
    found = (
        [story.thing.split(" ", 1)[1]]
        if story.understanding.object is not None and story.thing.startswith(("the ", "her ", "his ", "my "))
        else []
    )
    about = story.understanding
    for mention in about.mentions:
        word = about.text[mention.start : mention.end].lower()
        entry = glossary.to_english(word, about.language)
        # The sentence's own word says more than the concept: a bus is not just any car.
        name = word if about.language == "en" else entry[0] if entry else mention.concept
        if mention.kind == "object" and not any(name in other or mention.concept in other for other in found):
            found.append(name)
    props = _visuals()["props"].get(story.family, ())
    prop = [props[index % len(props)]] if props and props[index % len(props)] else []
    return [name for name in dict.fromkeys([*found[:2], *prop]) if name not in {c.english for c in story.cast.named}][
        :3
    ]


def _scene_titles(story: Story, arc: Sequence[plot.Moment]) -> list[str]:
    table = narration.lines(story.language)["scene_titles"]
    random = story.random("scene titles")
    pools = {phase: random.sample(list(options), len(options)) for phase, options in table.items()}
    titles: list[str] = []
    for moment in arc:
        pool = pools[moment.phase]
        title = next(
            (
                t
                for t in (narration.filled(pool.pop(), story.slots, story.language) for _ in range(len(pool)))
                if t and t not in titles
            ),
            None,
        )
        if title and story.language == "en":
            title = title_case(title)
        titles.append(title or f"{titles[-1].split(' · ')[0]} · {len(titles) + 1}")
    return titles


def _beats(brief: Brief, own: Sequence[str]) -> list[str]:
    """The outline's beats where it has them, else our own."""
    given = (brief.outline or {}).get("beats")
    listed = [str(b) for b in given] if isinstance(given, list) else []
    return [listed[i] if i < len(listed) and len(listed[i].split()) > 3 else line for i, line in enumerate(own)]


def visuals(story: Story, arc: Sequence[plot.Moment]) -> list[str]:
    """What is seen at each moment, in English, without a full stop."""
    table = _visuals()
    lead, partner = story.cast.lead, story.cast.partner
    lead_words = lead.name or f"the {lead.english}"
    slots = {
        "A": lead_words,
        "B": (partner.name or f"the {partner.english}") if partner else lead_words,
        "O": story.thing,
    }
    quiet = "still" if story.family in ("still", "fall", "cook") else "who"
    seen: list[str] = []
    for i, moment in enumerate(arc):
        options = table["interlude"][quiet] if moment.slot == "interlude" else table[story.family].get(moment.slot, ())
        if not options:
            options = table["more"]["still" if quiet == "still" else moment.slot.removesuffix("_more")]
        text = options[i % len(options)]
        text = re.sub(r"\{(\w+)\}", lambda m: slots.get(m[1], ""), text)
        seen.append(text[:1].upper() + text[1:])
    return seen


def shots(brief: Brief, seed: int) -> dict[str, Any]:
    """The shots of the film, at least one per scene, more when there is time for them."""
    story = story_for(brief, seed)
    planned = brief.planned or tuple(scenes(brief, seed)["scenes"])
    count = _shot_count(brief, len(planned))
    arc = plot.moments(count)
    lines = story.narrate(arc)
    if count == len(planned):
        lines = tuple(narration.fitted(line, story.language) for line in _beats(brief, lines))
    pictures = visuals(story, arc)
    framings = plot.framings(arc)
    made = []
    for i in range(count):
        scene_at = i * len(planned) // count
        move = plot.camera_move(framings[i], i, i == count - 1)
        made.append(
            _shot(story, scene_at + 1, framings[i], move, scene=planned[scene_at], picture=pictures[i], line=lines[i])
        )
    return {"shots": made}


def _shot_count(brief: Brief, scene_count: int) -> int:
    if not brief.seconds:
        return scene_count
    return max(scene_count, min(2 * scene_count + 1, round(brief.seconds / _SECONDS_PER_SHOT)))


def _shot(
    story: Story, scene_at: int, framing: str, move: str, *, scene: Mapping[str, Any], picture: str, line: str
) -> dict[str, Any]:
    number = scene.get("number")
    return {
        "scene": number if isinstance(number, int) else scene_at,
        "framing": framing,
        "camera_move": move,
        "action": f"{picture}.",
        "image_prompt": _image_prompt(story, scene, framing, picture, line),
        "motion_prompt": _motion_prompt(scene, move),
        "narration": line,
    }


def _image_prompt(story: Story, scene: Mapping[str, Any], framing: str, picture: str, line: str) -> str:
    looks = {c.name: c.look for c in story.cast.named}
    listed = [str(name) for name in scene.get("characters") or () if str(name) in looks]
    mentioned = [name for name in looks if re.search(rf"\b{re.escape(name)}\b", f"{picture} {line}")]
    present = [name for name in looks if name in (*listed, *mentioned)]
    things = [str(thing) for thing in scene.get("objects") or ()]
    parts = [f"{framing.capitalize()} shot. {picture}.", f"Place: {scene.get('place') or story.views[0]}."]
    parts.append(f"Time: {scene.get('time_of_day') or 'day'}. Weather: {scene.get('weather') or 'clear'}.")
    if present:
        parts.append(f"Characters: {'; '.join(f'{name} - {looks[name]}' for name in present)}.")
    if things:
        parts.append(f"Objects: {', '.join(things)}.")
    parts.append(f"Mood: {scene.get('mood') or story.mood}. Style: {story.style}.")
    return " ".join(parts)


def _motion_prompt(scene: Mapping[str, Any], move: str) -> str:
    found = lexicon.find(str(scene.get("place") or "").lower(), "en")
    place = next((m.concept for m in found if m.kind == "place"), None)
    camera = "static camera" if move == "static" else f"slow {move}"
    weather = str(scene.get("weather"))
    inside = place in _INDOORS or re.search(r"\b(inside|room|stairs|window)\b", str(scene.get("place") or ""))
    parts = [camera, (_INDOOR_MOTION if inside else _WEATHER_MOTION).get(weather, "soft light shifts")]
    return "; ".join([*parts, *([_PLACE_MOTION[place]] if place in _PLACE_MOTION else [])])
