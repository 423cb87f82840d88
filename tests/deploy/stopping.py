"""How long a service takes to stop at most, by the defaults of its settings."""

from __future__ import annotations

from reelwright_kit.jobs.engine import EngineSettings
from reelwright_kit.settings import ServiceSettings


def longest_stop_s() -> float:
    """Notice, drain, answers of providers, and jobs that notice they are stopped, in seconds."""
    settings = ServiceSettings.load(
        {"REELWRIGHT_DATABASE_URL": "postgresql://nobody@/none", "REELWRIGHT_STORE_URL": "file:///none"}
    )
    interrupt_s = EngineSettings("", "", "").interrupt_s
    return settings.notice_s + settings.drain_s + settings.hand_over_s + interrupt_s
