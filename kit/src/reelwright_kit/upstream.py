"""Plain HTTP to a provider: every failure is sorted by what it says about whether work was taken."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import urllib.parse
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from reelwright_kit.errors import AppError
from reelwright_kit.jobs.commission import (
    ContentBlocked,
    NotTaken,
    ProviderFailed,
    ProviderQuota,
    Unanswered,
    Unreachable,
)

NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
"""What is raised before a request leaves this machine."""

MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_RESULT_BYTES = 512 * 1024 * 1024
SHORTEST_KEY = 12
"""Characters; what is shorter is no vendor's key, and may be a word of the answer."""
MAX_WAIT_S = 120.0
"""A provider that asks for more patience than this is asked again after this."""

Sort = Callable[[int, Any], AppError | None]
"""What a refusal with this status and this body means; None leaves it to the status."""


class Upstream:
    """One provider's API."""

    def __init__(
        self,
        provider: str,
        base_url: str,
        headers: Mapping[str, str],
        *,
        result_hosts: tuple[str, ...] = (),
        sort: Sort = lambda status, body: None,
        timeout_s: float = 60.0,
    ) -> None:
        self.provider = provider
        self._base_url = base_url.rstrip("/")
        self._result_hosts = result_hosts
        self._sort = sort
        credential = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        self._key = credential.partition(" ")[2] or credential
        # A proxy of the company stands before the internet, never before this machine.
        trusting = not _is_loopback(self._base_url)
        timeout = httpx2.Timeout(timeout_s, connect=10.0)
        self._api = httpx2.AsyncClient(headers=dict(headers), timeout=timeout, trust_env=trusting)
        # Without the key: results come from other hosts, which have no business with it.
        self._files = httpx2.AsyncClient(timeout=timeout, trust_env=trusting)

    async def close(self) -> None:
        """Closes the connections."""
        await self._api.aclose()
        await self._files.aclose()

    async def submit(self, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        """Posts what starts paid work, once; the answer's JSON.

        Raises NotTaken, Unanswered, or the AppError of a final refusal.
        """
        try:
            answer = await self._api.post(f"{self._base_url}{path}", json=body, headers=dict(headers))
        except NOT_SENT as error:
            raise NotTaken(f"{self.provider} cannot be reached ({type(error).__name__})") from error
        except httpx2.HTTPError as error:
            raise Unanswered(f"{type(error).__name__} after the request was sent") from error
        if answer.is_success:
            return _json_of(answer, Unanswered, self._key)
        raise self._refusal(answer, paid=True)

    async def ask(self, method: str, path: str) -> Any:
        """The JSON of an answer that costs nothing. Raises Unreachable, or the AppError of a refusal."""
        url = path if path.startswith(("http://", "https://")) else f"{self._base_url}{path}"
        try:
            answer = await self._api.request(method, url)
        except httpx2.HTTPError as error:
            raise Unreachable(f"{type(error).__name__} from {self.provider}") from error
        if answer.is_success:
            return _json_of(answer, Unreachable, self._key)
        raise self._refusal(answer, paid=False)

    async def download(self, url: str, out: Path) -> None:
        """Streams a result into `out`. Raises Unreachable; ProviderFailed when it is too large or from elsewhere."""
        self._check_host(url)
        try:
            async with self._files.stream("GET", url) as answer:
                if not answer.is_success:
                    raise Unreachable(f"status {answer.status_code} from the file host", retry_after_of(answer.headers))
                await self._write(answer, out)
        except httpx2.HTTPError as error:
            raise Unreachable(f"{type(error).__name__} from the file host") from error

    async def _write(self, answer: httpx2.Response, out: Path) -> None:
        size = 0
        with out.open("wb") as file:
            async for piece in answer.aiter_bytes():
                size += len(piece)
                if size > MAX_RESULT_BYTES:
                    raise ProviderFailed(self.provider, f"the result is larger than {MAX_RESULT_BYTES} bytes")
                await asyncio.to_thread(file.write, piece)

    def _check_host(self, url: str) -> None:
        """A provider's answer must not make this process fetch from hosts that are not the provider's."""
        parts, base = urllib.parse.urlsplit(url), urllib.parse.urlsplit(self._base_url)
        if (parts.scheme, parts.netloc) == (base.scheme, base.netloc):
            return
        host = parts.hostname or ""
        if parts.scheme != "https" or not any(host == h or host.endswith(f".{h}") for h in self._result_hosts):
            raise ProviderFailed(self.provider, "the result lies at a host that is not the provider's", host=host)

    def _refusal(self, answer: httpx2.Response, *, paid: bool) -> Exception:
        """What an answer that is no success means, for work that is paid or a free question."""
        status = answer.status_code
        body = None
        with contextlib.suppress(msgspec.DecodeError, ValueError):
            body = msgspec.json.decode(without_key(answer.content, self._key))
        if known := self._sort(status, body):
            return known
        wait_s = retry_after_of(answer.headers)
        said = f"answered with status {status}"
        if status == 429 or (status == 503 and wait_s is not None):
            return NotTaken(f"{self.provider} {said}", wait_s) if paid else Unreachable(said, wait_s)
        if status >= 500 or status == 408:
            return Unanswered(said) if paid else Unreachable(said, wait_s)
        if status == 402:
            return ProviderQuota(self.provider, said, status=status)
        return ProviderFailed(self.provider, said, status=status)


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """The seconds a provider asks to wait, at most two minutes; None when it does not say."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with contextlib.suppress(ValueError):
            return min(max(float(headers.get(name, "")) * unit, 0.0), MAX_WAIT_S)
    return None


def blocked(provider: str, message: str, status: int) -> ContentBlocked:
    """A refusal for what is in the request or its result."""
    return ContentBlocked(provider, message or "its content rules forbid this", status=status)


@contextlib.asynccontextmanager
async def connected(upstream: Upstream) -> AsyncIterator[Upstream]:
    """The API while the block runs."""
    try:
        yield upstream
    finally:
        await upstream.close()


def without_key(said: bytes, key: str) -> bytes:
    """What a provider said, without our own key, which it may repeat in words that people get to read."""
    return said.replace(key.encode(), b"***") if len(key) >= SHORTEST_KEY else said


def _json_of(answer: httpx2.Response, otherwise: type[Exception], key: str) -> Any:
    if len(answer.content) > MAX_ANSWER_BYTES:
        raise otherwise("the answer is too large")
    try:
        return msgspec.json.decode(without_key(answer.content, key))
    except msgspec.DecodeError as error:
        raise otherwise("the answer is no JSON") from error


def _is_loopback(url: str) -> bool:
    host = urllib.parse.urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
