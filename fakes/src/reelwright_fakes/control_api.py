"""The control API under `/_control`: scripts, the ledger, the clock, and waiting for what happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from reelwright_fakes.events import Event
from reelwright_fakes.prices import PRICES
from reelwright_fakes.scenarios import Scenario, Seconds
from reelwright_fakes.stage import Stage
from reelwright_fakes.world import World

Endpoint = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")
MAX_WAIT_S = 60.0


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which held answers go out: those of one submission, or all (null)."""

    provider_id: str | None = None


class Finish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which work ends now."""

    provider_id: str


class Advance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the clock moves."""

    advance_s: Seconds


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The only key a vendor takes from now on; null: any."""

    vendor: str
    key: str | None


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to wait for: `submissions` accepted, or `count` events that agree with the rest."""

    submissions: int | None = None
    event: str | None = None
    vendor: str | None = None
    provider_id: str | None = None
    count: int = 1
    timeout_s: Seconds = 10.0


class Unusable(Exception):
    """A control request that cannot be read or names something that is not there."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def control_routes(world: World, stages: Mapping[str, Stage]) -> list[BaseRoute]:
    """The routes, to be mounted at `/_control`."""
    desk = _Desk(world, stages)
    return [
        _route("/scenarios", desk.post, "POST"),
        _route("/scenarios", desk.posted, "GET"),
        _route("/scenarios/{number:int}", desk.remove, "DELETE"),
        _route("/ledger", desk.ledger, "GET"),
        _route("/bill", desk.bill, "GET"),
        _route("/prices", desk.prices, "GET"),
        _route("/events", desk.events, "GET"),
        _route("/wait", desk.wait, "GET"),
        _route("/release", desk.release, "POST"),
        _route("/finish", desk.finish, "POST"),
        _route("/clock", desk.advance, "POST"),
        _route("/keys", desk.key, "POST"),
        _route("/reset", desk.reset, "POST"),
        _route("/health", desk.health, "GET"),
    ]


class _Desk:
    def __init__(self, world: World, stages: Mapping[str, Stage]) -> None:
        self._world = world
        self._stages = stages

    async def post(self, request: Request) -> Response:
        raw = await request.body()
        several = raw.lstrip().startswith(b"[")
        scenarios = _decode(raw, list[Scenario]) if several else [_decode(raw, Scenario)]
        for scenario in scenarios:
            self._known(scenario.match.vendor)
        return _json({"numbers": [self._world.scenarios.add(scenario) for scenario in scenarios]}, 201)

    async def posted(self, request: Request) -> Response:
        return _json(self._world.scenarios.all())

    async def remove(self, request: Request) -> Response:
        if not self._world.scenarios.remove(request.path_params["number"]):
            raise Unusable("no scenario has this number", 404)
        return Response(status_code=204)

    async def ledger(self, request: Request) -> Response:
        return _json(self._world.ledger.book())

    async def bill(self, request: Request) -> Response:
        return _json(self._world.ledger.bill())

    async def prices(self, request: Request) -> Response:
        return _json(PRICES)

    async def events(self, request: Request) -> Response:
        return _json(self._matching(_question(request)))

    async def wait(self, request: Request) -> Response:
        asked = _question(request)
        if asked.submissions is None and asked.event is None:
            raise Unusable("say what to wait for: submissions=N or event=KIND")
        came = await self._world.signal.until(lambda: self._met(asked), timeout_s=min(asked.timeout_s, MAX_WAIT_S))
        if not came:
            raise Unusable("it did not happen in time", 408)
        return _json(self._matching(asked))

    async def release(self, request: Request) -> Response:
        self._world.release(_decode(await request.body() or b"{}", Release).provider_id)
        return Response(status_code=204)

    async def finish(self, request: Request) -> Response:
        wanted = _decode(await request.body(), Finish).provider_id
        for name, stage in self._stages.items():
            submission = self._world.ledger.find(name, wanted)
            if submission is not None:
                stage.progress.finish(submission)
                return _json(submission.entry())
        raise Unusable("no submission has this provider_id", 404)

    async def advance(self, request: Request) -> Response:
        self._world.clock.advance(_decode(await request.body(), Advance).advance_s)
        return _json({"now": self._world.clock.now()})

    async def key(self, request: Request) -> Response:
        wanted = _decode(await request.body(), Key)
        self._known(wanted.vendor)
        if wanted.key is None:
            self._world.keys.pop(wanted.vendor, None)
        else:
            self._world.keys[wanted.vendor] = wanted.key
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        self._world.reset()
        return Response(status_code=204)

    async def health(self, request: Request) -> Response:
        return _json(
            {"status": "ok", "vendors": {name: dict(stage.vendor.bases) for name, stage in self._stages.items()}}
        )

    def _matching(self, asked: Question) -> list[Event]:
        return self._world.events.matching(asked.event, vendor=asked.vendor, provider_id=asked.provider_id)

    def _met(self, asked: Question) -> bool:
        if asked.submissions is not None:
            return len(self._world.ledger.accepted(asked.vendor)) >= asked.submissions
        return len(self._matching(asked)) >= asked.count

    def _known(self, vendor: str | None) -> None:
        if vendor is not None and vendor not in self._stages:
            raise Unusable(f"vendor must be one of {', '.join(self._stages)}; got '{vendor}'")


def _route(path: str, answer: Endpoint, method: str) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request)
        except Unusable as error:
            return _json({"error": str(error)}, error.status)

    return Route(path, endpoint, methods=[method])


def _question(request: Request) -> Question:
    try:
        return msgspec.convert(dict(request.query_params), Question, strict=False)
    except msgspec.ValidationError as error:
        raise Unusable(str(error)) from None


def _decode(raw: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise Unusable(str(error)) from None


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
