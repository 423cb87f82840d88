"""Starts the story service from its environment."""

from reelwright_kit.server import main
from reelwright_story.app import run
from reelwright_story.settings import StorySettings

if __name__ == "__main__":
    main("story", StorySettings, run)
