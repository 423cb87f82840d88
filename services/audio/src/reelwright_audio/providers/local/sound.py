"""Sampled sound as a value, and as a WAV file."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

RATE = 48_000


@dataclass(frozen=True)
class Sound:
    """A piece of sound."""

    samples: Samples
    """Shape (frames,) for mono or (frames, 2) for stereo, from -1 to 1."""
    rate: int
    """Frames per second, in Hz."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


def encode_wav(sound: Sound) -> bytes:
    """`sound` as a WAV file with 16-bit PCM; what lies outside -1..1 is clipped."""
    pcm = np.rint(np.clip(sound.samples, -1.0, 1.0) * 32767.0).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1 if sound.samples.ndim == 1 else sound.samples.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(sound.rate)
        writer.writeframes(pcm.tobytes())
    return file.getvalue()
