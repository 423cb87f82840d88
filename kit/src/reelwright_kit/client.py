"""Channels to other services: balanced over replicas, kept alive, with the retries their contract allows."""

from __future__ import annotations

from importlib import resources

import grpc

MAX_MESSAGE_BYTES = 4 * 1024 * 1024

RECONNECT_MS = 250
"""The longest pause between two attempts to reach a service; calls are refused meanwhile."""

IN_PROCESS = "in-process"
"""Stands in settings where the address of a service would stand: it runs in the process of its caller."""


def connect(
    address: str, api: str, receive_bytes: int = MAX_MESSAGE_BYTES, *, own_connection: bool = False
) -> grpc.aio.Channel:
    """A channel to `address` for the API `api`, for example `image`; reuse it, and close it when done.

    A larger answer than `receive_bytes` fails with RESOURCE_EXHAUSTED. Channels of one process share connections,
    except those with one of their own.
    """
    return grpc.aio.insecure_channel(
        address,
        options=[
            ("grpc.service_config", service_config(api)),
            ("grpc.keepalive_time_ms", 20_000),
            ("grpc.keepalive_timeout_ms", 5_000),
            ("grpc.initial_reconnect_backoff_ms", 100),
            # What it is named after is how long one attempt may take.
            ("grpc.min_reconnect_backoff_ms", 1_000),
            ("grpc.max_reconnect_backoff_ms", RECONNECT_MS),
            ("grpc.max_receive_message_length", receive_bytes),
            ("grpc.use_local_subchannel_pool", int(own_connection)),
        ],
    )


def service_config(api: str) -> str:
    """What the contract promises of the calls of an API: how long they may take, and which are repeated."""
    return resources.files("reelwright").joinpath(f"{api}/v1/service_config.json").read_text()
