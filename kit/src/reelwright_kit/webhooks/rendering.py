"""Secrets, deliveries and attempts as contract messages."""

from __future__ import annotations

from collections.abc import Sequence

from reelwright.jobs.v1 import webhooks_service_pb2 as pb
from reelwright_kit.jobs.rendering import timestamp
from reelwright_kit.webhooks.model import Attempt, DeliveryRecord, DeliveryState, SecretRecord


def secret_message(record: SecretRecord) -> pb.WebhookSecret:
    """A secret as the contract shows it."""
    return pb.WebhookSecret(
        secret=record.secret,
        create_time=timestamp(record.create_time),
        previous_expire_time=timestamp(record.previous_expire_time),
    )


def delivery_message(record: DeliveryRecord, attempts: Sequence[Attempt] = ()) -> pb.WebhookDelivery:
    """A delivery as the contract shows it."""
    return pb.WebhookDelivery(
        id=record.id,
        job=record.job,
        type=record.type,
        url=record.url,
        state=pb.WebhookDelivery.State.Value(f"STATE_{record.state.value}"),
        tries=record.tries,
        body=record.body,
        create_time=timestamp(record.create_time),
        next_try_time=timestamp(record.due_time if record.state is DeliveryState.PENDING else None),
        end_time=timestamp(record.end_time),
        attempts=[attempt_message(attempt) for attempt in attempts],
    )


def attempt_message(attempt: Attempt) -> pb.WebhookAttempt:
    """A try as the contract shows it."""
    message = pb.WebhookAttempt(
        number=attempt.number,
        time=timestamp(attempt.time),
        status=attempt.status,
        answer=attempt.answer,
        error=attempt.error,
    )
    message.duration.FromMilliseconds(attempt.duration_ms)
    return message
