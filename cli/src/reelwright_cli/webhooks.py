"""The `webhooks` commands: the secret, a test, what was told, and telling it again."""

from __future__ import annotations

from google.protobuf import json_format
from rich.table import Table

from reelwright.jobs.v1 import webhooks_service_pb2 as pb
from reelwright_cli.connection import Suite


async def secret_of(suite: Suite, rotate: bool) -> pb.WebhookSecret:
    """The secret that signs, a new one if wanted."""
    if rotate:
        return (await suite.webhooks.RotateWebhookSecret(pb.RotateWebhookSecretRequest())).secret
    return (await suite.webhooks.GetWebhookSecret(pb.GetWebhookSecretRequest())).secret


async def tried(suite: Suite, url: str) -> pb.WebhookAttempt:
    """How a test event to `url` went."""
    return (await suite.webhooks.TestWebhook(pb.TestWebhookRequest(url=url))).attempt


def was_taken(attempt: pb.WebhookAttempt) -> bool:
    """Whether the receiver took what it was told."""
    return 200 <= attempt.status < 300


def attempt_line(attempt: pb.WebhookAttempt) -> str:
    """A try in one line."""
    seconds = attempt.duration.ToTimedelta().total_seconds()
    outcome = f"{attempt.status} {attempt.answer.strip()[:60]}".strip() if attempt.status else attempt.error
    return f"{outcome} ({seconds:.2f} s)"


def delivery_json(delivery: pb.WebhookDelivery) -> str:
    """A delivery for programs."""
    return json_format.MessageToJson(delivery, preserving_proto_field_name=True)


def deliveries_table(found: list[pb.WebhookDelivery]) -> Table:
    """Deliveries for people, without lines between columns."""
    table = Table(box=None, pad_edge=False)
    for heading in ("event", "type", "state", "tries", "address"):
        table.add_column(heading, no_wrap=heading != "address", overflow="fold")
    for one in found:
        state = pb.WebhookDelivery.State.Name(one.state).removeprefix("STATE_")
        table.add_row(one.id, one.type.removeprefix("job."), state, str(one.tries), one.url)
    return table
