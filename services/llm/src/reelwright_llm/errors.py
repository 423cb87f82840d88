"""The failures of this domain, each with its reason in llm/v1/error_reason.proto."""

from __future__ import annotations

from reelwright_kit.errors import AppError, Code, Violation
from reelwright_kit.jobs.commission import ProviderBusy, ProviderFailed, ProviderQuota


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


class ContextTooLong(AppError):
    """The input is longer than the model takes."""

    code = Code.INVALID_ARGUMENT
    reason = "CONTEXT_TOO_LONG"
    domain = "llm.reelwright"

    def __init__(self, field: str, model: str, cause: str) -> None:
        super().__init__(f"{field}: {model}: {cause}", (Violation(field, cause),), field=field, model=model)


class InputBlocked(AppError):
    """The provider refuses the input by its rules; nothing was written."""

    code = Code.FAILED_PRECONDITION
    reason = "CONTENT_BLOCKED"
    domain = "llm.reelwright"

    def __init__(self, provider: str, cause: str, category: str = "") -> None:
        named = {"category": category} if category else {}
        super().__init__(f"{provider}: {cause}", (), provider=provider, **named)


class SchemaUnsupported(AppError):
    """The JSON Schema is none, or the provider cannot hold to it."""

    code = Code.INVALID_ARGUMENT
    reason = "SCHEMA_UNSUPPORTED"
    domain = "llm.reelwright"

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(f"{field}: {cause}", (Violation(field, cause),), field=field)


class ProviderLimited(AppError):
    """More calls or tokens than the provider allows at the moment, or than this process asks it for at a time."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "PROVIDER_LIMITED"
    domain = "llm.reelwright"

    def __init__(self, provider: str, cause: str, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"{provider}: {cause}", (), provider=provider)


TROUBLE = (ProviderBusy, ProviderFailed, ProviderLimited, ProviderQuota)
"""What says nothing about the question: another provider may answer it."""
