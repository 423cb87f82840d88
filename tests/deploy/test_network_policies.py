"""Who may talk to whom in a rendered overlay."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

Document = dict[str, Any]

SERVICES = {"llm", "image", "video", "audio", "story"}
NAME = "app.kubernetes.io/name"


def policies(documents: list[Document]) -> dict[str, Document]:
    return {
        document["metadata"]["name"]: document["spec"] for document in documents if document["kind"] == "NetworkPolicy"
    }


def callers(policy: Document) -> set[str]:
    return {peer["podSelector"]["matchLabels"][NAME] for rule in policy["ingress"] for peer in rule.get("from", [])}


def callees(policy: Document) -> set[str]:
    peers = [peer for rule in policy["egress"] for peer in rule["to"]]
    return {peer["podSelector"]["matchLabels"][NAME] for peer in peers if "podSelector" in peer}


def blocks(policy: Document) -> list[Document]:
    return [peer["ipBlock"] for rule in policy["egress"] for peer in rule["to"] if "ipBlock" in peer]


def test_everything_is_denied_first(documents: list[Document]) -> None:
    assert policies(documents)["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_every_rule_of_egress_names_a_target(documents: list[Document]) -> None:
    for name, policy in policies(documents).items():
        for rule in policy.get("egress", []):
            assert rule.get("to"), name
            assert rule.get("ports"), name


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_is_called_by_the_edge_and_by_those_that_order_of_it(documents: list[Document], service: str) -> None:
    """Story orders of all others, and llm pictures."""
    orders = {"story": set[str](), "image": {"story", "llm"}}
    expected = {"gateway", "adapters"} | orders.get(service, {"story"})

    assert callers(policies(documents)[service]) == expected


@pytest.mark.parametrize("caller", ["gateway", "adapters", "story", "llm"])
def test_who_may_call_is_also_allowed_in(documents: list[Document], caller: str) -> None:
    rules = policies(documents)
    for callee in callees(rules[caller]):
        assert caller in callers(rules[callee]), callee


def test_only_the_edge_is_open_to_all(documents: list[Document]) -> None:
    unguarded = {
        name
        for name, policy in policies(documents).items()
        if any(not rule.get("from") for rule in policy.get("ingress", []))
    }

    assert unguarded == {"gateway"}


def test_adapters_and_edge_reach_nothing_outside(documents: list[Document]) -> None:
    for name in ("adapters", "gateway"):
        assert blocks(policies(documents)[name]) == []


@pytest.mark.parametrize(
    "inside", ["10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "127.0.0.1", "100.64.0.1", "fd00::1"]
)
def test_the_way_to_providers_does_not_lead_inside(documents: list[Document], inside: str) -> None:
    address = ip_address(inside)
    for service in SERVICES:
        for block in blocks(policies(documents)[service]):
            network = ip_network(block["cidr"])
            within = address.version == network.version and address in network
            excepted = any(address in ip_network(cidr) for cidr in block.get("except", []) if address.version == 4)
            assert not within or excepted, (service, block)
