"""Self-signed certificates for servers on loopback, made anew for each test."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

# Tags of DER: what comes next is of this type.
BOOLEAN, INTEGER, BITS, OCTETS, OBJECT, TEXT, SEQUENCE, SET, TIME = 1, 2, 3, 4, 6, 12, 48, 49, 23
VERSION, EXTENSIONS, DNS_NAME = 0xA0, 0xA3, 0x82
COMMON_NAME, ALTERNATIVE_NAMES, BASIC_CONSTRAINTS = b"\x55\x04\x03", b"\x55\x1d\x11", b"\x55\x1d\x13"
ECDSA_SHA256 = b"\x2a\x86\x48\xce\x3d\x04\x03\x02"


def self_signed(host: str, directory: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server with a certificate for `host`, and of a client that trusts it."""
    key = ECC.generate(curve="P-256")
    algorithm = _der(SEQUENCE, _der(OBJECT, ECDSA_SHA256))
    body = _body(host, key, algorithm)
    signature = DSS.new(key, "fips-186-3", encoding="der").sign(SHA256.new(body))
    files = directory / "certificate.pem", directory / "key.pem"
    certificate = _der(SEQUENCE, body, algorithm, _der(BITS, b"\0", signature))
    files[0].write_text(ssl.DER_cert_to_PEM_cert(certificate))
    files[1].write_text(key.export_key(format="PEM"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*files)
    return server, ssl.create_default_context(cafile=str(files[0]))


def _body(host: str, key: ECC.EccKey, algorithm: bytes) -> bytes:
    named = _der(SEQUENCE, _der(OBJECT, COMMON_NAME), _der(TEXT, host.encode()))
    name = _der(SEQUENCE, _der(SET, named))
    now = datetime.now(UTC)
    validity = _der(SEQUENCE, _time(now - timedelta(hours=1)), _time(now + timedelta(hours=1)))
    hosts = _der(SEQUENCE, _der(DNS_NAME, host.encode()))
    authority = _der(SEQUENCE, _der(BOOLEAN, b"\xff"))
    extensions = _der(SEQUENCE, _extension(ALTERNATIVE_NAMES, hosts), _extension(BASIC_CONSTRAINTS, authority))
    public = key.public_key().export_key(format="DER")
    assert isinstance(public, bytes)
    head = _der(VERSION, _der(INTEGER, b"\2")), _der(INTEGER, b"\1")
    return _der(SEQUENCE, *head, algorithm, name, validity, name, public, _der(EXTENSIONS, extensions))


def _extension(name: bytes, value: bytes) -> bytes:
    return _der(SEQUENCE, _der(OBJECT, name), _der(OCTETS, value))


def _time(moment: datetime) -> bytes:
    return _der(TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


def _der(tag: int, *parts: bytes) -> bytes:
    value = b"".join(parts)
    if len(value) < 128:
        return bytes([tag, len(value)]) + value
    length = len(value).to_bytes(1 if len(value) < 256 else 2)
    return bytes([tag, 0x80 + len(length)]) + length + value
