"""The shape of a story over any number of moments: phases, time of day, weather, mood and camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PHASES = ("setup", "desire", "turn", "crisis", "change", "ending")
TIMES = ("dawn", "morning", "day", "dusk", "night")


@dataclass(frozen=True)
class Moment:
    """One step of the story; a film of N scenes has N or more of them."""

    phase: str
    slot: str
    """The template list it is told from: the phase, its `_more` twin, `whole` or `interlude`."""
    position: float
    """0 at the beginning of the film, 1 at its end."""


_SHORT = {
    1: ("whole",),
    2: ("setup", "ending"),
    3: ("setup", "turn", "ending"),
    4: ("setup", "desire", "crisis", "ending"),
    5: ("setup", "desire", "turn", "crisis", "ending"),
    6: PHASES,
}
_MORE_ORDER = ("turn", "desire", "crisis", "setup", "change", "ending")


def moments(count: int) -> tuple[Moment, ...]:
    """The arc of a story in `count` (at least 1) moments."""
    slots = _SHORT.get(count) or _long_arc(count)
    last = max(1, len(slots) - 1)
    phases = _phases(slots)
    return tuple(Moment(phase, slot, i / last) for i, (slot, phase) in enumerate(zip(slots, phases, strict=True)))


def _long_arc(count: int) -> tuple[str, ...]:
    extended = set(_MORE_ORDER[: count - 6])
    interludes = max(0, count - 12)
    slots: list[str] = []
    for i, phase in enumerate(PHASES):
        more = [f"{phase}_more"] if phase in extended else []
        slots += [*more, phase] if phase == "ending" else [phase, *more]
        # Interludes go between the phases, so that the film still opens and closes with its own story.
        if i < 5:
            slots += ["interlude"] * (interludes // 5 + (1 if i < interludes % 5 else 0))
    return tuple(slots)


def _phases(slots: tuple[str, ...]) -> tuple[str, ...]:
    phases: list[str] = []
    for slot in slots:
        name = slot.removesuffix("_more")
        phases.append(name if name in PHASES else (phases[-1] if phases else "turn"))
    return tuple(phases)


_DAYS = {
    "dawn": ("dawn", "dawn", "morning", "day", "day", "dusk"),
    "morning": ("morning", "morning", "day", "dusk", "night", "morning"),
    "day": ("day", "day", "day", "dusk", "dusk", "day"),
    "dusk": ("dusk", "dusk", "night", "night", "dawn", "morning"),
    "night": ("night", "night", "night", "night", "night", "dawn"),
}
_FAMILY_DAYS = {
    "befriend": "dusk",
    "lullaby": "night",
    "steal": "night",
    "cook": "morning",
    "build": "morning",
    "search": "dusk",
    "argue": "morning",
    "still": "dawn",
    "fall": "dawn",
}


def time_of_day(family: str, mentioned: str | None, moment: Moment) -> str:
    """dawn, morning, day, dusk or night, moving forward through the film."""
    if family == "cook" and mentioned is None:
        return ("morning", "morning", "day", "day", "dusk", "dusk")[PHASES.index(moment.phase)]
    if family == "steal" and mentioned in (None, "night"):
        return ("day", "dusk", "night", "night", "night", "dawn")[PHASES.index(moment.phase)]
    if family == "lullaby":
        return ("dusk", "night", "night", "night", "night", "night")[PHASES.index(moment.phase)]
    if family == "still" and mentioned is None:
        return ("dawn", "morning", "day", "dusk", "night", "dawn")[PHASES.index(moment.phase)]
    days = _DAYS[mentioned or _FAMILY_DAYS.get(family, "morning")]
    return days[PHASES.index(moment.phase)]


_SKIES = {
    "storm": ("cloudy", "wind", "storm", "storm", "rain", "clear"),
    "rain": ("rain", "rain", "rain", "storm", "rain", "clear"),
    "snow": ("snow", "snow", "snow", "snow", "snow", "clear"),
    "fog": ("fog", "fog", "fog", "fog", "cloudy", "clear"),
    "wind": ("clear", "wind", "wind", "wind", "wind", "clear"),
    "cloudy": ("cloudy", "cloudy", "cloudy", "rain", "cloudy", "clear"),
    "clear": ("clear",) * 6,
}
_TROUBLED = ("clear", "clear", "cloudy", "rain", "cloudy", "clear")
_TROUBLED_FAMILIES = frozenset(
    {"befriend", "build", "travel", "fly", "lose", "love", "learn", "rescue", "general", "fight"}
)
_ALWAYS_CLEAR = frozenset({"space", "underwater", "cave", "kitchen"})


def weather(family: str, mentioned: str | None, place: str | None, moment: Moment) -> str:
    """clear, cloudy, rain, storm, snow, fog or wind: trouble gathers towards the crisis and clears at the end."""
    i = PHASES.index(moment.phase)
    if mentioned:
        return mentioned if family == "still" else _SKIES[mentioned][i]
    if place in _ALWAYS_CLEAR:
        return "clear"
    return _weather_of(family, place)[i]


def _weather_of(family: str, place: str | None) -> tuple[str, ...]:
    """The weather of each phase when the sentence names none."""
    if place == "desert":
        return "clear", "clear", "wind", "wind", "clear", "clear"
    if place == "snowfield":
        return _SKIES["snow"]
    if family in ("still", "wait"):
        return "clear", "clear", "cloudy", "rain", "cloudy", "clear"
    return _TROUBLED if family in _TROUBLED_FAMILIES else _SKIES["clear"]


_FAMILY_MOODS = {
    "befriend": "tender",
    "steal": "tense",
    "argue": "playful",
    "cook": "playful",
    "fall": "melancholy",
    "still": "wondrous",
    "wait": "melancholy",
    "dance": "playful",
    "fight": "epic",
    "discover": "wondrous",
    "lose": "melancholy",
    "love": "tender",
    "teach": "tender",
    "fly": "wondrous",
    "lullaby": "tender",
    "learn": "playful",
    "rescue": "tense",
    "build": "wondrous",
    "travel": "wondrous",
    "search": "wondrous",
}


def film_mood(family: str, mentioned: str | None) -> str:
    """The mood of the whole film; what kind of story it is counts more than single words."""
    return _FAMILY_MOODS.get(family) or mentioned or "wondrous"


def moment_mood(mood: str, moment: Moment) -> str:
    """The mood of one moment."""
    if moment.phase == "crisis":
        return {
            "tense": "tense",
            "epic": "tense",
            "playful": "melancholy",
            "tender": "melancholy",
            "wondrous": "tense",
            "melancholy": "melancholy",
        }[mood]
    if moment.phase == "ending" and mood in ("tense", "melancholy"):
        return "tender"
    return mood


_GENTLE = frozenset({"lullaby", "cook", "still", "fall"})


def gentle(family: str, mood: str, moment: Moment) -> str:
    """As `moment_mood`, but a lullaby stays tender even when a floorboard creaks."""
    return mood if family in _GENTLE and moment.phase == "crisis" else moment_mood(mood, moment)


_FRAMINGS = {
    "setup": ("wide", "medium", "aerial"),
    "desire": ("medium", "low-angle", "close-up"),
    "turn": ("aerial", "low-angle", "wide", "medium"),
    "crisis": ("close-up", "low-angle", "wide"),
    "change": ("medium", "low-angle", "close-up", "aerial"),
    "ending": ("wide", "aerial", "medium"),
}
_MOVES = {
    "wide": ("push in", "pan right", "pan left"),
    "medium": ("drift", "push in", "pan left"),
    "close-up": ("push in", "static", "drift"),
    "aerial": ("drift", "pull out", "tilt down"),
    "low-angle": ("tilt up", "push in", "drift"),
}


def framings(arc: Sequence[Moment]) -> tuple[str, ...]:
    """wide, medium, close-up, aerial or low-angle for each moment.

    The film opens and closes wide, no two neighbours are framed alike, at most one shot in three is a close-up, and
    what was used least comes next.
    """
    last = len(arc) - 1
    chosen: list[str] = []
    for i, moment in enumerate(arc):
        if i in (0, last) and (not chosen or chosen[-1] != "wide"):
            chosen.append("wide")
            continue
        taken = {chosen[-1]} | ({"wide"} if i == last - 1 else set())
        if 3 * (chosen.count("close-up") + 1) > max(len(arc), 3):
            taken.add("close-up")
        options = [f for f in (*_FRAMINGS[moment.phase], *_MOVES) if f not in taken]
        chosen.append(min(options, key=chosen.count))
    return tuple(chosen)


def camera_move(shot_framing: str, index: int, last: bool) -> str:
    """A move that suits the framing; the last shot pulls out."""
    return "pull out" if last else _MOVES[shot_framing][index % 3]
