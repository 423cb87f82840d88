"""Signatures of Standard Webhooks: headers that tell a receiver that a body is ours and new."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A new secret: `whsec_` and the base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(event: str, timestamp: int, body: bytes, signing: Sequence[str]) -> list[tuple[str, str]]:
    """The headers of one try at `timestamp`, in seconds, with a signature by each secret in `signing`."""
    text = f"{event}.{timestamp}.".encode() + body
    return [
        ("Content-Type", "application/json"),
        ("webhook-id", event),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(f"v1,{_signature(secret, text)}" for secret in signing)),
    ]


def _signature(secret: str, text: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, text, "sha256")).decode()
