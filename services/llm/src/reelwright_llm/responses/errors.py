"""The failures of calls about responses."""

from __future__ import annotations

from reelwright_kit.errors import AppError, Code


class ResponseNotFound(AppError):
    """No response has this id, or it belongs to somebody else."""

    code = Code.NOT_FOUND
    reason = "RESPONSE_NOT_FOUND"
    domain = "llm.reelwright"

    def __init__(self, response: str) -> None:
        super().__init__(f"There is no response {response}.", response=response)


class ResponseNotBackground(AppError):
    """The response was made for a caller who waited; nobody can watch or cancel it."""

    code = Code.FAILED_PRECONDITION
    reason = "RESPONSE_NOT_BACKGROUND"
    domain = "llm.reelwright"

    def __init__(self, response: str, verb: str) -> None:
        super().__init__(f"Response {response} was not made in the background and cannot be {verb}.", response=response)
