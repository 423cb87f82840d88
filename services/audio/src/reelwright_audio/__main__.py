"""Starts the audio service from its environment."""

from reelwright_kit.server import main
from reelwright_audio.app import run
from reelwright_audio.settings import AudioSettings

if __name__ == "__main__":
    main("audio", AudioSettings, run)
