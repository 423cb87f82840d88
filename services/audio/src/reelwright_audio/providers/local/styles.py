"""How each mood sounds: metre, tempo, harmony, melody and the players."""

from __future__ import annotations

from dataclasses import dataclass, field

Rhythm = tuple[tuple[float, float], ...]
"""Notes of a motif of two bars as (beat it starts on, beats it lasts)."""


@dataclass(frozen=True)
class Part:
    """One player's part in a style."""

    plays: str
    """The figure: chords, arpeggio, bass, pulse, melody, drums, offbeat, ticks or sparkle."""
    instrument: str
    level: float
    enters: float
    """The intensity of a section, 0 to 1, from which on it takes part."""
    octave: int = 0
    pan: float = 0.0
    """-1 is left, 1 is right."""


@dataclass(frozen=True)
class Style:
    """All a composition needs to know about a mood."""

    tempo_bpm: tuple[float, float]
    beats: int
    """Per bar."""
    mode: str
    tonics: tuple[int, ...]
    """MIDI notes around the octave below middle C, one is picked."""
    verses: tuple[tuple[str, ...], ...]
    """Choices for the A phrases, four bars each."""
    bridges: tuple[tuple[str, ...], ...]
    """Choices for the B phrase, four bars each."""
    cadence: tuple[str, str]
    """The last two bars."""
    rhythms: tuple[Rhythm, ...]
    parts: tuple[Part, ...]
    swing: float = 0.0
    """How much of an eighth the offbeat eighths come late."""
    looseness_s: float = 0.009
    """Standard deviation of the players' timing."""
    room_s: float = 2.2
    wetness: float = 0.3
    ring_s: float = 4.5
    """How long the final chord has to die away."""
    leap: int = 2
    """Widest usual step of the melody, in steps of the scale."""
    melody_centre: int = 72
    arpeggio: tuple[int, ...] = field(default=(0, 1, 2, 3, 2, 1))
    """Order in which an arpeggio takes the chord's notes, in eighths."""


STYLES: dict[str, Style] = {
    "tender": Style(
        tempo_bpm=(74, 86),
        beats=3,
        mode="major",
        tonics=(53, 50, 55, 51),
        verses=(("Iadd9", "vi7", "IVmaj7", "Vsus4"), ("I", "iii", "IVadd9", "I"), ("Iadd9", "V", "vi7", "IVadd9")),
        bridges=(("IVmaj7", "iii7", "ii7", "Vsus4"), ("vi7", "iii", "IVadd9", "V")),
        cadence=("Vsus4", "Iadd9"),
        rhythms=(
            ((0, 2), (2, 1), (3, 3)),
            ((0, 1), (1, 1), (2, 1), (3, 2), (5, 1)),
            ((0, 3), (3, 1.5), (4.5, 0.5), (5, 1)),
        ),
        parts=(
            Part("chords", "warm_pad", 0.13, 0.0),
            Part("arpeggio", "felt_piano", 0.40, 0.35, pan=-0.25),
            Part("bass", "felt_piano", 0.36, 0.5, pan=-0.1),
            Part("melody", "felt_piano", 0.80, 0.6, pan=0.18),
        ),
        arpeggio=(0, 2, 3, 1, 3, 2),
        looseness_s=0.014,
        room_s=2.4,
        wetness=0.32,
    ),
    "tense": Style(
        tempo_bpm=(98, 108),
        beats=4,
        mode="phrygian",
        tonics=(50, 48, 52, 49),
        verses=(("i", "i", "bII", "i"), ("i", "bVI", "i", "bII"), ("i", "i", "iv", "bII")),
        bridges=(("iv", "bVI", "bII", "V"), ("bVI", "bVI", "vo", "V7")),
        cadence=("bII", "i"),
        rhythms=(
            ((0, 3), (3.5, 0.5), (4, 4)),
            ((2, 1.5), (3.5, 0.5), (4, 3)),
            ((0, 1.5), (1.5, 0.5), (2, 5)),
        ),
        parts=(
            Part("pulse", "dark_bass", 0.40, 0.0),
            Part("ticks", "tick", 0.26, 0.3, pan=0.45),
            Part("chords", "strings", 0.17, 0.4, octave=0),
            Part("offbeat", "pizzicato", 0.34, 0.65, pan=-0.4),
            Part("melody", "cello", 0.40, 0.6, octave=-1, pan=0.2),
            Part("drums", "taiko", 0.26, 0.85),
        ),
        looseness_s=0.004,
        room_s=2.8,
        wetness=0.3,
        leap=1,
        melody_centre=69,
    ),
    "playful": Style(
        tempo_bpm=(112, 126),
        beats=4,
        mode="major",
        tonics=(48, 53, 55, 50),
        verses=(("I", "vi", "ii", "V7"), ("I", "I6", "IV", "V7"), ("I", "IV", "I", "V7")),
        bridges=(("IV", "I", "II7", "V7"), ("vi", "II7", "ii", "V7")),
        cadence=("V7", "I6"),
        rhythms=(
            ((0, 0.5), (0.5, 0.5), (1, 1), (2, 0.5), (3, 0.5), (4, 1), (6, 0.5), (6.5, 0.5)),
            ((0, 1), (1.5, 0.5), (2, 0.5), (2.5, 0.5), (3, 1), (4, 0.5), (5, 0.5), (6, 1)),
            ((0.5, 0.5), (1, 0.5), (1.5, 0.5), (2, 1), (4.5, 0.5), (5, 0.5), (5.5, 0.5), (6, 1)),
        ),
        parts=(
            Part("bass", "pizzicato", 0.50, 0.0, pan=-0.15),
            Part("offbeat", "marimba", 0.36, 0.3, pan=0.35),
            Part("melody", "marimba", 0.74, 0.6, pan=-0.25),
            Part("melody", "pizzicato", 0.24, 0.85, octave=1, pan=0.3),
            Part("ticks", "shaker", 0.10, 0.5, pan=0.5),
        ),
        swing=0.22,
        looseness_s=0.006,
        room_s=1.1,
        ring_s=2.4,
        wetness=0.2,
        leap=3,
        melody_centre=76,
    ),
    "melancholy": Style(
        tempo_bpm=(60, 68),
        beats=4,
        mode="minor",
        tonics=(50, 57, 52, 55),
        verses=(("i", "bVImaj7", "bIII", "bVII"), ("iadd9", "v", "bVImaj7", "iv"), ("i", "iv7", "bVImaj7", "Vsus4")),
        bridges=(("iv7", "bVII", "bIIImaj7", "bVI"), ("bVImaj7", "bIII", "iv", "V")),
        cadence=("V", "iadd9"),
        rhythms=(
            ((0, 2), (2, 1), (3, 1), (4, 4)),
            ((0, 3), (3, 1), (4, 2), (6, 2)),
            ((1, 1), (2, 1), (3, 1), (4, 3), (7, 1)),
        ),
        parts=(
            Part("arpeggio", "felt_piano", 0.46, 0.0, pan=-0.3),
            Part("bass", "felt_piano", 0.40, 0.3, pan=-0.15),
            Part("chords", "warm_pad", 0.09, 0.5),
            Part("melody", "cello", 0.36, 0.6, octave=-1, pan=0.22),
        ),
        arpeggio=(0, 1, 2, 3, 2, 1, 2, 1),
        looseness_s=0.015,
        room_s=2.8,
        wetness=0.36,
    ),
    "wondrous": Style(
        tempo_bpm=(84, 94),
        beats=4,
        mode="lydian",
        tonics=(50, 52, 57, 53),
        verses=(("Iadd9", "II", "Iadd9", "II"), ("Imaj7", "II", "vi7", "Iadd9"), ("Iadd9", "iii7", "II", "Iadd9")),
        bridges=(("vi7", "II", "iii7", "II"), ("bVImaj7", "bVII", "Iadd9", "II")),
        cadence=("II", "Iadd9"),
        rhythms=(
            ((0, 3), (3, 1), (4, 4)),
            ((0, 1.5), (1.5, 1.5), (3, 1), (4, 3)),
            ((0, 2), (2, 2), (4, 1), (5, 3)),
        ),
        parts=(
            Part("chords", "airy_pad", 0.15, 0.0),
            Part("arpeggio", "celesta", 0.32, 0.3, octave=1, pan=0.35),
            Part("bass", "warm_pad", 0.17, 0.5),
            Part("melody", "celesta", 0.62, 0.6, pan=-0.2),
            Part("sparkle", "celesta", 0.22, 0.85, octave=2, pan=-0.5),
        ),
        arpeggio=(0, 2, 1, 3, 2, 4, 3, 1),
        room_s=3.4,
        wetness=0.45,
        leap=3,
        melody_centre=79,
    ),
    "epic": Style(
        tempo_bpm=(88, 98),
        beats=4,
        mode="minor",
        tonics=(50, 48, 52, 55),
        verses=(("i", "bVI", "bIII", "bVII"), ("i", "bVII", "bVI", "bVII"), ("i", "iv", "bVI", "bVII")),
        bridges=(("iv", "bVI", "bVII", "V"), ("bVI", "bVII", "i", "V")),
        cadence=("bVII", "Isus2"),
        rhythms=(
            ((0, 2), (2, 1), (3, 1), (4, 4)),
            ((0, 1.5), (1.5, 0.5), (2, 2), (4, 3), (7, 1)),
            ((0, 3), (3, 0.5), (3.5, 0.5), (4, 4)),
        ),
        parts=(
            Part("chords", "strings", 0.27, 0.0),
            Part("pulse", "dark_bass", 0.26, 0.5),
            Part("arpeggio", "spiccato", 0.42, 0.55, octave=0, pan=-0.3),
            Part("melody", "horn", 0.42, 0.6, octave=-1, pan=0.2),
            Part("drums", "taiko", 0.58, 0.7),
        ),
        arpeggio=(0, 0, 1, 0, 2, 0, 1, 0),
        looseness_s=0.007,
        room_s=3.0,
        wetness=0.36,
        melody_centre=74,
    ),
    "neutral": Style(
        tempo_bpm=(78, 88),
        beats=4,
        mode="major",
        tonics=(48, 50, 53, 55),
        verses=(
            ("Iadd9", "V", "vi7", "IVadd9"),
            ("Imaj7", "IVadd9", "vi7", "Vsus4"),
            ("Iadd9", "IVmaj7", "Iadd9", "Vsus4"),
        ),
        bridges=(("vi7", "IVadd9", "Iadd9", "V"), ("IVmaj7", "vi7", "ii7", "Vsus4")),
        cadence=("Vsus4", "Iadd9"),
        rhythms=(
            ((0, 1.5), (1.5, 1.5), (3, 1), (4, 4)),
            ((1, 1), (2, 2), (5, 1), (6, 2)),
            ((0, 2), (3, 1), (4, 2.5)),
        ),
        parts=(
            Part("chords", "warm_pad", 0.14, 0.0),
            Part("arpeggio", "electric_piano", 0.36, 0.35, pan=-0.3),
            Part("bass", "dark_bass", 0.26, 0.5),
            Part("melody", "electric_piano", 0.62, 0.6, pan=0.25),
            Part("ticks", "shaker", 0.07, 0.8, pan=0.4),
        ),
        arpeggio=(0, 2, 1, 2, 3, 2, 1, 2),
        room_s=1.9,
        wetness=0.26,
    ),
}
