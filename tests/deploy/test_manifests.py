"""What every rendered overlay must hold, whatever it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from tests.deploy.stopping import longest_stop_s

Document = dict[str, Any]

SERVICES = {"llm", "image", "video", "audio", "story"}
WORKLOADS = {*SERVICES, "adapters", "gateway"}
NAME = "app.kubernetes.io/name"
# Read by the object store's client and by PostgreSQL's and MinIO's images, not by us.
FOREIGN = re.compile(r"AWS_[A-Z_]+|POSTGRES_[A-Z]+|PGDATA|MINIO_[A-Z_]+|HOME")


def of(documents: list[Document], *kinds: str) -> list[Document]:
    return [document for document in documents if document["kind"] in kinds]


def named(documents: list[Document], kind: str) -> dict[str, Document]:
    return {document["metadata"]["name"]: document for document in of(documents, kind)}


def pods(documents: list[Document]) -> Iterator[tuple[str, Document]]:
    """Name and pod specification of everything that runs."""
    for document in of(documents, "Deployment", "StatefulSet", "Job"):
        yield document["metadata"]["name"], document["spec"]["template"]["spec"]


def containers(documents: list[Document]) -> Iterator[tuple[str, Document]]:
    for name, pod in pods(documents):
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            yield name, container


@pytest.mark.parametrize("version", ["1.29", "1.37"])
def test_every_document_fits_the_schema_of_its_kind_strictly(documents: list[Document], version: str) -> None:
    for document in documents:
        kubernetes_validate.validate(document, version, strict=True)


def test_the_suite_is_seven_deployments(documents: list[Document]) -> None:
    assert named(documents, "Deployment").keys() == WORKLOADS


def test_no_name_is_used_twice(documents: list[Document]) -> None:
    names = [(document["kind"], document["metadata"]["name"]) for document in documents]

    assert len(names) == len(set(names))


def test_pods_meet_the_restricted_profile(documents: list[Document]) -> None:
    for name, pod in pods(documents):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert not pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}, name
    for name, container in containers(documents):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False, name
        assert context["readOnlyRootFilesystem"] is True, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
    assert (
        named(documents, "Namespace").popitem()[1]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        == "restricted"
    )


def test_every_container_asks_for_and_is_limited_in_resources(documents: list[Document]) -> None:
    for name, container in containers(documents):
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
        assert "memory" in container["resources"]["limits"], name


def test_video_keeps_its_own_resources(documents: list[Document]) -> None:
    container = named(documents, "Deployment")["video"]["spec"]["template"]["spec"]["containers"][0]

    assert container["resources"]["limits"]["memory"] == "4Gi"


def test_images_are_pinned(documents: list[Document], overlay: str) -> None:
    pinned = r"@sha256:[0-9a-f]{64}$" if overlay == "prod" else r":(?!latest$)[A-Za-z0-9._-]+$"
    for name, container in containers(documents):
        assert re.search(pinned, container["image"]), (name, container["image"])


def test_grpc_services_are_headless_so_that_clients_balance(documents: list[Document]) -> None:
    services = named(documents, "Service")
    for name in (*SERVICES, "jobs"):
        assert services[name]["spec"]["clusterIP"] == "None"
        assert [port["port"] for port in services[name]["spec"]["ports"]] == [50051]


def test_grpc_services_are_probed_by_the_health_names_they_set(documents: list[Document]) -> None:
    for name in SERVICES:
        container = named(documents, "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
        assert container["readinessProbe"]["grpc"] == {"port": 50051, "service": "readiness"}
        assert container["livenessProbe"]["grpc"] == {"port": 50051, "service": "liveness"}
        assert container["startupProbe"]["grpc"] == {"port": 50051, "service": "liveness"}


def test_the_edge_is_probed_and_drained_before_it_stops(documents: list[Document]) -> None:
    pod = named(documents, "Deployment")["gateway"]["spec"]["template"]["spec"]
    container = pod["containers"][0]

    assert container["readinessProbe"]["exec"]["command"][-1] == "ready"
    assert int(container["lifecycle"]["preStop"]["exec"]["command"][-1]) < pod["terminationGracePeriodSeconds"]


def test_pods_get_more_time_to_stop_than_they_take(documents: list[Document]) -> None:
    for name in WORKLOADS:
        given = named(documents, "Deployment")[name]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert given >= (longest_stop_s() + 10 if name in SERVICES else 40), name


def test_keys_of_vendors_come_from_a_secret_that_may_be_absent(documents: list[Document]) -> None:
    for name in SERVICES - {"story"}:
        container = named(documents, "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
        assert container["envFrom"] == [{"secretRef": {"name": f"{name}-credentials", "optional": True}}]
        assert not [entry["name"] for entry in container["env"] if "API" in entry["name"] or "FAL" in entry["name"]]


def test_callers_are_known_by_keys_and_only_services_read_the_first_one(documents: list[Document]) -> None:
    """Its Secret is never rendered, and pods start without it once there are other keys."""
    for name, deployment in named(documents, "Deployment").items():
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        told = {entry["name"]: entry.get("valueFrom") for entry in container.get("env", [])}
        if name in {*SERVICES, "adapters"}:
            [reference] = told["REELWRIGHT_AUTH"].values()
            assert not reference.get("optional"), name
            assert reference["name"].startswith("reelwright-"), name
            assert named(documents, "ConfigMap")[reference["name"]]["data"]["REELWRIGHT_AUTH"] == "keys"
        secret = {"name": "reelwright-admin", "key": "REELWRIGHT_ADMIN_KEY", "optional": True}
        assert told.get("REELWRIGHT_ADMIN_KEY") == ({"secretKeyRef": secret} if name in SERVICES else None), name
    assert not [name for name in named(documents, "Secret") if "admin" in name]


def test_what_a_store_needs_and_how_long_jobs_are_kept_can_be_said_in_one_place(documents: list[Document]) -> None:
    secret = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    public = {"AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "TASK_RETENTION_HOURS", "REELWRIGHT_HAND_OVER_S"}
    for name in SERVICES:
        container = named(documents, "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
        told = {entry["name"]: entry["valueFrom"] for entry in container["env"] if "valueFrom" in entry}
        for kind, variables in (("secretKeyRef", secret), ("configMapKeyRef", public)):
            assert all(told[variable][kind]["optional"] for variable in variables), name


def test_selectors_use_the_name_alone_and_find_their_pods(documents: list[Document]) -> None:
    for document in of(documents, "Deployment", "StatefulSet"):
        selector = document["spec"]["selector"]["matchLabels"]
        assert selector == {NAME: document["metadata"]["name"]}
        assert selector.items() <= document["spec"]["template"]["metadata"]["labels"].items()
    for name, service in named(documents, "Service").items():
        if name != "jobs" and service["spec"].get("type") != "ExternalName":
            assert service["spec"]["selector"] == {NAME: name}


def test_one_name_reaches_the_jobs_of_every_service(documents: list[Document]) -> None:
    selector = named(documents, "Service")["jobs"]["spec"]["selector"]
    found = {
        name
        for name, deployment in named(documents, "Deployment").items()
        if selector.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
    }

    assert found == SERVICES


def test_every_document_of_a_part_is_labelled_as_part_of_the_suite(documents: list[Document]) -> None:
    for document in of(
        documents, "Deployment", "StatefulSet", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"
    ):
        assert document["metadata"]["labels"]["app.kubernetes.io/part-of"] == "reelwright", document["metadata"]["name"]


def test_one_pod_of_each_part_at_a_time_may_be_taken_away(documents: list[Document]) -> None:
    budgets = named(documents, "PodDisruptionBudget")

    assert budgets.keys() == WORKLOADS
    assert all(budget["spec"]["maxUnavailable"] == 1 for budget in budgets.values())


def test_each_executor_is_named_after_its_pod(documents: list[Document]) -> None:
    for name in SERVICES:
        container = named(documents, "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
        executor = next(entry for entry in container["env"] if entry["name"] == "REELWRIGHT_EXECUTOR_ID")
        assert executor["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"


def test_required_keys_of_config_maps_and_secrets_that_are_rendered_exist(documents: list[Document]) -> None:
    held = {
        document["metadata"]["name"]: {*document.get("data", {}), *document.get("binaryData", {})}
        for document in of(documents, "ConfigMap", "Secret")
    }
    for name, container in containers(documents):
        for entry in container.get("env", []):
            for reference in entry.get("valueFrom", {}).values():
                if "key" in reference and not reference.get("optional") and reference["name"] in held:
                    assert reference["key"] in held[reference["name"]], (name, entry["name"])


def test_no_secret_is_written_into_production(documents: list[Document], overlay: str) -> None:
    if overlay != "prod":
        assert "reelwright-database" in " ".join(named(documents, "Secret"))
        return
    assert not of(documents, "Secret")
    referred = {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for _, container in containers(documents)
        for entry in container.get("env", [])
        if "secretKeyRef" in entry.get("valueFrom", {})
    }
    assert referred == {"reelwright-admin", "reelwright-database", "reelwright-store"}


def test_autoscaled_deployments_carry_no_number_of_their_own(documents: list[Document]) -> None:
    deployments = named(documents, "Deployment")
    for scaler in of(documents, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]["name"]
        assert "replicas" not in deployments[target]["spec"], target
        assert scaler["spec"]["minReplicas"] >= 2


def test_production_runs_several_of_each_part_and_spreads_them(documents: list[Document], overlay: str) -> None:
    scaled = {scaler["spec"]["scaleTargetRef"]["name"] for scaler in of(documents, "HorizontalPodAutoscaler")}
    for name, deployment in named(documents, "Deployment").items():
        several = name in scaled or deployment["spec"].get("replicas", 1) >= 2
        spread = deployment["spec"]["template"]["spec"].get("topologySpreadConstraints", [])
        assert several == (overlay == "prod"), name
        assert bool(spread) == (overlay == "prod"), name


def _variables_read_by(repository: Path, part: str) -> set[str]:
    folder = "gateway" if part == "adapters" else f"services/{part}"
    own = list((repository / folder / "src").rglob("settings.py"))
    assert own, f"{part} has no settings.py to compare with"
    # The adapters are no gRPC service and do not read what services share.
    shared = [] if part == "adapters" else [repository / "kit/src/reelwright_kit/settings.py"]
    return {found for file in [*own, *shared] for found in re.findall(r'name="([A-Z][A-Z0-9_]+)"', file.read_text())}


@pytest.mark.parametrize("part", sorted({*SERVICES, "adapters"}))
def test_containers_get_only_variables_that_their_process_reads(
    documents: list[Document], repository: Path, part: str
) -> None:
    read = _variables_read_by(repository, part)
    container = named(documents, "Deployment")[part]["spec"]["template"]["spec"]["containers"][0]
    given = {entry["name"] for entry in container["env"]}

    assert {name for name in given - read if not FOREIGN.fullmatch(name)} == set()


def test_addresses_name_services_that_exist(documents: list[Document], repository: Path) -> None:
    known = set(named(documents, "Service"))
    for name, container in containers(documents):
        for entry in container.get("env", []):
            if target := re.fullmatch(r"dns:///([a-z-]+):\d+", entry.get("value", "")):
                assert target[1] in known, (name, entry["name"])
    clusters = yaml.safe_load((repository / "gateway/envoy/clusters.yaml").read_text())
    hosts = set(re.findall(r"'address': '([a-z-]+)'", str(clusters)))
    assert hosts - {"otel-collector"} <= known
