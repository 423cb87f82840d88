"""Speaks a text offline and tells when each word is heard."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import espeak
from .mastering import master
from .sound import RATE, Sound
from .stopping import StopCheck, never, stop_if
from .voices import choose, espeak_name
from .words import Span, timed

TEXT_LIMIT = 5000
SLOWEST, FASTEST = 0.5, 2.0
_WORDS_PER_MINUTE = 160
_INTONATION = 58
_LEAD_S, _TAIL_S = 0.04, 0.35
_SENTENCE_PAUSE_S = 0.18
_POLL_S = 0.03
_PATIENCE_S = 60.0

Wave = npt.NDArray[np.float32]


class SpeechFailed(RuntimeError):
    """eSpeak NG gave no answer for this text."""


@dataclass(frozen=True)
class Word:
    """A word of the text as it is heard."""

    text: str
    """As written, without the punctuation around it."""
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Speech:
    """A spoken text."""

    sound: Sound
    """Mono, 48 kHz."""
    words: tuple[Word, ...]
    """In the order of the text."""


def speak(
    text: str, *, voice: str = "", language: str = "en", speed: float = 1.0, should_stop: StopCheck = never
) -> Speech:
    """Speaks `text` with the voice of that id or, when it is empty, the best voice for the BCP 47 tag `language`.

    `text` has 1 to 5000 characters, `speed` lies between 0.5 and 2 (1 is about 160 words a minute). The same arguments
    give the same samples. Safe to call from any number of threads.

    Raises ValueError on a limit, UnknownVoice, Stopped, or SpeechFailed.
    """
    _check(text, speed)
    stop_if(should_stop)
    loader = importlib.import_module("espeakng_loader")
    utterance = espeak.Utterance(
        library=str(loader.get_library_path()),
        library_data=str(loader.get_data_path()),
        voice=espeak_name(choose(voice, language)),
        text=_speakable(text),
        words_per_minute=round(_WORDS_PER_MINUTE * speed),
        intonation=_INTONATION,
        word_gap=1,
    )
    rate, marks, pcm = espeak.unpack(_run(utterance, should_stop))
    wave = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768.0
    wave, marks = _with_pauses(wave, marks, round(_SENTENCE_PAUSE_S / speed * rate))
    stop_if(should_stop)
    samples = master(wave, rate, lead_s=_LEAD_S, tail_s=_TAIL_S)
    return Speech(Sound(samples, RATE), tuple(_word(text, span) for span in timed(text, marks, wave, rate)))


def _check(text: str, speed: float) -> None:
    if not text.strip():
        raise ValueError("text must contain something to say")
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"text must have at most {TEXT_LIMIT} characters, not {len(text)}")
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"speed must be between {SLOWEST} and {FASTEST}, not {speed}")


def _speakable(text: str) -> str:
    """`text` with what eSpeak cannot take (NUL, control characters, lone surrogates) as spaces, positions unchanged."""
    return "".join(
        " " if (ord(character) < 32 and character != "\n") or 0xD800 <= ord(character) < 0xE000 else character
        for character in text
    )


def _run(utterance: espeak.Utterance, should_stop: StopCheck) -> bytes:
    command = [sys.executable, "-I", "-S", espeak.__file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            answer = _answer(process, espeak.pack(utterance), should_stop)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise SpeechFailed(f"eSpeak NG ended with code {process.returncode}")
    return answer


def _answer(process: subprocess.Popen[bytes], request: bytes, should_stop: StopCheck) -> bytes:
    deadline = time.monotonic() + _PATIENCE_S
    unsent: bytes | None = request
    while time.monotonic() < deadline:
        try:
            return process.communicate(unsent, timeout=_POLL_S)[0]
        except subprocess.TimeoutExpired:
            unsent = None
            stop_if(should_stop)
    raise SpeechFailed(f"eSpeak NG did not answer within {_PATIENCE_S:g} seconds")


def _with_pauses(wave: Wave, marks: list[espeak.Mark], pause: int) -> tuple[Wave, list[espeak.Mark]]:
    """Breathes a little longer between sentences than eSpeak does; the marks move along."""
    breaks = [mark.sample for mark in marks if mark.kind == "sentence" and mark.sample > 0]
    silence = np.zeros(pause, np.float32)
    pieces = np.split(wave, breaks)
    longer = [part for piece in pieces for part in (piece, silence)][:-1]
    moved = [
        espeak.Mark(mark.kind, mark.position, mark.length, mark.sample + pause * _breaks_before(mark, breaks))
        for mark in marks
    ]
    return np.concatenate(longer), moved


def _breaks_before(mark: espeak.Mark, breaks: list[int]) -> int:
    ends = mark.kind == "end"
    return sum(1 for sample in breaks if sample < mark.sample or (sample == mark.sample and not ends))


def _word(text: str, span: Span) -> Word:
    return Word(text[span.start : span.end], round(span.start_s + _LEAD_S, 4), round(span.end_s + _LEAD_S, 4))
