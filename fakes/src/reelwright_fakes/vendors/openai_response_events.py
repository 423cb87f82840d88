"""The JSON of OpenAI's Responses: the object itself, its items, and the numbered events that build it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reelwright_fakes import sse
from reelwright_fakes.ledger import Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.text.answers import Answer
from reelwright_fakes.text.tokens import tokens_of
from reelwright_fakes.vendors.openai_errors import error_of
from reelwright_fakes.vendors.openai_responding import ResponseJob

STATUSES = {
    "queued": "queued",
    "running": "in_progress",
    "succeeded": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}
ENDINGS = {"length": "max_output_tokens", "content_filter": "content_filter"}
Draft = dict[str, Any]


class Paper:
    """One response as it is written."""

    def __init__(self, submission: Submission, job: ResponseJob, answer: Answer) -> None:
        self._submission = submission
        self._job = job
        self._answer = answer

    @property
    def ending(self) -> str:
        """The status that it ends with when nothing goes wrong."""
        return "incomplete" if self._answer.ending in ENDINGS else "completed"

    def now(self) -> dict[str, Any]:
        """The response as the ledger has it."""
        status = STATUSES[self._submission.state]
        failure = self._submission.failure
        return self.shown(self.ending if status == "completed" else status, failure)

    def shown(self, status: str, failure: Problem | None = None) -> dict[str, Any]:
        """The response in a status; what was written is there once it has ended well."""
        ended = status in {"completed", "incomplete"}
        reason = ENDINGS.get(self._answer.ending) if status == "incomplete" else None
        fields = self._submission.body or {}
        return {
            "id": self._submission.id,
            "object": "response",
            "created_at": int(self._submission.at),
            "status": status,
            "model": self._submission.model,
            "output": [item for item, _ in self._items()] if ended else [],
            "usage": self._usage() if ended else None,
            "error": _error(failure) if failure else None,
            "incomplete_details": {"reason": reason} if reason else None,
            "instructions": fields.get("instructions"),
            "metadata": fields.get("metadata") or {},
            "parallel_tool_calls": self._job.demand.parallel,
            "previous_response_id": fields.get("previous_response_id"),
            "temperature": fields.get("temperature", 1.0),
            "tool_choice": fields.get("tool_choice") or "auto",
            "tools": fields.get("tools") or [],
            "top_p": fields.get("top_p", 1.0),
            "background": self._job.background,
            "x_fake": {"unknown": self._job.demand.unknown},
        }

    def events(self) -> list[bytes]:
        """All events, numbered from 0."""
        last = f"response.{self.ending}"
        drafts: list[Draft] = [
            {"type": "response.created", "response": self.shown("in_progress")},
            {"type": "response.in_progress", "response": self.shown("in_progress")},
        ]
        for index, (item, steps) in enumerate(self._items()):
            drafts += [step | {"output_index": index} for step in (_opened(item), *steps, _closed(item))]
        drafts.append({"type": last, "response": self.shown(self.ending)})
        return [numbered(draft, number) for number, draft in enumerate(drafts)]

    def failed(self, number: int, problem: Problem) -> bytes:
        """The event that ends it otherwise."""
        return numbered({"type": "response.failed", "response": self.shown("failed", problem)}, number)

    def _items(self) -> Iterator[tuple[dict[str, Any], list[Draft]]]:
        """Each item of the output with the events that fill it."""
        answer, stem = self._answer, self._submission.id.removeprefix("resp_")
        if answer.thoughts:
            yield self._reasoning(f"rs_{stem}")
        if not answer.calls:
            yield _message(f"msg_{stem}", answer)
        for number, call in enumerate(answer.calls):
            item = {"id": f"fc_{stem}{number}", "type": "function_call", "status": "completed", "call_id": call.id}
            steps = _growing(
                "response.function_call_arguments", tokens_of(call.arguments), "arguments", {"item_id": item["id"]}
            )
            yield item | {"name": call.name, "arguments": call.arguments}, steps

    def _reasoning(self, id_: str) -> tuple[dict[str, Any], list[Draft]]:
        if not self._job.summary:
            return {"id": id_, "type": "reasoning", "summary": []}, []
        where = {"item_id": id_, "summary_index": 0}
        whole = {"type": "summary_text", "text": self._answer.thoughts}
        steps = [
            {"type": "response.reasoning_summary_part.added", **where, "part": whole | {"text": ""}},
            *_growing("response.reasoning_summary_text", tokens_of(self._answer.thoughts), "text", where),
            {"type": "response.reasoning_summary_part.done", **where, "part": whole},
        ]
        return {"id": id_, "type": "reasoning", "summary": [whole]}, steps

    def _usage(self) -> dict[str, Any]:
        demand, written = self._job.demand, self._answer.completion_tokens
        return {
            "input_tokens": demand.prompt_tokens,
            "input_tokens_details": {"cached_tokens": demand.stable, "cache_write_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": self._answer.reasoning_tokens},
            "total_tokens": demand.prompt_tokens + written,
            "x_fake_usage": "kept",
        }


def numbered(draft: Draft, number: int) -> bytes:
    """An event with its place in the stream."""
    return sse.frame(draft | {"sequence_number": number}, event=draft["type"])


def _message(id_: str, answer: Answer) -> tuple[dict[str, Any], list[Draft]]:
    part = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
    where = {"item_id": id_, "content_index": 0}
    steps = [
        {"type": "response.content_part.added", **where, "part": part | {"text": ""}},
        *_growing("response.output_text", list(answer.tokens), "text", where, logprobs=[]),
        {"type": "response.content_part.done", **where, "part": part},
    ]
    return {"id": id_, "type": "message", "role": "assistant", "status": "completed", "content": [part]}, steps


def _growing(kind: str, tokens: list[str], name: str, where: dict[str, Any], **more: Any) -> list[Draft]:
    """The events that tell a text token by token, and then as a whole."""
    deltas = [{"type": f"{kind}.delta", **where, "delta": token, **more} for token in tokens]
    return [*deltas, {"type": f"{kind}.done", **where, name: "".join(tokens), **more}]


def _opened(item: dict[str, Any]) -> Draft:
    empty = {"content": [], "arguments": "", "summary": [], "status": "in_progress"}
    begun = {name: empty.get(name, value) for name, value in item.items()}
    return {"type": "response.output_item.added", "item": begun}


def _closed(item: dict[str, Any]) -> Draft:
    return {"type": "response.output_item.done", "item": item}


def _error(problem: Problem) -> dict[str, Any]:
    error = error_of(problem)
    return {"code": error["code"] or "server_error", "message": error["message"]}
