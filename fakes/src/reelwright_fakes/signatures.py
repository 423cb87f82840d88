"""The two ways vendors sign webhooks: Standard Webhooks (HMAC) and Ed25519 with published keys."""

from __future__ import annotations

import base64
import hashlib
import hmac

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

# Fixed on purpose: these secrets guard nothing, and users may paste them into their settings.
SECRET = "whsec_" + base64.b64encode(hashlib.sha256(b"reelwright-fakes").digest()[:24]).decode()
FORGER = "whsec_" + base64.b64encode(hashlib.sha256(b"somebody else").digest()[:24]).decode()


def standard(note_id: str, timestamp: int, body: bytes, *, forged: bool) -> dict[str, str]:
    """The headers of Standard Webhooks; `timestamp` in seconds."""
    key = base64.b64decode((FORGER if forged else SECRET).removeprefix("whsec_"))
    text = f"{note_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, text, "sha256")).decode()
    return {"webhook-id": note_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}


def ed25519(message: bytes, *, forged: bool) -> str:
    """The signature in hexadecimal."""
    return eddsa.new(_private_key(forged=forged), "rfc8032").sign(message).hex()


def published_keys() -> dict[str, list[dict[str, str]]]:
    """The JSON Web Key Set that verifies what `ed25519` signs."""
    raw = _private_key(forged=False).public_key().export_key(format="raw")
    x = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return {"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": "fake", "x": x}]}


def _private_key(*, forged: bool) -> ECC.EccKey:
    return ECC.construct(curve="Ed25519", seed=hashlib.sha256(b"forger" if forged else b"fake").digest())
