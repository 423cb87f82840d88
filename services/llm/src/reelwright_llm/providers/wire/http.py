"""HTTP to one provider: posts JSON once, reads JSON or server-sent events, and lets go at once when cancelled."""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import urllib.parse
import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any, Protocol

import aiohttp
import msgspec

from reelwright_kit.jobs.commission import ProviderBusy
from reelwright_llm.providers.wire.arriving import Arriving
from reelwright_llm.providers.wire.events import Events, EventTooLarge
from reelwright_llm.providers.wire.exchange import Exchange, Place

CONNECT_S = 10.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_REFUSAL_BYTES = 256 * 1024

MOST_PLACES = 1024
"""Addresses whose head is remembered; some vendors have one for each model."""

_BROKEN = (aiohttp.ClientError, aiohttp.http.HttpProcessingError, TimeoutError, OSError, EventTooLarge)

Answered = aiohttp.ClientResponse | Exchange
"""An answer that has begun: through a proxy the library's, else one without its detours."""


class Refusal(Exception):
    """An answer that is no success, with its JSON; None when it is none."""

    def __init__(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


class Wire(Protocol):
    """The way to one provider."""

    @property
    def provider(self) -> str: ...

    async def post(self, path: str, body: Any) -> Any:
        """The JSON of the answer. Raises Refusal, or ProviderBusy when there was none."""

    def stream(self, path: str, body: Any) -> AsyncGenerator[bytes]:
        """The data of each event of the answer; raises what `post` raises, also after the first one."""


class HttpWire:
    """The way itself. Nothing is sent twice; cancelling closes the connection."""

    def __init__(self, provider: str, base_url: str, headers: Mapping[str, str], silence_s: float) -> None:
        self.provider = provider
        self._base_url = base_url.rstrip("/")
        self._headers = {"content-type": "application/json", "user-agent": "reelwright/1", **headers}
        self._silence_s = silence_s
        self._session: aiohttp.ClientSession | None = None
        self._place: Callable[[str], Place] | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[HttpWire]:
        """The way, with its connections, while the block runs."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=self._silence_s)
        # A proxy of the company stands before the internet, never before this machine.
        trusting = not _is_loopback(self._base_url)
        proxied = trusting and _is_proxied(self._base_url)
        async with aiohttp.ClientSession(
            timeout=timeout,
            trust_env=trusting,
            connector=aiohttp.TCPConnector(limit=0),
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            self._session = session
            self._place = None if proxied else functools.lru_cache(MOST_PLACES)(partial(self._placed, session))
            yield self

    async def post(self, path: str, body: Any) -> Any:
        try:
            async with self._asked(path, body) as answer:
                await _require_success(answer)
                content = await _read(answer, MAX_ANSWER_BYTES)
        except _BROKEN as error:
            raise ProviderBusy(self.provider, _said(error)) from error
        return _json_of(content, self.provider)

    async def stream(self, path: str, body: Any) -> AsyncGenerator[bytes]:
        try:
            async with self._asked(path, body) as answer:
                await _require_success(answer)
                events = Events()
                async for piece in Arriving(answer.content):
                    for data in events.data_of(piece):
                        yield data
        except _BROKEN as error:
            raise ProviderBusy(self.provider, _said(error)) from error

    def _asked(self, path: str, body: Any) -> contextlib.AbstractAsyncContextManager[Answered]:
        if self._session is None:
            raise RuntimeError("the wire is not open")
        content = msgspec.json.encode(body)
        if self._place:
            return self._place(path).ask(content)
        return self._session.post(f"{self._base_url}{path}", data=content, allow_redirects=False)

    def _placed(self, session: aiohttp.ClientSession, path: str) -> Place:
        return Place(session, f"{self._base_url}{path}", self._headers, self._silence_s)


async def _require_success(answer: Answered) -> None:
    if answer.status != 200:
        raise Refusal(answer.status, answer.headers, await _refused(answer))


async def _read(answer: Answered, most: int) -> bytes:
    content = await answer.content.readany()
    pieces, size = [content], len(content)
    while size <= most and not answer.content.at_eof():
        pieces.append(await answer.content.readany())
        size += len(pieces[-1])
    if size > most:
        raise EventTooLarge
    return b"".join(pieces)


async def _refused(answer: Answered) -> Any:
    with contextlib.suppress(msgspec.DecodeError, *_BROKEN):
        return msgspec.json.decode(await _read(answer, MAX_REFUSAL_BYTES))
    return None


def _json_of(content: bytes, provider: str) -> Any:
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise ProviderBusy(provider, "the answer is no JSON") from error


def _said(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return "cannot be reached"
    if isinstance(error, TimeoutError):
        return "was silent for too long"
    if isinstance(error, EventTooLarge):
        return "the answer is too large"
    return f"the answer broke off ({type(error).__name__})"


def _is_loopback(url: str) -> bool:
    host = urllib.parse.urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _is_proxied(url: str) -> bool:
    """Whether the environment names a proxy for this address."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(parts.hostname or "")
