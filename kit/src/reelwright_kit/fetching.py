"""The guarded fetcher: reads from and posts to addresses that users gave, and connects only to what it has checked."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpcore2
import httpx2

from reelwright_kit.addresses import AddressRules, host_of, port_of

MAX_FETCH_BYTES = 100 * 1024 * 1024
FETCH_TIMEOUT_S = 60.0
MAX_REDIRECTS = 5
POST_TIMEOUT_S = 15.0
CHECK_TIMEOUT_S = 5.0
MAX_ANSWER_CHARACTERS = 500

ANSWER_TIMEOUT_S = 2.0
"""How long the beginning of an answer's body is waited for once its status is known."""
MAX_ANSWER_BYTES = 4 * MAX_ANSWER_CHARACTERS
MAX_TRIED = 4
"""How many of a host's addresses are tried."""

REDIRECTS = (301, 302, 303, 307, 308)
USER_AGENT = "reelwright/1"

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
Headers = Sequence[tuple[str, str]]

_BROKEN = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, ConnectionError)


class FetchFailed(Exception):
    """The address may be reached and nothing useful came of it; `cause` says why and names no machine."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class TooLarge(FetchFailed):
    """There is more at the address than may be fetched."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"there are more than {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


@dataclass(frozen=True)
class Answer:
    """What a receiver said to a post."""

    status: int
    retry_after: str
    """The header as it came; empty when there was none."""
    text: str
    """The first 500 characters of the body."""


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of `host` as this machine knows them; raises OSError when there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(info[4][0]) for info in found]


class Fetcher:
    """Speaks HTTP with addresses that users gave; proxies and other hints of the environment are ignored."""

    def __init__(
        self, rules: AddressRules, *, resolve: Resolver = system_resolver, tls: ssl.SSLContext | None = None
    ) -> None:
        self._rules = rules
        self._network = _CheckedNetwork(rules, resolve)
        self._given_tls = tls

    async def check(self, url: str) -> None:
        """Resolves `url` and checks what it finds, without connecting; raises AddressRefused or FetchFailed."""
        parts = self._rules.check_form(url)
        async with _within(CHECK_TIMEOUT_S):
            await self._network.addresses(host_of(parts), port_of(parts))

    async def fetch(
        self,
        url: str,
        path: Path,
        *,
        limit_bytes: int = MAX_FETCH_BYTES,
        timeout_s: float = FETCH_TIMEOUT_S,
    ) -> None:
        """Writes what is at `url` to `path`, following at most 5 redirects, each of which is checked like `url`.

        Raises AddressRefused, TooLarge or FetchFailed; what was written by then stays in `path`.
        """
        async with _within(timeout_s):
            for _ in range(MAX_REDIRECTS + 1):
                async with self._exchange("GET", url, [("Accept", "*/*"), ("Accept-Encoding", "identity")]) as response:
                    if response.status not in REDIRECTS:
                        await _save(response, path, limit_bytes)
                        return
                    url = _target(url, response)
        raise FetchFailed(f"there were more than {MAX_REDIRECTS} redirects")

    async def post(self, url: str, headers: Headers, body: bytes, *, timeout_s: float = POST_TIMEOUT_S) -> Answer:
        """Posts `body` and returns what came back, redirects too; raises AddressRefused or FetchFailed."""
        async with _within(timeout_s), self._exchange("POST", url, headers, body) as response:
            retry_after = _headers(response).get("retry-after", "")
            return Answer(response.status, retry_after[:100], await _beginning(response))

    @contextlib.asynccontextmanager
    async def _exchange(
        self, method: str, url: str, headers: Headers, content: bytes | None = None
    ) -> AsyncIterator[httpcore2.Response]:
        """One request on a connection of its own, without redirects, cookies or decoding."""
        parts = self._rules.check_form(url)
        target = httpcore2.URL(
            scheme=parts.raw_scheme, host=host_of(parts).encode(), port=port_of(parts), target=parts.raw_path
        )
        sent = [("Host", parts.netloc.decode("ascii")), ("User-Agent", USER_AGENT), ("Connection", "close"), *headers]
        # Only where it is needed: reading the trusted certificates takes a moment.
        tls = self._tls if parts.scheme == "https" else None
        try:
            async with (
                httpcore2.AsyncConnectionPool(ssl_context=tls, network_backend=self._network) as pool,
                pool.stream(method, target, headers=sent, content=content) as response,
            ):
                yield response
        except _BROKEN as error:
            raise FetchFailed(_described(error)) from error

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or httpcore2.default_ssl_context()


class _CheckedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that were checked a moment ago, and never to a name.

    Every connection begins here, so a host whose answer changes between check and connection gains nothing.
    """

    def __init__(self, rules: AddressRules, resolve: Resolver) -> None:
        self._rules = rules
        self._resolve = resolve
        self._sockets = httpcore2.AnyIOBackend()

    async def addresses(self, host: str, port: int) -> list[str]:
        """What `host` resolves to, all of it allowed; raises AddressRefused or FetchFailed."""
        if ":" in host or host.replace(".", "").isdigit():
            return [str(self._rules.check_address("", port, host))]
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise FetchFailed("the host is not known")
        # All of them: who mixes a private address with public ones hopes for the right turn.
        return [str(self._rules.check_address(host, port, address)) for address in dict.fromkeys(found)]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failed: Exception = httpcore2.ConnectError()
        for address in (await self.addresses(host, port))[:MAX_TRIED]:
            try:
                return await self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@contextlib.asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise FetchFailed(f"it took longer than {seconds:g} s") from None


def _headers(response: httpcore2.Response) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _target(url: str, response: httpcore2.Response) -> str:
    try:
        return str(httpx2.URL(url).join(_headers(response)["location"]))
    except (KeyError, httpx2.InvalidURL, ValueError):
        raise FetchFailed("it redirects to nowhere") from None


async def _save(response: httpcore2.Response, path: Path, limit_bytes: int) -> None:
    headers = _headers(response)
    if response.status != 200:
        raise FetchFailed(f"the answer was {response.status}")
    # Never unpacked, so that nothing small can become something large.
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchFailed("the answer is compressed, which was not asked for")
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit_bytes:
        raise TooLarge(limit_bytes)
    received = 0
    async with contextlib.aclosing(response.aiter_stream()) as pieces:
        with path.open("wb") as file:
            async for piece in pieces:
                received += len(piece)
                if received > limit_bytes:
                    raise TooLarge(limit_bytes)
                file.write(piece)


async def _beginning(response: httpcore2.Response) -> str:
    """The first characters of the body; what breaks or dawdles after the status does not change the status."""
    received = bytearray()
    with contextlib.suppress(TimeoutError, *_BROKEN):
        async with asyncio.timeout(ANSWER_TIMEOUT_S), contextlib.aclosing(response.aiter_stream()) as pieces:
            async for piece in pieces:
                received += piece
                if len(received) >= MAX_ANSWER_BYTES:
                    break
    text = bytes(received[:MAX_ANSWER_BYTES]).decode("utf-8", "replace")
    # PostgreSQL keeps no NUL in texts.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:MAX_ANSWER_CHARACTERS]


def _described(error: Exception) -> str:
    if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
        return "the TLS handshake failed, or the certificate is not trusted"
    if isinstance(error, httpcore2.ProtocolError):
        return "the answer is not proper HTTP"
    if isinstance(error, httpcore2.ConnectError | httpcore2.ConnectTimeout):
        return "no connection could be made"
    return "the connection broke"
