"""Which addresses that users name may be reached: the form of an address, and the machines behind its host."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

import httpx2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL_CHARACTERS = 2048

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_NUMBER = re.compile(r"\d+|0[xX][0-9a-fA-F]*")
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_STANDARD_PORTS = {"https": 443, "http": 80}

_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
# Beside what `is_global` knows, whose list differs between releases of Python.
_REFUSED_4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3")))
# Teredo and other protocols, documentation, 6to4: the last leads to any IPv4 address, private ones among them.
_REFUSED_6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


class AddressRefused(Exception):
    """The address may not be reached; `cause` says why and names no machine that is not in the address itself."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True)
class AddressRules:
    """What may be reached: public addresses on some ports, and what is allowed by name although it is private."""

    http: bool = False
    """Whether plain http is allowed too."""
    ports: frozenset[int] = frozenset({443, 80, 8443, 8080})
    networks: tuple[Network, ...] = ()
    """Networks that are allowed although they are private, on every port."""
    hosts: frozenset[str] = frozenset()
    """Hosts that are allowed whatever their addresses are, on every port."""

    @classmethod
    def parse(cls, http: bool, ports: str, allow: str) -> AddressRules:
        """The rules of `ports`, as in "443,8443", and of `allow`, as in "10.0.0.0/8,hooks.lan"; raises ValueError."""
        numbers = frozenset(int(port) for port in _listed(ports))
        if not all(0 < port < 65536 for port in numbers):
            raise ValueError("a port is a number from 1 to 65535")
        networks: list[Network] = []
        hosts: set[str] = set()
        for item in _listed(allow):
            if "/" in item or ":" in item or _ends_in_number(item):
                networks.append(ipaddress.ip_network(item))
            elif _HOST.fullmatch(item.lower()):
                hosts.add(item.lower())
            else:
                raise ValueError(f"{item!r} is neither a network nor a host")
        return cls(http, numbers, tuple(networks), frozenset(hosts))

    def check_form(self, url: str) -> httpx2.URL:
        """The parts of `url`, an absolute address; raises AddressRefused."""
        parts = _parsed(url)
        if parts.scheme not in _STANDARD_PORTS:
            raise AddressRefused("the scheme is not https")
        if parts.scheme == "http" and not self.http:
            raise AddressRefused("plain http is not allowed here, only https")
        if parts.userinfo:
            raise AddressRefused("it holds a user name or a password")
        if not 0 < port_of(parts) < 65536:
            raise AddressRefused("its port is no number from 1 to 65535")
        host = host_of(parts)
        literal = _literal(host)
        if literal is None and not _HOST.fullmatch(host):
            raise AddressRefused("it has no proper host")
        if literal is not None or host not in self.hosts:
            self._check_port(literal, port_of(parts))
        return parts

    def check_address(self, host: str, port: int, address: str) -> Address:
        """`address`, one of those that `host` has; raises AddressRefused without naming it."""
        found = ipaddress.ip_address(address)
        if isinstance(found, ipaddress.IPv6Address) and found.scope_id:
            raise AddressRefused("the host has a private address")
        if host in self.hosts or self._allowed(found):
            return found
        if not is_public(found):
            raise AddressRefused("the host has a private address")
        if port not in self.ports:
            raise AddressRefused(f"port {port} is not allowed")
        return found

    def _check_port(self, literal: Address | None, port: int) -> None:
        # A network may allow the host whatever its port, which is known once the host's addresses are.
        if port not in self.ports and not self.networks:
            raise AddressRefused(f"port {port} is not allowed")
        if literal is not None:
            self.check_address("", port, str(literal))

    def _allowed(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self.networks)


def host_of(url: httpx2.URL) -> str:
    """The host in the form that is compared, resolved and connected to: lower case, ASCII, without the last dot."""
    return url.raw_host.decode("ascii").lower().removesuffix(".")


def port_of(url: httpx2.URL) -> int:
    """The port, which is the scheme's own one when none is given."""
    return _STANDARD_PORTS[url.scheme] if url.port is None else url.port


def is_public(address: Address) -> bool:
    """Whether the address is one of the public internet, and no way round to another one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in _REFUSED_4)
    # Only this block is given out to machines; mapped, translated, site-local and multicast forms lie outside.
    return address in _GLOBAL_6 and not any(address in network for network in _REFUSED_6)


def _parsed(url: str) -> httpx2.URL:
    if len(url) > MAX_URL_CHARACTERS:
        raise AddressRefused(f"it is longer than {MAX_URL_CHARACTERS} characters")
    if _UNSAFE.search(url):
        raise AddressRefused("it holds spaces, backslashes or control characters")
    try:
        return httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        raise AddressRefused("it cannot be read") from None


def _literal(host: str) -> Address | None:
    """The IP address that `host` spells, None for a name; other spellings of addresses are refused."""
    if ":" not in host and not _ends_in_number(host):
        return None
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        raise AddressRefused("the host is a number in an unusual form") from None


def _ends_in_number(host: str) -> bool:
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
