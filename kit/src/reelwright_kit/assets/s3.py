"""How an S3 store is reached: what of it must be said, because the library would not find it or find another."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

# Long enough for a server that restarts, short enough for a caller who waits.
RETRIES: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class S3Access:
    """Keys and addresses; without a key, the environment's own ways are tried: web identity, containers, machines."""

    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""
    region: str = ""
    endpoint: str = ""
    """Empty: Amazon's of the region. Others are spoken to in path style, also without TLS."""
    public_endpoint: str = ""
    """Where users reach the same store; presigned addresses hold for the host they were signed for only."""

    def __repr__(self) -> str:
        return f"S3Access({self.endpoint or 'Amazon'}, {self.region})"


def reach(bucket: str, prefix: str, access: S3Access) -> S3Store:
    """The store as this process reaches it."""
    return _store(bucket, prefix, access, access.endpoint)


def show(bucket: str, prefix: str, access: S3Access) -> S3Store:
    """The same store as users reach it: for signing, never for sending."""
    return _store(bucket, prefix, access, access.public_endpoint or access.endpoint)


def _store(bucket: str, prefix: str, access: S3Access, endpoint: str) -> S3Store:
    config: S3Config = {"region": access.region or DEFAULT_REGION}
    options: ClientConfig = {}
    if access.access_key_id:
        config["access_key_id"] = access.access_key_id
        config["secret_access_key"] = access.secret_access_key
    if access.session_token:
        config["session_token"] = access.session_token
    if endpoint:
        # By this name it wins over every variable, also when the public address is asked for.
        config["aws_endpoint_url_s3"] = endpoint.rstrip("/")
        config["virtual_hosted_style_request"] = False
        options["allow_http"] = urllib.parse.urlsplit(endpoint).scheme == "http"
    else:
        # A name with a dot fits no certificate.
        config["virtual_hosted_style_request"] = "." not in bucket
    return S3Store(bucket, prefix=prefix or None, config=config, client_options=options, retry_config=RETRIES)
