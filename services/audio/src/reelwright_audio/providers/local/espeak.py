"""Runs eSpeak NG once in a process of its own: a request on standard input, marks and PCM on standard output.

eSpeak keeps the phase of its flutter and noise in C statics that even a second initialisation does not reset, so in one
process the same text never sounds the same twice. A fresh process per utterance is deterministic, needs no lock,
can be killed half way, and a crash on odd text costs one job and not the service.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import NamedTuple

_SYNCHRONOUS = 2
_UTF8 = 1
_AT_CHARACTER = 1
_WORD, _SENTENCE, _END = 1, 2, 5
_RATE_WPM, _RANGE, _WORD_GAP = 1, 4, 7


# Named tuples, as this runs afresh for every utterance and loading dataclasses takes longer than a sentence does.
class Utterance(NamedTuple):
    """One text for one eSpeak voice."""

    library: str
    """Path of the shared library."""
    library_data: str
    """Path of eSpeak's data folder."""
    voice: str
    """Language and variant as eSpeak spells them, for example `en-us+f2`."""
    text: str
    words_per_minute: int
    intonation: int
    """How far the pitch moves: 0 is flat, 50 the default, 100 doubled."""
    word_gap: int
    """Extra silence between words, in units of 10 ms."""


class Mark(NamedTuple):
    """A place in the PCM that belongs to a place in the text."""

    kind: str
    """word, sentence (its start) or end (of a clause, with its pause)."""
    position: int
    """Index of the first character in the text."""
    length: int
    sample: int


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_KINDS = {_WORD: "word", _SENTENCE: "sentence", _END: "end"}
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def synthesise(utterance: Utterance) -> tuple[int, list[Mark], bytes]:
    """The rate in Hz, the marks in order, and 16-bit mono PCM; OSError when the library or the voice does not load."""
    library = ctypes.CDLL(utterance.library)
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, utterance.library_data.encode(), 0)
    if rate <= 0 or library.espeak_SetVoiceByName(utterance.voice.encode()) != 0:
        raise OSError(f"eSpeak NG cannot load the voice {utterance.voice!r}")
    pcm = bytearray()
    marks: list[Mark] = []

    def collect(block: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if count > 0:
            pcm.extend(ctypes.string_at(block, count * 2))
        marks.extend(_marks(events))
        return 0

    # Initialising seeds the breath's noise by the clock.
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    callback = _Callback(collect)
    library.espeak_SetSynthCallback(callback)
    _set_parameters(library, utterance)
    text = utterance.text.encode() + b"\0"
    library.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, _AT_CHARACTER, 0, _UTF8, None, None)
    return rate, marks, bytes(pcm)


def _set_parameters(library: ctypes.CDLL, utterance: Utterance) -> None:
    library.espeak_SetParameter(_RATE_WPM, utterance.words_per_minute, 0)
    library.espeak_SetParameter(_RANGE, utterance.intonation, 0)
    library.espeak_SetParameter(_WORD_GAP, utterance.word_gap, 0)


def _marks(events: ctypes._Pointer[_Event]) -> list[Mark]:
    found: list[Mark] = []
    index = 0
    while (event := events[index]).type != 0:
        if event.type in _KINDS:
            # eSpeak counts characters, not bytes, and from 1.
            found.append(Mark(_KINDS[event.type], event.text_position - 1, event.length, event.sample))
        index += 1
    return found


def pack(utterance: Utterance) -> bytes:
    """The request as `main` reads it."""
    return json.dumps(utterance._asdict()).encode()


def unpack(answer: bytes) -> tuple[int, list[Mark], bytes]:
    """The answer of `main`: as `synthesise` returned it."""
    header, pcm = answer.split(b"\n", 1)
    fields = json.loads(header)
    return fields["rate"], [Mark(*mark) for mark in fields["marks"]], pcm


def main() -> None:
    """Speaks the request on standard input."""
    rate, marks, pcm = synthesise(Utterance(**json.load(sys.stdin.buffer)))
    header = json.dumps({"rate": rate, "marks": marks})
    sys.stdout.buffer.write(header.encode() + b"\n" + pcm)


if __name__ == "__main__":
    main()
