"""Puts the script between a vendor's wire and its callers: keys, faults, money, pace and webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from reelwright_fakes.attention import Attended, while_attended
from reelwright_fakes.body import Body, read_body
from reelwright_fakes.damage import Silent, damaged
from reelwright_fakes.directives import UnknownDirective, scenario_in
from reelwright_fakes.events import Kind
from reelwright_fakes.intents import intent_of
from reelwright_fakes.ledger import Submission
from reelwright_fakes.pictures import Picture
from reelwright_fakes.problems import Problem
from reelwright_fakes.progress import Progress
from reelwright_fakes.scenarios import Fault, Place, Plan, Scenario
from reelwright_fakes.vendor import Vendor, Wish
from reelwright_fakes.world import World

Endpoint = Callable[[Request], Awaitable[Response]]
Read = Callable[[Request, Body], Wish]
Answer = Callable[[Request, Submission], Awaitable[Response]]
PlainAnswer = Callable[[Request, Body], Awaitable[Response]]
SECRET_HEADERS = frozenset({"authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie"})
_TOLD: dict[Place, Kind] = {"submit": "answered", "poll": "polled", "result": "fetched", "cancel": "cancelled"}


class Stage:
    """What one vendor plays on."""

    def __init__(self, vendor: Vendor, world: World) -> None:
        self.vendor = vendor
        self.world = world
        self.progress = Progress(vendor, self, world)

    def submits(self, operation: str, read: Read, answer: Answer, *, attended: bool = False) -> Endpoint:
        """An endpoint that starts paid work: `read` understands the request, `answer` answers once it is accepted.

        Work that is `attended` runs at once, is recorded with what was asked, and stops when its caller goes away.
        """

        async def endpoint(request: Request) -> Response:
            if self.world.scenarios.refuses(self.vendor.name, operation):
                self.world.events.record("refused", self.vendor.name, detail=operation)
                return Silent(reset=True)
            try:
                return await self._submitted(request, operation, read, answer, attended=attended)
            except Problem as problem:
                return self.vendor.problem(problem)

        return endpoint

    def follows(self, place: Place, answer: Answer) -> Endpoint:
        """An endpoint about work that was accepted, named by the path's `provider_id`."""

        async def endpoint(request: Request) -> Response:
            try:
                self._check_key(request)
                submission = self.world.ledger.find(self.vendor.name, request.path_params["provider_id"])
                if submission is None:
                    raise Problem(404)
                fault = submission.plan.take(place)
                return await self._answered(request, submission, place, fault, answer)
            except Problem as problem:
                return self.vendor.problem(problem)

        return endpoint

    def serves(self, answer: PlainAnswer) -> Endpoint:
        """An endpoint that costs nothing and meets no faults; only the key is looked at."""

        async def endpoint(request: Request) -> Response:
            try:
                self._check_key(request)
                raw = Body({}, (), await request.body(), "")
                plain = not request.headers.get("content-type", "").startswith("multipart/")
                return await answer(request, raw if plain else await read_body(request))
            except Problem as problem:
                return self.vendor.problem(problem)

        return endpoint

    def keep(
        self, submission: Submission, content: Picture | bytes, *, name: str, media_type: str, life_s: float
    ) -> str:
        """Keeps a result file; answers its address."""
        expires_at = self.world.clock.now() + life_s
        path = self.world.files.keep(
            content, name=name, media_type=media_type, expires_at=expires_at, submission=submission
        )
        return submission.base_url + path

    async def _submitted(
        self, request: Request, operation: str, read: Read, answer: Answer, *, attended: bool
    ) -> Response:
        body = await read_body(request)
        callback = self.vendor.callback(request, body)
        intent = intent_of(request.headers, body.fields, callback, path=request.url.path, body=body.fingerprint)
        plan = Plan(Scenario())
        try:
            self._check_key(request)
            wish = read(request, body)
            plan = self._plan(operation, wish, intent)
            fault = plan.take("submit")
            if fault is not None and fault.kind == "refuse":
                self.world.events.record("refused", self.vendor.name, detail=operation)
                return Silent(reset=True)
            if fault is not None and fault.kind == "status":
                raise _problem_of(fault)
        except Problem as problem:
            rejected = self._reject(operation, intent, plan, problem)
            if attended:
                _note(rejected, request, body)
            raise
        submission = self._accept(request, operation, intent, plan, wish)
        submission.webhook = callback
        if attended:
            _note(submission, request, body)
            return await self._attended(request, submission, fault, answer)
        return await self._answered(request, submission, "submit", fault, answer)

    async def _attended(
        self, request: Request, submission: Submission, fault: Fault | None, answer: Answer
    ) -> Response:
        self.progress.run(submission)
        work = self._answered(request, submission, "submit", fault, answer)
        response = await while_attended(request, work)
        if response is None:
            self._closed(submission)
            return Silent(reset=False)
        # A fault that breaks the connection itself is not a caller who leaves.
        whole = fault is None or fault.kind in {"slow", "drip"}
        return Attended(response, partial(self._closed, submission)) if whole else response

    def _closed(self, submission: Submission) -> None:
        if not submission.closed:
            submission.closed = True
            self.world.tell("closed", submission)
            if not submission.abides:
                self.progress.cancel(submission)

    def _plan(self, operation: str, wish: Wish, intent: str) -> Plan:
        try:
            spoken = scenario_in(wish.prompt)
        except UnknownDirective as error:
            raise Problem(400, "unknown_directive", str(error)) from None
        return self.world.scenarios.plan(self.vendor.name, operation, wish.prompt, spoken=spoken, intent=intent)

    def _reject(self, operation: str, intent: str, plan: Plan, problem: Problem) -> Submission:
        submission = self.world.ledger.open(self.vendor.name, operation, intent, plan=plan, at=self.world.clock.now())
        submission.state, submission.status = "rejected", problem.status
        self.world.events.record("rejected", self.vendor.name, detail=str(problem.status))
        return submission

    def _accept(self, request: Request, operation: str, intent: str, plan: Plan, wish: Wish) -> Submission:
        submission = self.world.ledger.open(self.vendor.name, operation, intent, plan=plan, at=self.world.clock.now())
        submission.provider_id, submission.model = wish.provider_id, wish.model
        submission.arguments, submission.material, submission.abides = wish.arguments, wish.material, wish.abides
        submission.billed_micro_usd, submission.base_url = wish.price_micro_usd, str(request.base_url).rstrip("/")
        self.world.tell("accepted", submission, operation)
        return submission

    async def _answered(
        self, request: Request, submission: Submission, place: Place, fault: Fault | None, answer: Answer
    ) -> Response:
        if submission.plan.take(place, hold=True) is not None:
            self.world.tell("held", submission, place)
            await self.world.hold(submission.provider_id)
        if place == "submit":
            await self.progress.begin(submission)
        if fault is not None:
            self.world.tell("fault", submission, f"{fault.kind} at {place}")
        if fault is not None and fault.kind == "status":
            return self.vendor.problem(_problem_of(fault))
        # Also what is dropped is done first: the vendor works, only nobody hears of it.
        response = await self._whole(request, submission, answer)
        breaks = fault is not None and fault.kind != "slow"
        if place == "submit" and breaks and isinstance(response, StreamingResponse):
            self.progress.hurry(submission)
        if fault is not None and fault.kind == "drop":
            response = Silent(reset=False)
            self.world.tell("dropped", submission, place)
        else:
            response = damaged(response, fault, self.world.clock)
            self.world.tell(_TOLD[place], submission)
        if place == "submit":
            response.background = self.progress.after_answer(submission)
        return response

    async def _whole(self, request: Request, submission: Submission, answer: Answer) -> Response:
        try:
            return await answer(request, submission)
        except Problem as problem:
            return self.vendor.problem(problem)

    def _check_key(self, request: Request) -> None:
        shown, demanded = self.vendor.key(request), self.world.keys.get(self.vendor.name)
        if not shown or (demanded is not None and shown != demanded):
            raise Problem(401)


def _note(submission: Submission, request: Request, body: Body) -> None:
    address = request.url
    submission.path = f"{address.path}?{address.query}" if address.query else address.path
    submission.headers = {name: value for name, value in request.headers.items() if name not in SECRET_HEADERS}
    submission.key_in = ", ".join(sorted(SECRET_HEADERS & {name.lower() for name in request.headers} - {"cookie"}))
    submission.body = body.fields


def _problem_of(fault: Fault) -> Problem:
    return Problem(fault.status, fault.code, fault.message, retry_after_s=fault.retry_after_s)
