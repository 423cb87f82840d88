"""Reads a motion prompt: which way the camera moves and what lives in the air."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reelwright_kit import lexicon

SOFTLY = r"(slowly\s+|gently\s+)?"
ACROSS = r"\b(pan|track|truck|slid|dolly|sweep|glid|schwenk)"

MOVES = {
    "push": rf"(push|zoom|dolly|mov|track|ease|glid)\w*\s+{SOFTLY}(in|closer|forwards?|toward\w*)\b|push-in"
    r"|approach\w*|acerc\w*|avan[zc]\w*|rapproch\w*|näher\w*|heran\w*",
    "pull": rf"(pull|zoom|dolly|mov|back)\w*\s+{SOFTLY}(out|back|away|backward\w*)\b|pull-(out|back)|widens?\b"
    r"|retreat\w*|alej\w*|recul\w*|éloign\w*|zurück\w*|entfern\w*",
    "left": rf"{ACROSS}\w*[^;,.]{{0,24}}?\b(left\w*|izquierda|gauche|links)\b",
    "right": rf"{ACROSS}\w*[^;,.]{{0,24}}?\b(right\w*|derecha|droite|rechts)\b",
    "up": rf"(tilt|pedestal|look)\w*\s+{SOFTLY}up\w*",
    "down": rf"(tilt|pedestal|look)\w*\s+{SOFTLY}down\w*|crane\s+{SOFTLY}down|camera\s+(descend|sink|lower)\w*",
    "rise": rf"\bcran(e|es|ing)\b(?!\s+{SOFTLY}down)|camera\s+(ris|lift|soar|ascend)\w*|ris\w+\s+(over|above)|boom\s+up"
    r"|^\W*((slow|gentle|slowly|gently)\s+)?ris(e|es|ing)\b|ascend\w*",
    "orbit": r"orbit\w*|\barc(s|ing)?\b|circl\w*|parallax",
    "static": r"static|locked|tripod|(still|fixed)\s+(camera|shot|frame)|no\s+(camera\s+)?(move|motion)\w*"
    r"|\bholds?\s+(still|steady)",
}
GENTLE_DRIFT = r"(camera|slow|slowly|gentle|gently|lateral)\s+\w*\s?(drift|float|sway)\w*|hand-?held|^\W*drift\w*"

WEATHERS = {"rain": ("rain",), "storm": ("rain", "lightning"), "snow": ("snow",), "fog": ("fog",)}

LIVING = {
    "rain": r"raindrops?|rainfall|rains\b|pouring",
    "lightning": r"lightning|thunder\w*|relámpagos?|éclairs?|blitze?\b",
    "snow": r"snow\w*|flakes?\b|flurr\w*|nevada|flocons?",
    "fog": r"fogs?\b|mists?\b|haze\b|steam|smok\w*|vapou?r",
    "fireflies": r"firefl\w*|glow-?worms?|luciérnagas?|lucioles?|glühwürmchen",
    "dust": r"dust\b|motes?\b|pollen|spores|polvo|poussière|staub\b",
    "sparkles": r"sparkl\w*|glitter\w*|magic\w*|fairy|destellos|étincel\w*|funkel\w*",
    "stars": r"stars?\b|starry|starlight|twinkl\w*|estrell\w*|étoil\w*|sterne?\b|galax\w*|nebula",
    "clouds": r"clouds?\b|nubes?\b|nuages?\b|wolken?\b",
    "water": r"waves?\b|waters?\b|seas?\b|ocean|lake\b|rivers?\b|ripples?|tide\b|surf\b|harbou?r|olas\b|mar\b|agua\b"
    r"|vagues?\b|mer\b|eau\b|wellen?\b|meer\b|wasser\b",
    "flicker": r"fires?\b|flames?\b|candles?\b|candlelight|lanterns?\b|torch\w*|hearth|lamps?\b|lamplight|flicker\w*"
    r"|fuego|velas?\b|farol\b|faroles|bougies?|lanternes?|feu\b|kerzen?\b|laternen?\b|feuer\b",
    "embers": r"embers?\b|sparks\b|bonfire|campfire|forge\b|brasas|braises|glut\b|funken\b",
    "confetti": r"confetti|celebrat\w*|streamers",
    "petals": r"petals?\b|blossoms?|pétal\w*|blüten\w*",
    "leaves": r"(falling|autumn|swirling|drifting|blowing)\s+(\w+\s+)?leaves"
    r"|leaves\s+(fall|drift|swirl|blow|flutter|tumbl|danc)\w*|hojas\b|feuilles\b|blätter\b",
}

DENIAL = re.compile(r"\b(no|not|without|never|sin|sans|ohne|kein|keine|nicht)\s+(\w+\s+)?$")


@dataclass(frozen=True)
class Direction:
    """What a motion prompt asks for."""

    moves: frozenset[str]
    """Camera moves (keys of `MOVES`, or `drift`); never empty."""
    living: frozenset[str]
    """Keys of `LIVING`."""
    pace: float
    """1 is the normal length of a move; slow is less, fast is more."""
    wind: float
    """0 calm .. 1 strong."""


def read(prompt: str) -> Direction:
    """Understands free text; a prompt that names no move gets a gentle push in."""
    text = prompt.lower()
    living = frozenset(_living(text))
    storm = "lightning" in living or re.search(r"\bgale|hurricane|blizzard|strong wind", text)
    breeze = any(mention.concept == "wind" for mention in lexicon.find(text))
    return Direction(_moves(text), living, _pace(text), 1.0 if storm else 0.6 if breeze else 0.25)


def _moves(text: str) -> frozenset[str]:
    moves = {move for move, words in MOVES.items() if re.search(words, text)}
    if re.search(GENTLE_DRIFT, text):
        moves.add("drift")
    for one, other in (("push", "pull"), ("left", "right"), ("up", "down")):
        if {one, other} <= moves:
            moves.discard(other)
    if moves > {"static"}:
        moves.discard("static")
    return frozenset(moves or {"push"})


def _pace(text: str) -> float:
    if re.search(r"\b(very slow|barely|subtle|slightest)", text):
        return 0.5
    if re.search(r"\b(fast|quick|rapid|swift|dramatic)", text):
        return 1.5
    return 0.8 if re.search(r"\b(slow|gentl|soft)", text) else 1.0


def _living(text: str) -> set[str]:
    found = {
        overlay
        for overlay, words in LIVING.items()
        for match in re.finditer(rf"(?<!\w)(?:{words})", text)
        if not DENIAL.search(text[: match.start()])
    }
    for mention in lexicon.find(text):
        if mention.kind == "weather" and not DENIAL.search(text[: mention.start]):
            found.update(WEATHERS.get(mention.concept, ()))
    return found
