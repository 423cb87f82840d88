"""What each RPC needs: a scope, or to be known at all; what is not listed here is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reelwright_kit.access.errors import ScopeMissing
from reelwright_kit.caller import Caller

SCOPE_OF_PREFIX = {"img_": "image", "vid_": "video", "aud_": "audio", "txt_": "llm", "sty_": "story"}
"""Which service makes the jobs whose ids begin like this."""

MAKING = tuple(sorted(SCOPE_OF_PREFIX.values()))
"""Scopes of the services that make something."""


@dataclass(frozen=True)
class Rule:
    """What a call needs."""

    any_of: tuple[str, ...] = ()
    """One of these scopes; empty: none."""
    job: str = ""
    """Field with the id of a job, which decides the scope; empty: there is none."""

    def admit(self, known: Caller) -> None:
        """Raises ScopeMissing when the caller may not make the call, whatever is asked."""
        if self.any_of and not known.scopes.intersection(self.any_of):
            raise ScopeMissing(" or ".join(self.any_of))

    def check(self, known: Caller, message: Any) -> None:
        """Raises ScopeMissing when the caller may not ask this."""
        scope = SCOPE_OF_PREFIX.get(getattr(message, self.job)[:4]) if self.job else None
        if scope and scope not in known.scopes:
            raise ScopeMissing(scope)


ANYBODY = Rule()
ADMIN = Rule(("admin",))
SOME_JOB = Rule(MAKING)
THIS_JOB = Rule(MAKING, job="id")
NOBODY = Rule(("none",))
"""No caller has a scope of this name."""

SERVICES = {
    "reelwright.llm.v1.LlmService": Rule(("llm",)),
    "reelwright.llm.v1.ResponseService": Rule(("llm",)),
    "reelwright.image.v1.ImageService": Rule(("image",)),
    "reelwright.video.v1.VideoService": Rule(("video",)),
    "reelwright.audio.v1.AudioService": Rule(("audio",)),
    "reelwright.story.v1.StoryService": Rule(("story",)),
    "reelwright.assets.v1.AssetService": Rule(("assets",)),
    "reelwright.jobs.v1.WebhookService": ANYBODY,
}
"""Services all of whose calls need the same."""

_JOBS, _ADMIN = "reelwright.jobs.v1.JobService", "reelwright.admin.v1.AdminService"

METHODS = {
    f"{_JOBS}/ListJobs": SOME_JOB,
    f"{_JOBS}/GetJob": THIS_JOB,
    f"{_JOBS}/WatchJob": THIS_JOB,
    f"{_JOBS}/WaitJob": THIS_JOB,
    f"{_JOBS}/CancelJob": THIS_JOB,
    f"{_JOBS}/RetryJob": THIS_JOB,
    f"{_JOBS}/DeleteJob": THIS_JOB,
    f"{_ADMIN}/CreateKey": ADMIN,
    f"{_ADMIN}/ListKeys": ADMIN,
    f"{_ADMIN}/GetKey": ADMIN,
    f"{_ADMIN}/UpdateKey": ADMIN,
    f"{_ADMIN}/RevokeKey": ADMIN,
    f"{_ADMIN}/RotateKey": ADMIN,
    f"{_ADMIN}/GetTenant": ADMIN,
    f"{_ADMIN}/UpdateTenant": ADMIN,
    f"{_ADMIN}/ListTenants": ADMIN,
    f"{_ADMIN}/GetUsage": ANYBODY,
    f"{_ADMIN}/GetEnvironment": ANYBODY,
    f"{_ADMIN}/GetBalance": ANYBODY,
}
"""Calls of the other services."""


def rule_of(method: str) -> Rule:
    """The rule of a method by its path, `/package.Service/Method`; NOBODY for one that has none."""
    name = method.lstrip("/")
    return METHODS.get(name) or SERVICES.get(name.partition("/")[0]) or NOBODY


def visible_prefixes(known: Caller) -> tuple[str, ...]:
    """Prefixes of the jobs that a caller may see; empty when that is all of them."""
    seen = tuple(prefix for prefix, scope in SCOPE_OF_PREFIX.items() if scope in known.scopes)
    return () if len(seen) == len(SCOPE_OF_PREFIX) else seen
