"""Starts the image service from its environment."""

from reelwright_image.app import run
from reelwright_image.settings import ImageSettings
from reelwright_kit.server import main

if __name__ == "__main__":
    main("image", ImageSettings, run)
