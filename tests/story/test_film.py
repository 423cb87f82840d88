"""What a film orders from the other services stays within their contracts."""

from __future__ import annotations

import pytest
from google.protobuf import duration_pb2

from reelwright.audio.v1 import audio_service_pb2 as audio
from reelwright_kit.interceptors.validation import check
from reelwright_story.orders import music_seconds


@pytest.mark.parametrize("clips_s", [4.0, 51.6, 596.9, 900.0, 3600.0])
def test_music_of_any_film_is_taken_by_the_audio_service(clips_s: float) -> None:
    """A film of sixty scenes is longer than the longest piece of music, and is made all the same."""
    wanted = duration_pb2.Duration()
    wanted.FromMilliseconds(round(music_seconds(clips_s) * 1000))

    check(audio.CreateMusicRequest(prompt="tender", duration=wanted))
