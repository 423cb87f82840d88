"""The offline engines of the audio service: speech by eSpeak NG and composed music, no model and no network."""

from .music import MOODS, compose, mood_of
from .sound import Sound, encode_wav
from .speech import Speech, SpeechFailed, Word, speak
from .stopping import Stopped
from .voices import UnknownVoice, Voice, voices

__all__ = [
    "MOODS",
    "Sound",
    "Speech",
    "SpeechFailed",
    "Stopped",
    "UnknownVoice",
    "Voice",
    "Word",
    "compose",
    "encode_wav",
    "mood_of",
    "speak",
    "voices",
]
