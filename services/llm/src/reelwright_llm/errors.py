"""The failures of this domain, each with its reason in llm/v1/error_reason.proto."""

from __future__ import annotations

from reelwright_kit.errors import AppError, Code, Violation


class CapabilityUnsupported(AppError):
    """The model cannot do what the request needs."""

    code = Code.INVALID_ARGUMENT
    reason = "CAPABILITY_UNSUPPORTED"
    domain = "llm.reelwright"

    def __init__(self, field: str, model: str, capability: str) -> None:
        cause = f"{model} cannot do {capability}"
        super().__init__(
            f"{field}: {cause}", (Violation(field, cause),), field=field, model=model, capability=capability
        )
