"""OpenAI's Responses: made at once or in the background, streamed, looked at again, resumed, cancelled."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from reelwright_fakes import sse
from reelwright_fakes.body import Body
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.stage import Stage
from reelwright_fakes.text.speaking import made, prompt_micro_usd, spoken
from reelwright_fakes.vendor import Wish
from reelwright_fakes.vendors.openai_responding import ResponseJob, response_job
from reelwright_fakes.vendors.openai_response_events import Paper


class Responses:
    """`/responses` and what is below it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def routes(self, root: str) -> Sequence[BaseRoute]:
        """The paths below `root`."""
        create = self._stage.submits("respond", self._read, self._answer, attended=True)
        one = f"{root}/responses/{{provider_id}}"
        return [
            Route(f"{root}/responses", create, methods=["POST"]),
            Route(one, self._stage.follows("poll", self._looked_at), methods=["GET"]),
            Route(f"{one}/cancel", self._stage.follows("cancel", self._cancelled), methods=["POST"]),
        ]

    def _read(self, request: Request, body: Body) -> Wish:
        job = response_job(body.fields, self._before(body.fields.get("previous_response_id")))
        return Wish(
            provider_id=f"resp_{secrets.token_hex(12)}",
            prompt=job.demand.prompt,
            model=job.demand.model,
            price_micro_usd=prompt_micro_usd(self._stage.vendor.name, job.demand),
            arguments={"job": job},
            material=job.demand,
            abides=job.background,
        )

    def _before(self, previous: object) -> list[dict[str, object]]:
        """The conversation that a response ended."""
        if not previous:
            return []
        found = self._stage.world.ledger.find(self._stage.vendor.name, str(previous))
        if found is None or found.operation != "respond":
            message = f"Previous response with id '{previous}' not found."
            raise Problem(400, "previous_response_not_found", message, at="previous_response_id")
        job: ResponseJob = found.arguments["job"]
        return [*job.messages, {"role": "assistant", "content": found.arguments["said"]}]

    async def _answer(self, request: Request, submission: Submission) -> Response:
        job: ResponseJob = submission.arguments["job"]
        (answer,) = made(submission)
        paper = Paper(submission, job, answer)
        submission.arguments |= {"paper": paper, "said": answer.text, "events": paper.events()}
        if job.stream:
            response: Response = self._streamed(submission)
        else:
            if not job.background:
                await self._stage.progress.settle(submission)
            response = JSONResponse(paper.now())
        response.headers["x-request-id"] = f"req_{submission.id}"
        return response

    def _streamed(self, submission: Submission) -> Response:
        paper, events = _written(submission)
        half = len(events) // 2
        frames = spoken(self._stage, submission, events, lambda problem: paper.failed(half, problem))
        return sse.stream(frames)

    async def _looked_at(self, request: Request, submission: Submission) -> Response:
        paper, _ = _written(submission)
        if request.query_params.get("stream") == "true":
            after = request.query_params.get("starting_after", "")
            return sse.stream(self._resumed(submission, int(after) + 1 if after.isdigit() else 0))
        self._stage.progress.poll(submission)
        return JSONResponse(paper.now())

    async def _resumed(self, submission: Submission, first: int) -> AsyncIterator[bytes]:
        """The events from `first` on, the last one when the work has ended; what was cancelled has none."""
        paper, events = _written(submission)
        for event in events[first:-1]:
            yield event
        try:
            await self._stage.progress.settle(submission)
        except Problem as problem:
            yield paper.failed(len(events) - 1, problem)
            return
        if submission.state == "succeeded":
            yield events[-1]

    async def _cancelled(self, request: Request, submission: Submission) -> Response:
        paper, _ = _written(submission)
        job: ResponseJob = submission.arguments["job"]
        if not job.background:
            raise Problem(400, None, "Cannot cancel a synchronous response.")
        self._stage.progress.cancel(submission)
        return JSONResponse(paper.now())


def _written(submission: Submission) -> tuple[Paper, list[bytes]]:
    if "paper" not in submission.arguments:
        raise Problem(404)
    return submission.arguments["paper"], submission.arguments["events"]
