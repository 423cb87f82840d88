"""What webhook calls fail for."""

from __future__ import annotations

from reelwright_kit.errors import AppError, Code, Violation


class WebhookUrlRefused(AppError):
    """The address may not be told, or nobody is found there."""

    code = Code.INVALID_ARGUMENT
    reason = "WEBHOOK_URL_REFUSED"

    def __init__(self, field: str, cause: str) -> None:
        said = f"this address cannot be told: {cause}"
        super().__init__(f"{field}: {said}.", (Violation(field, said),), field=field, cause=cause)


class DeliveryNotFound(AppError):
    """No delivery has this id, or it belongs to somebody else."""

    code = Code.NOT_FOUND
    reason = "WEBHOOK_DELIVERY_NOT_FOUND"

    def __init__(self, delivery: str) -> None:
        super().__init__(f"There is no webhook delivery {delivery}.", delivery=delivery)
