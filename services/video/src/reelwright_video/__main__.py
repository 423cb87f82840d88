"""Starts the video service from its environment."""

from reelwright_kit.server import main
from reelwright_video.app import run
from reelwright_video.settings import VideoSettings

if __name__ == "__main__":
    main("video", VideoSettings, run)
