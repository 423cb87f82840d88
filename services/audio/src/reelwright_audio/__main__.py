"""Starts the audio service from its environment."""

from reelwright_audio.app import run
from reelwright_audio.settings import AudioSettings
from reelwright_kit.server import main

if __name__ == "__main__":
    main("audio", AudioSettings, run)
