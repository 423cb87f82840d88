"""The failures of this domain, each with its reason in image/v1/error_reason.proto."""

from __future__ import annotations

from reelwright_kit.errors import AppError, Code, Violation


class SizeUnsupported(AppError):
    """The model does not make this size."""

    code = Code.INVALID_ARGUMENT
    reason = "SIZE_UNSUPPORTED"
    domain = "image.reelwright"

    def __init__(self, field: str, model: str, cause: str, limit: int) -> None:
        super().__init__(f"{field}: {cause}", (Violation(field, cause),), field=field, model=model, limit=limit)


class ReferencesUnsupported(AppError):
    """The model takes no, or fewer, references."""

    code = Code.INVALID_ARGUMENT
    reason = "REFERENCES_UNSUPPORTED"
    domain = "image.reelwright"

    def __init__(self, model: str, limit: int) -> None:
        cause = f"{model} takes {limit or 'no'} references"
        super().__init__(f"references: {cause}", (Violation("references", cause),), field="references", limit=limit)
