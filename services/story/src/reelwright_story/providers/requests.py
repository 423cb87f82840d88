"""What a film asks of the other services: the same requests for an estimate as for the work."""

from __future__ import annotations

from google.protobuf import duration_pb2

from reelwright.audio.v1 import audio_service_pb2 as audio
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.video.v1 import video_service_pb2 as video


def picture(prompt: str, aspect_ratio: str, size: tuple[int, int], seed: int, model: str) -> image.CreateImageRequest:
    """A picture of `size` pixels."""
    return image.CreateImageRequest(
        prompt=prompt,
        # Both: the size of the film's frame where the model makes it, else what comes nearest in shape.
        aspect_ratio=aspect_ratio,
        width=size[0],
        height=size[1],
        seed=seed,
        model=model,
    )


def clip(prompt: str, seconds: float, resolution: int, seed: int, model: str) -> video.CreateVideoRequest:
    """A clip of a length, still without the picture it begins with."""
    return video.CreateVideoRequest(
        prompt=prompt, duration=_duration(seconds), resolution=resolution, seed=seed, model=model
    )


def voice(text: str, voice_id: str, language: str, model: str) -> audio.SpeakRequest:
    """A spoken line."""
    return audio.SpeakRequest(text=text, voice=voice_id, language=language, model=model)


def music(prompt: str, seconds: float, seed: int, model: str) -> audio.CreateMusicRequest:
    """Music of a length."""
    return audio.CreateMusicRequest(prompt=prompt, duration=_duration(seconds), seed=seed, model=model)


def _duration(seconds: float) -> duration_pb2.Duration:
    duration = duration_pb2.Duration()
    duration.FromMilliseconds(round(seconds * 1000))
    return duration
