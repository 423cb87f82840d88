"""The guarded fetcher reaches public addresses, what is allowed by name, and nothing else."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from reelwright_kit import fetching
from reelwright_kit.addresses import AddressRefused, AddressRules
from reelwright_kit.fetching import Fetcher, FetchFailed, TooLarge
from tests.kit.certificates import self_signed
from tests.kit.receivers import LOOPBACK, OK, Heard, answers, receiving, status

LOCAL = AddressRules.parse(True, "443", f"{LOOPBACK}/32")
"""What a laptop allows."""
STRICT = AddressRules.parse(True, "443,80", "")
PUBLIC = "93.184.216.34"


class Names:
    """A resolver whose answers are given; the last one stays."""

    def __init__(self, *found: Sequence[str]) -> None:
        self.left = list(found)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


async def refused(url: str, rules: AddressRules = STRICT, *found: str) -> str:
    """Why `url`, whose host has the addresses `found`, is refused."""
    with pytest.raises(AddressRefused) as refusal:
        await Fetcher(rules, resolve=Names(found or (PUBLIC,))).check(url)
    return refusal.value.cause


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1",
    "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_host_with_an_address_that_is_not_public_is_refused_without_naming_it(address: str) -> None:
    for found in ((address,), (PUBLIC, address)):
        cause = await refused("https://inside.example/", STRICT, *found)
        assert cause == "the host has a private address"


@pytest.mark.parametrize("address", [a for a in PRIVATE if "%" not in a])
async def test_an_address_that_is_not_public_is_refused_when_it_is_written_out(address: str) -> None:
    assert await refused(f"https://[{address}]/" if ":" in address else f"https://{address}/")


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"])
async def test_a_public_address_is_allowed(address: str) -> None:
    await Fetcher(STRICT, resolve=Names((address,))).check("https://out.example/hook?a=b")


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "0x7f.0.0.1", "127.1", "127.0.1", "0", "1.2.3.4.5",
        "0x7f.1", "127.0.0.0x1", "①②⑦.⓪.⓪.①", "127。0。0。1", "127.0.0.1.", "256.256.256.256", "08.8.8.8",
    ],
)  # fmt: skip
async def test_other_spellings_of_addresses_are_refused_without_asking_for_their_name(host: str) -> None:
    names = Names((PUBLIC,))
    with pytest.raises(AddressRefused):
        await Fetcher(STRICT, resolve=names).check(f"https://{host}/")
    assert names.asked == []


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("ftp://out.example/", "the scheme is not https"),
        ("file:///etc/passwd", "the scheme is not https"),
        ("//out.example/", "the scheme is not https"),
        ("https:///path", "it has no proper host"),
        ("https://out..example/", "it has no proper host"),
        ("https://out%2eexample/", "it has no proper host"),
        ("https://[2606:4700:4700::1111%25lo]/", "the host has a private address"),
        ("https://me:word@out.example/", "it holds a user name or a password"),
        ("https://me@out.example/", "it holds a user name or a password"),
        ("https://out.example\\@in.example/", "it holds spaces, backslashes or control characters"),
        ("https://out.example/a b", "it holds spaces, backslashes or control characters"),
        ("https://out.example/\r\nx: y", "it holds spaces, backslashes or control characters"),
        ("https://out.example:22/", "port 22 is not allowed"),
        ("https://out.example:0/", "its port is no number from 1 to 65535"),
        ("https://out.example:65536/", "its port is no number from 1 to 65535"),
        ("https://out.example:x/", "it cannot be read"),
        ("https://out.example/" + "a" * 2048, "it is longer than 2048 characters"),
    ],
)
async def test_an_address_of_improper_form_is_refused_with_its_cause(url: str, cause: str) -> None:
    assert await refused(url) == cause


async def test_plain_http_needs_the_setting() -> None:
    strict = AddressRules()
    assert await refused("http://out.example/", strict) == "plain http is not allowed here, only https"
    await Fetcher(AddressRules(http=True), resolve=Names((PUBLIC,))).check("http://out.example/")


async def test_a_network_or_a_host_is_allowed_by_name_on_every_port_and_nothing_beside_it() -> None:
    rules = AddressRules.parse(False, "443", "10.1.0.0/16, ::1, hooks.lan")
    for url, found in (
        ("https://any.example:9/", "10.1.2.3"),
        ("https://10.1.2.3:9/", PUBLIC),
        ("https://[::1]:9/", PUBLIC),
        ("https://HOOKS.lan.:9/", "192.168.0.1"),
    ):
        await Fetcher(rules, resolve=Names((found,))).check(url)
    assert await refused("https://any.example/", rules, "10.2.0.1") == "the host has a private address"
    assert await refused("https://any.example/", rules, "::ffff:10.1.2.3") == "the host has a private address"
    assert await refused("https://any.example:9/", rules) == "port 9 is not allowed"
    assert await refused("https://10.2.0.1/", rules) == "the host has a private address"


@pytest.mark.parametrize(
    ("ports", "allow"), [("443,x", ""), ("0", ""), ("70000", ""), ("", "10.0.0.1/8"), ("", "a b"), ("", "10.0.0")]
)
def test_rules_that_cannot_be_read_are_refused(ports: str, allow: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        AddressRules.parse(False, ports, allow)


async def test_the_connection_goes_to_the_address_that_was_checked_and_keeps_the_name(tmp_path: Path) -> None:
    async with receiving(answers(OK)) as receiver:
        names = Names((LOOPBACK,))
        await Fetcher(LOCAL, resolve=names).fetch(receiver.url("/a?b=c", "rebinding.example"), tmp_path / "x")
        assert (tmp_path / "x").read_bytes() == b"ok"
        (heard,) = receiver.heard
        assert (heard.method, heard.target) == ("GET", "/a?b=c")
        assert heard.headers["host"] == f"rebinding.example:{receiver.port}"
        assert heard.headers["accept-encoding"] == "identity"
        assert names.asked == ["rebinding.example"]


async def test_a_host_that_moves_to_a_private_address_after_the_check_is_refused(tmp_path: Path) -> None:
    async with receiving(answers(OK)) as receiver:
        rules = AddressRules(http=True, ports=frozenset({receiver.port}))
        fetcher = Fetcher(rules, resolve=Names((PUBLIC,), (LOOPBACK,)))
        url = receiver.url("/", "rebinding.example")
        await fetcher.check(url)
        with pytest.raises(AddressRefused):
            await fetcher.fetch(url, tmp_path / "x")
        assert receiver.heard == []


async def test_a_redirect_is_followed_and_one_to_a_private_address_is_refused(tmp_path: Path) -> None:
    async with receiving(answers(status(302, "Location: /next?x"), OK)) as receiver:
        await Fetcher(LOCAL).fetch(receiver.url("/first"), tmp_path / "x")
        assert [heard.target for heard in receiver.heard] == ["/first", "/next?x"]
    for target in ("http://192.168.0.1/", "http://[::1]/", "http://2130706433/", "file:///etc/passwd", "//10.0.0.1/"):
        async with receiving(answers(status(307, f"Location: {target}"))) as receiver:
            with pytest.raises(AddressRefused):
                await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x")


async def test_more_than_five_redirects_are_too_many(tmp_path: Path) -> None:
    async with receiving(answers(status(301, "Location: /again"))) as receiver:
        with pytest.raises(FetchFailed, match="more than 5 redirects"):
            await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x")
        assert len(receiver.heard) == 6


@pytest.mark.parametrize("location", ["", "Location: http://h:x/"])
async def test_a_redirect_without_a_target_is_an_error(tmp_path: Path, location: str) -> None:
    raw = status(302, location) if location else status(302)
    async with receiving(answers(raw)) as receiver:
        with pytest.raises(FetchFailed):
            await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x")


async def endless(_: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()


async def silent(_: Heard, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def stuck(_: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
    await asyncio.Event().wait()


async def dripping_head(_: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Drip: 1\r\n")
        await writer.drain()


async def test_a_body_without_end_is_cut_at_the_limit(tmp_path: Path) -> None:
    async with receiving(endless) as receiver:
        with pytest.raises(TooLarge) as failed:
            await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x", limit_bytes=1_000_000)
    assert failed.value.limit_bytes == 1_000_000
    assert (tmp_path / "x").stat().st_size <= 1_000_000


async def test_a_length_above_the_limit_is_refused_before_the_body(tmp_path: Path) -> None:
    async with receiving(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n")) as receiver:
        with pytest.raises(TooLarge):
            await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x", limit_bytes=10)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("say", [silent, stuck])
async def test_a_server_that_dawdles_is_left_after_the_time_limit(tmp_path: Path, say: fetching.Resolver) -> None:
    async with receiving(say) as receiver:  # type: ignore[arg-type]
        with pytest.raises(FetchFailed, match=r"longer than 0\.2 s"):
            await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x", timeout_s=0.2)


async def test_a_head_without_end_is_an_error(tmp_path: Path) -> None:
    async with receiving(dripping_head) as receiver:
        with pytest.raises(FetchFailed):
            await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x", timeout_s=5)


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "not proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "not proper HTTP"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "not proper HTTP"),
        (b"", "not proper HTTP"),
        (status(404, body=b"secret of the host"), "the answer was 404"),
        (status(206, body=b"part"), "the answer was 206"),
        (status(200, "Content-Encoding: gzip", body=gzip.compress(b"0" * 100_000)), "is compressed"),
    ],
)
async def test_an_answer_that_is_not_a_file_is_an_error_that_shows_nothing_of_it(
    tmp_path: Path, raw: bytes, cause: str
) -> None:
    async with receiving(answers(raw)) as receiver:
        with pytest.raises(FetchFailed, match=cause) as failed:
            await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x")
    assert "secret" not in str(failed.value)
    assert LOOPBACK not in str(failed.value)


async def test_what_follows_the_declared_length_is_not_read(tmp_path: Path) -> None:
    async with receiving(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more")) as receiver:
        await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"ok"


async def test_proxies_of_the_environment_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with receiving(answers(OK)) as receiver:
        await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x")
        assert receiver.heard[0].target == "/"


async def test_the_next_address_is_tried_when_one_does_not_answer(tmp_path: Path) -> None:
    rules = AddressRules.parse(True, "443", "127.0.0.0/8")
    async with receiving(answers(OK)) as receiver:
        fetcher = Fetcher(rules, resolve=Names(("127.0.0.2", LOOPBACK)))
        await fetcher.fetch(receiver.url("/", "two.example"), tmp_path / "x")
    with pytest.raises(FetchFailed, match="no connection"):
        await Fetcher(LOCAL).fetch(receiver.url(), tmp_path / "x")


@pytest.mark.parametrize("error", [OSError("no such host"), UnicodeError("label too long")])
async def test_a_host_that_nobody_knows_is_an_error(error: Exception) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise error

    with pytest.raises(FetchFailed, match="the host is not known"):
        await Fetcher(STRICT, resolve=resolve).check("https://nobody.example/")


async def test_a_tls_connection_to_the_checked_address_asks_for_the_certificate_of_the_name(tmp_path: Path) -> None:
    server, client = self_signed("signed.example", tmp_path)
    told: list[str] = []
    server.sni_callback = lambda _, name, __: told.append(name)
    async with receiving(answers(OK), server) as receiver:
        fetcher = Fetcher(LOCAL, resolve=Names((LOOPBACK,)), tls=client)
        answer = await fetcher.post(f"https://signed.example:{receiver.port}/", [], b"{}")
        assert (answer.status, answer.text) == (200, "ok")
        assert receiver.heard[0].headers["host"] == f"signed.example:{receiver.port}"
        with pytest.raises(FetchFailed, match="certificate is not trusted"):
            await fetcher.post(f"https://other.example:{receiver.port}/", [], b"{}")
        stranger = Fetcher(LOCAL, resolve=Names((LOOPBACK,)))
        with pytest.raises(FetchFailed, match="certificate is not trusted"):
            await stranger.post(f"https://signed.example:{receiver.port}/", [], b"{}")
    assert told == ["signed.example", "other.example", "signed.example"]
    assert len(receiver.heard) == 1


async def test_a_post_is_sent_once_as_it_is_and_its_redirect_is_only_told() -> None:
    async with receiving(answers(status(302, "Location: /other", "Retry-After: 7", body=b"moved\0"))) as receiver:
        answer = await Fetcher(LOCAL).post(receiver.url("/hook"), [("X-Of", "us")], b'{"a":1}')
        assert (answer.status, answer.retry_after, answer.text) == (302, "7", "moved\N{REPLACEMENT CHARACTER}")
        (heard,) = receiver.heard
        assert (heard.method, heard.target, heard.body, heard.headers["x-of"]) == ("POST", "/hook", b'{"a":1}', "us")


async def test_of_a_long_answer_to_a_post_500_characters_are_kept() -> None:
    async with receiving(endless) as receiver:
        answer = await Fetcher(LOCAL).post(receiver.url(), [], b"{}")
        assert (answer.status, answer.text) == (200, "x" * 500)


async def test_a_post_is_answered_by_its_status_even_when_the_body_breaks_off() -> None:
    async with receiving(answers(b"HTTP/1.1 204 OK\r\nContent-Length: 9\r\n\r\nx")) as receiver:
        assert (await Fetcher(LOCAL).post(receiver.url(), [], b"{}")).status == 204
    async with receiving(answers(b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nx")) as receiver:
        assert (await Fetcher(LOCAL).post(receiver.url(), [], b"{}")).status == 500
