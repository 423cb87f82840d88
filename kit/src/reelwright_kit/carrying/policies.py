"""What the contract promises of a method, which gRPC keeps by itself for the calls it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import grpc
import msgspec

from reelwright_kit.client import service_config


class Policy(NamedTuple):
    """How long a call may take, and whether it is repeated: on which failures, after what pause at most."""

    timeout_s: float | None = None
    repeated: frozenset[int] = frozenset()
    pause_s: float = 0.0


class _Name(msgspec.Struct):
    service: str = ""
    method: str = ""


class _Retry(msgspec.Struct, rename="camel"):
    initial_backoff: str
    retryable_status_codes: list[str]


class _Promise(msgspec.Struct, rename="camel"):
    name: list[_Name]
    timeout: str | None = None
    retry_policy: _Retry | None = None


class _Config(msgspec.Struct, rename="camel"):
    method_config: list[_Promise] = []


def policies(api: str) -> Callable[[str], Policy]:
    """What finds the policy of a method of the API."""
    config = msgspec.json.decode(service_config(api), type=_Config)
    known = {f"/{name.service}/{name.method}": _policy(one) for one in config.method_config for name in one.name}

    def found(method: str) -> Policy:
        # A promise without a method is one for the whole service.
        return known.get(method) or known.get(f"{method.rpartition('/')[0]}/") or Policy()

    return found


def _policy(promise: _Promise) -> Policy:
    timeout_s = _seconds(promise.timeout) if promise.timeout else None
    retry = promise.retry_policy
    if retry is None:
        return Policy(timeout_s)
    codes = frozenset(grpc.StatusCode[name].value[0] for name in retry.retryable_status_codes)
    return Policy(timeout_s, codes, _seconds(retry.initial_backoff))


def _seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))
