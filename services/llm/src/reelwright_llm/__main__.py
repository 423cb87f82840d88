"""Starts the llm service from its environment: one process, or one that leads as many as there are cores."""

from reelwright_kit.workers.starting import start
from reelwright_llm.settings import LlmSettings


def serve() -> None:
    """Serves in this process."""
    # Only here: who leads does without, in a third of the memory.
    from reelwright_kit.server import main  # noqa: PLC0415
    from reelwright_llm.app import run  # noqa: PLC0415

    main("llm", LlmSettings, run)


if __name__ == "__main__":
    start("llm", LlmSettings, serve)
