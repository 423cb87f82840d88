"""Makes a store ready: the bucket or directory, a rule against half uploads, and nothing that the public can read."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import minio
from minio.commonconfig import ENABLED, Filter
from minio.credentials.providers import IamAwsProvider, Provider, StaticProvider
from minio.error import MinioException, S3Error
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, LifecycleConfig, Rule
from urllib3.exceptions import HTTPError

from reelwright_kit.assets.s3 import DEFAULT_REGION, S3Access
from reelwright_kit.errors import CannotStart

RULE = "reelwright-half-uploads"
HALF_UPLOAD_DAYS = 1


class CannotProvision(CannotStart):
    """The store cannot be made ready; the message says what to do."""


def provision(url: str, access: S3Access) -> Iterator[str]:
    """Makes the store ready, also when it is already; says each thing that it did or found. Blocks.

    Raises CannotProvision for a bucket that the public can read, for refusals, and for stores of other kinds.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "file":
        yield _directory(Path(urllib.parse.unquote(parts.path)))
    elif parts.scheme == "s3":
        try:
            yield from _bucket(parts.netloc, access)
        except (MinioException, HTTPError, ValueError) as error:
            raise CannotProvision(f"{url}: {_said(error)}") from error
    else:
        raise CannotProvision(f"{url}: make this container with the tools of its provider")


def _directory(path: Path) -> str:
    try:
        if path.is_dir():
            return f"directory {path}: is there"
        path.mkdir(parents=True, mode=0o750)
    except OSError as error:
        raise CannotProvision(f"{path}: {error.strerror}") from error
    return f"directory {path}: made"


def _bucket(bucket: str, access: S3Access) -> Iterator[str]:
    client = _client(access, _credentials(access))
    if client.bucket_exists(bucket):
        yield f"bucket {bucket}: is there"
    else:
        client.make_bucket(bucket, location=access.region or DEFAULT_REGION)
        yield f"bucket {bucket}: made"
    if _is_public(client, bucket, access):
        raise CannotProvision(f"bucket {bucket} can be read by everybody; take its public policy and grants away first")
    yield f"bucket {bucket}: not public"
    yield f"bucket {bucket}: half uploads end after {HALF_UPLOAD_DAYS} day, {_ruled(client, bucket)}"


def _ruled(client: minio.Minio, bucket: str) -> str:
    """Adds our rule to those there are; theirs stay."""
    known = client.get_bucket_lifecycle(bucket)
    rules = [rule for rule in known.rules if rule.rule_id != RULE] if known else []
    ours = next((rule for rule in known.rules if rule.rule_id == RULE), None) if known else None
    aborting = ours.abort_incomplete_multipart_upload if ours else None
    if ours and ours.status == ENABLED and aborting and aborting.days_after_initiation == HALF_UPLOAD_DAYS:
        return "as before"
    abort = AbortIncompleteMultipartUpload(days_after_initiation=HALF_UPLOAD_DAYS)
    rule = Rule(ENABLED, rule_filter=Filter(prefix=""), rule_id=RULE, abort_incomplete_multipart_upload=abort)
    client.set_bucket_lifecycle(bucket, LifecycleConfig([*rules, rule]))
    return "rule set"


def _is_public(client: minio.Minio, bucket: str, access: S3Access) -> bool:
    return _allows_everybody(client, bucket) or _lists_for_everybody(bucket, access)


def _allows_everybody(client: minio.Minio, bucket: str) -> bool:
    try:
        policy: dict[str, Any] = json.loads(client.get_bucket_policy(bucket))
    except S3Error as error:
        if error.code == "NoSuchBucketPolicy":
            return False
        raise
    statements = policy.get("Statement", [])
    return any(
        statement.get("Effect") == "Allow" and _is_everybody(statement.get("Principal"))
        for statement in (statements if isinstance(statements, list) else [statements])
    )


def _is_everybody(principal: Any) -> bool:
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return named == "*" or (isinstance(named, list) and "*" in named)


def _lists_for_everybody(bucket: str, access: S3Access) -> bool:
    """Whether somebody without a key gets a list: there are more ways to make a bucket public than its policy."""
    try:
        next(iter(_client(access, None).list_objects(bucket)), None)
    except S3Error:
        return False
    return True


def _client(access: S3Access, credentials: Provider | None) -> minio.Minio:
    region = access.region or DEFAULT_REGION
    endpoint = urllib.parse.urlsplit(access.endpoint or f"https://s3.{region}.amazonaws.com")
    return minio.Minio(endpoint.netloc, secure=endpoint.scheme == "https", region=region, credentials=credentials)


def _credentials(access: S3Access) -> Provider:
    if access.access_key_id:
        return StaticProvider(access.access_key_id, access.secret_access_key, access.session_token or None)
    return IamAwsProvider()


def _said(error: Exception) -> str:
    return f"{error.code}: {error.message}" if isinstance(error, S3Error) else str(error)
