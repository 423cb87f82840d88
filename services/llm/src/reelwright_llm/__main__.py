"""Starts the llm service from its environment."""

from reelwright_kit.server import main
from reelwright_llm.app import run
from reelwright_llm.settings import LlmSettings

if __name__ == "__main__":
    main("llm", LlmSettings, run)
