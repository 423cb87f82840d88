"""The failures of this domain, each with its reason in story/v1/error_reason.proto."""

from __future__ import annotations

from reelwright_kit.errors import AppError, Code


class PlanUnusable(AppError):
    """The text model gave no usable plan, also when asked again."""

    code = Code.FAILED_PRECONDITION
    reason = "PLAN_UNUSABLE"
    domain = "story.reelwright"

    def __init__(self, step: str, attempts: int, cause: str) -> None:
        message = f"The text model gave no usable {step} in {attempts} attempts: {cause}"
        super().__init__(message, step=step, attempts=attempts)


class FilmStopped(AppError):
    """A film may not spend more; code, reason and metadata are those of the step that was refused, and more is said."""

    def __init__(self, refusal: AppError, message: str, **metadata: object) -> None:
        super().__init__(message, (), **refusal.metadata, **metadata)
        self.code = refusal.code
        self.reason = refusal.reason
        self.domain = refusal.domain
