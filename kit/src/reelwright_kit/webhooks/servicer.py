"""WebhookService: proto in, store and sender, proto out; mounted by every service."""

from __future__ import annotations

import time
from typing import Any

import grpc
import msgspec

from reelwright.jobs.v1 import webhooks_service_pb2 as pb
from reelwright.jobs.v1 import webhooks_service_pb2_grpc as rpc
from reelwright_kit import caller, pages
from reelwright_kit.fetching import Fetcher
from reelwright_kit.ids import new_id
from reelwright_kit.webhooks.model import DeliveryFilter
from reelwright_kit.webhooks.rendering import attempt_message, delivery_message, secret_message
from reelwright_kit.webhooks.sending import Sender, require_reachable
from reelwright_kit.webhooks.store import WebhookStore

Context = grpc.aio.ServicerContext[Any, Any]


class WebhookServicer(rpc.WebhookServiceServicer):
    """Shows and repeats the caller's webhooks."""

    def __init__(self, store: WebhookStore, sender: Sender, fetcher: Fetcher) -> None:
        self._store = store
        self._sender = sender
        self._fetcher = fetcher

    async def GetWebhookSecret(
        self, request: pb.GetWebhookSecretRequest, context: Context
    ) -> pb.GetWebhookSecretResponse:
        record = await self._store.secret(caller.current().tenant)
        return pb.GetWebhookSecretResponse(secret=secret_message(record))

    async def RotateWebhookSecret(
        self, request: pb.RotateWebhookSecretRequest, context: Context
    ) -> pb.RotateWebhookSecretResponse:
        record = await self._store.rotate(caller.current().tenant)
        return pb.RotateWebhookSecretResponse(secret=secret_message(record))

    async def TestWebhook(self, request: pb.TestWebhookRequest, context: Context) -> pb.TestWebhookResponse:
        await require_reachable(self._fetcher, request.url, "url")
        event = new_id("evt")
        sent = await self._sender.send(caller.current().tenant, request.url, event, _test_body(event))
        return pb.TestWebhookResponse(attempt=attempt_message(sent.attempt))

    async def ListWebhookDeliveries(
        self, request: pb.ListWebhookDeliveriesRequest, context: Context
    ) -> pb.ListWebhookDeliveriesResponse:
        chosen, size = _filter(request), pages.page_size(request.page_size)
        before = pages.read_token(request.page_token, chosen)
        found = await self._store.list(caller.current().tenant, chosen, size + 1, before)
        token = pages.write_token(found[size - 1].id, chosen) if len(found) > size else ""
        return pb.ListWebhookDeliveriesResponse(
            deliveries=[delivery_message(record) for record in found[:size]], next_page_token=token
        )

    async def GetWebhookDelivery(
        self, request: pb.GetWebhookDeliveryRequest, context: Context
    ) -> pb.GetWebhookDeliveryResponse:
        record, attempts = await self._store.get(caller.current().tenant, request.id)
        return pb.GetWebhookDeliveryResponse(delivery=delivery_message(record, attempts))

    async def RedeliverWebhook(
        self, request: pb.RedeliverWebhookRequest, context: Context
    ) -> pb.RedeliverWebhookResponse:
        record = await self._store.again(caller.current().tenant, request.id)
        return pb.RedeliverWebhookResponse(delivery=delivery_message(record))


def _filter(request: pb.ListWebhookDeliveriesRequest) -> DeliveryFilter:
    if request.state == pb.WebhookDelivery.STATE_UNSPECIFIED:
        return DeliveryFilter(request.job)
    return DeliveryFilter(request.job, pb.WebhookDelivery.State.Name(request.state).removeprefix("STATE_"))


def _test_body(event: str) -> str:
    body = {
        "id": event,
        "object": "event",
        "type": "webhook.test",
        "created_at": int(time.time()),
        "data": {"id": event},
    }
    return msgspec.json.encode(body).decode()
