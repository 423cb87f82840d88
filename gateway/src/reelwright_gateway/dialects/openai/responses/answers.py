"""A response, from the contract to this API's JSON."""

from __future__ import annotations

from google.rpc import status_pb2

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.dialects.openai.responses.echoes import echoed
from reelwright_gateway.dialects.openai.responses.output import failure_of, item_of
from reelwright_gateway.dialects.openai.responses.pictures import Pictures
from reelwright_gateway.dialects.openai.structs import Json
from reelwright_gateway.errors import Failure

STATUS = {
    kept.RESPONSE_STATE_QUEUED: "queued",
    kept.RESPONSE_STATE_IN_PROGRESS: "in_progress",
    kept.RESPONSE_STATE_COMPLETED: "completed",
    kept.RESPONSE_STATE_INCOMPLETE: "incomplete",
    kept.RESPONSE_STATE_FAILED: "failed",
    kept.RESPONSE_STATE_CANCELLED: "cancelled",
}
CODES = {
    "CONTENT_BLOCKED": "invalid_prompt",
    "MEDIA_UNREADABLE": "invalid_image",
    "URI_REFUSED": "invalid_image_url",
    "ASSET_NOT_FOUND": "image_file_not_found",
    "ASSET_TOO_LARGE": "image_file_too_large",
}
"""Codes that the SDKs know, for reasons of the contract; all others go by the status."""


def response_of(response: kept.Response, pictures: Pictures) -> Json:
    """A response; its pictures must have been loaded."""
    completed = response.state == kept.RESPONSE_STATE_COMPLETED and response.HasField("end_time")
    return {
        "id": response.id,
        "object": "response",
        "created_at": response.create_time.seconds,
        "completed_at": response.end_time.seconds if completed else None,
        "status": STATUS.get(response.state, "in_progress"),
        "error": _error(response.error) if response.HasField("error") else None,
        "incomplete_details": {"reason": response.incomplete_reason} if response.incomplete_reason else None,
        "model": response.model or response.request.chat.model,
        "output": [item_of(item, pictures, response.request.image_tool) for item in response.output],
        "usage": _usage(response.usage) if response.HasField("usage") else None,
        "service_tier": response.service_tier or response.request.chat.service_tier or None,
        **_asked(response.request),
        **echoed(response.request),
    }


def _asked(request: kept.CreateResponseRequest) -> Json:
    chat = request.chat
    return {
        "background": request.background,
        "instructions": request.instructions or None,
        "max_output_tokens": chat.max_output_tokens if chat.HasField("max_output_tokens") else None,
        "max_tool_calls": request.max_tool_calls if request.HasField("max_tool_calls") else None,
        "metadata": dict(request.metadata),
        "previous_response_id": request.previous or None,
        "prompt_cache_key": chat.prompt_cache_key or None,
        "store": request.store if request.HasField("store") else True,
        "temperature": chat.temperature if chat.HasField("temperature") else None,
        "top_p": chat.top_p if chat.HasField("top_p") else None,
    }


def _usage(usage: pb.Usage) -> Json:
    read = {"cached_tokens": usage.cached_input_tokens, "cache_write_tokens": usage.cache_write_tokens}
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": read,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens or usage.input_tokens + usage.output_tokens,
    }


def _error(status: status_pb2.Status) -> Json:
    failure = failure_of(status)
    return {"code": _code(failure), "message": failure.message}


def _code(failure: Failure) -> str:
    if failure.reason in CODES:
        return CODES[failure.reason]
    if failure.status == 429:
        return "rate_limit_exceeded"
    return "invalid_prompt" if failure.code == "INVALID_ARGUMENT" else "server_error"
