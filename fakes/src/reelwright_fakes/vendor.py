"""The interface a vendor implements, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem

if TYPE_CHECKING:
    from reelwright_fakes.stage import Stage


@dataclass(frozen=True)
class Wish:
    """What a submission asks for, as far as the server must understand it.

    `material` is whatever the vendor wants to find again on the submission when it makes the result. Work that `abides`
    goes on when its caller leaves, although it is attended.
    """

    provider_id: str
    prompt: str
    model: str
    price_micro_usd: int
    arguments: dict[str, Any] = field(default_factory=dict)
    material: Any = None
    abides: bool = False


@dataclass(frozen=True)
class Delivery:
    """A signed webhook, ready to be posted."""

    body: bytes
    headers: Mapping[str, str]


class Vendor(Protocol):
    """One vendor's wire. All of it lives below `/{name}`; faults, money and time are the stage's."""

    name: str
    # Each of the vendor's own base addresses, by what its documentation calls it, as a path of this server.
    bases: Mapping[str, str]
    # How the names of the environment variables begin that mean this vendor to its SDK or to a service.
    variables: Sequence[str]

    def environment(self, address: str) -> Mapping[str, str]:
        """The variables that point a service at this server, which listens at `address`, with a key that is none."""
        ...

    def routes(self, stage: Stage) -> Sequence[BaseRoute]:
        """The vendor's paths, their handlers wrapped by `stage`."""
        ...

    def key(self, request: Request) -> str | None:
        """The key the caller showed."""
        ...

    def callback(self, request: Request, body: Body) -> str | None:
        """The address for the webhook that the caller asked for, if any."""
        ...

    def problem(self, problem: Problem) -> Response:
        """A refusal in the vendor's own shape."""
        ...

    def failure(self, submission: Submission) -> Problem:
        """How accepted work of this vendor fails when a scenario says no more than that it does."""
        ...

    def delivery(self, stage: Stage, submission: Submission, *, forged: bool) -> Delivery | None:
        """The webhook that tells of the end, or None if the caller did not ask for this kind."""
        ...
