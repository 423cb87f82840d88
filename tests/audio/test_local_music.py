"""The composed music: its form, its level, and what sets one piece apart from another."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import numpy.typing as npt
import pytest

from reelwright_audio.providers.local import MOODS, Sound, Stopped, compose, mood_of
from reelwright_audio.providers.local.harmony import MODES, chord, voice_lead
from reelwright_audio.providers.local.score import write
from reelwright_audio.providers.local.styles import STYLES

DURATION_S = 12.0


@functools.cache
def piece(mood: str, seed: int = 3) -> Sound:
    return compose(mood, duration_s=DURATION_S, seed=seed)


def decibels(value: float) -> float:
    return float(20 * np.log10(value + 1e-12))


def spectrum(sound: Sound) -> npt.NDArray[np.float64]:
    power = np.abs(np.fft.rfft(sound.samples.mean(axis=1))) ** 2
    return np.add.reduceat(power, np.unique(np.geomspace(400, len(power) - 1, 40).astype(int)))


@pytest.mark.parametrize("mood", MOODS)
def test_a_piece_lies_quietly_under_a_voice(mood: str) -> None:
    samples = piece(mood).samples

    assert samples.dtype == np.float32 and samples.shape == (int(DURATION_S * 48_000), 2)
    assert -26 < decibels(float(np.sqrt(np.mean(samples**2)))) < -22
    assert -16 < decibels(float(np.abs(samples).max())) <= -11.9
    assert np.abs(samples.mean(axis=0)).max() < 5e-4


@pytest.mark.parametrize("mood", MOODS)
def test_a_piece_begins_and_ends_in_silence_without_a_click(mood: str) -> None:
    samples = piece(mood).samples

    assert np.abs(samples[[0, -1]]).max() < 1e-5
    assert decibels(float(np.abs(samples[-4800:]).max())) < -50
    assert np.abs(np.diff(samples, axis=0)).max() < 0.08


@pytest.mark.parametrize("mood", MOODS)
def test_a_piece_is_stereo_but_survives_a_mono_speaker(mood: str) -> None:
    left, right = piece(mood).samples.T

    assert 0.2 < float(np.corrcoef(left, right)[0, 1]) < 0.98


@pytest.mark.parametrize("duration_s", [1.0, 2.5, 7.77777, 13.0])
def test_a_piece_is_exactly_as_long_as_asked(duration_s: float) -> None:
    sound = compose("epic", duration_s=duration_s, seed=1)

    assert len(sound.samples) == round(duration_s * 48_000)
    assert np.abs(sound.samples).max() > 0.05


def test_the_same_seed_gives_the_same_samples_and_another_seed_another_piece() -> None:
    again = compose("tender", duration_s=DURATION_S, seed=3)

    assert np.array_equal(again.samples, piece("tender").samples)
    assert not np.allclose(piece("tender", 4).samples, again.samples, atol=0.02)


@pytest.mark.parametrize("mood", MOODS)
def test_seeds_differ_in_key_harmony_or_tune(mood: str) -> None:
    tunes = {tuple(note.midi for note in write(STYLES[mood], 40, seed).notes) for seed in range(8)}

    assert len(tunes) == 8


def test_moods_differ_in_tempo_and_colour() -> None:
    tempi = {mood: write(STYLES[mood], 60, 3).tempo_bpm for mood in MOODS}
    colours = {mood: np.log(spectrum(piece(mood)) / spectrum(piece(mood)).sum() + 1e-9) for mood in MOODS}

    assert tempi["melancholy"] < tempi["wondrous"] < tempi["tense"] < tempi["playful"]
    for one, other in itertools.combinations(MOODS, 2):
        assert np.abs(colours[one] - colours[other]).mean() > 0.3, (one, other)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("duration_s", [9.0, 31.0, 60.0])
def test_the_last_bar_resolves_to_the_tonic_in_time_to_ring(mood: str, duration_s: float) -> None:
    score = write(STYLES[mood], duration_s, 5)
    last = score.bars[-1]

    assert last.chord.root == 0 and last.phrase == "end"
    assert 2.0 < duration_s - last.start_s <= STYLES[mood].ring_s + 0.01
    assert score.bars[-2].chord.root != 0
    assert all(note.start_s + note.seconds <= duration_s + 1e-6 for note in score.notes)


@pytest.mark.parametrize("mood", MOODS)
def test_the_theme_returns_and_is_varied(mood: str) -> None:
    score = write(STYLES[mood], 100, 2)
    tune = next(part for part in STYLES[mood].parts if part.plays == "melody")
    phrases = {
        name: [
            note.midi
            for bar in score.bars[:24]
            if bar.phrase == name and bar.place < 2
            for note in score.notes
            if note.instrument == tune.instrument and note.pan == tune.pan
            if bar.start_s - 0.1 <= note.start_s < bar.start_s + score.bar_s - 0.1
        ]
        for name in ("A", "B", "A''")
    }

    assert phrases["A"] and phrases["A"][:2] == phrases["A''"][:2]
    assert phrases["B"] != phrases["A"]


@pytest.mark.parametrize("mood", MOODS)
def test_tunes_stay_within_the_scale_and_the_chords(mood: str) -> None:
    style = STYLES[mood]
    score = write(style, 60, 6)
    allowed = set(MODES[style.mode]) | {one for bar in score.bars for one in bar.chord.classes}
    tunes = {part.instrument for part in style.parts if part.plays == "melody"}

    assert all((note.midi - score.tonic) % 12 in allowed for note in score.notes if note.instrument in tunes)


def test_roman_numerals_name_chords() -> None:
    assert chord("V7").classes == (7, 11, 2, 5)
    assert chord("bVI").classes == (8, 0, 3)
    assert chord("iio").classes == (2, 5, 8)
    with pytest.raises(ValueError, match="no chord"):
        chord("H")


def test_voices_keep_common_notes_when_the_chord_changes() -> None:
    home = voice_lead(48, chord("I"), (), 60)
    away = voice_lead(48, chord("vi"), home, 60)

    assert len(set(home) & set(away)) == 2


def test_progress_rises_to_one() -> None:
    heard: list[float] = []

    compose("neutral", duration_s=12, seed=0, progress=heard.append)

    assert heard == sorted(heard) and heard[-1] == 1.0 and len(heard) > 3


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_stop_ends_the_work(calls: int) -> None:
    answers = itertools.chain(itertools.repeat(False, calls), itertools.repeat(True))

    with pytest.raises(Stopped):
        compose("epic", duration_s=30, seed=0, should_stop=lambda: next(answers))


@pytest.mark.parametrize(
    ("mood", "duration_s", "message"),
    [
        ("angry", 10, "mood.*tender"),
        ("epic", 0.5, "duration_s.*1"),
        ("epic", 601, "600"),
        ("epic", float("nan"), "dura"),
    ],
)
def test_limits_name_the_field(mood: str, duration_s: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compose(mood, duration_s=duration_s, seed=0)


@pytest.mark.parametrize(
    ("prompt", "mood"),
    [
        ("A lullaby for a baby fox", "tender"),
        ("suspenseful heist chase", "tense"),
        ("Playful tune, funny clowns", "playful"),
        ("una canción triste y solitaria", "melancholy"),
        ("Eine magische Reise", "wondrous"),
        ("cinematic trailer, a dragon and a hero", "epic"),
        ("a solo piano, calm and warm", "tender"),
        ("", "neutral"),
        ("twelve bricks", "neutral"),
    ],
)
def test_a_prompt_finds_its_mood(prompt: str, mood: str) -> None:
    assert mood_of(prompt) == mood
