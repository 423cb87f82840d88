"""The contract as a whole: its services by name."""

from __future__ import annotations

import functools
import importlib

from google.protobuf.descriptor import ServiceDescriptor

APIS = ("admin", "assets", "audio", "image", "jobs", "llm", "story", "video")
MODULES = (
    *(f"reelwright.{api}.v1.{api}_service_pb2" for api in APIS),
    "reelwright.jobs.v1.webhooks_service_pb2",
    "reelwright.llm.v1.responses_service_pb2",
)


@functools.cache
def services() -> dict[str, ServiceDescriptor]:
    """Every service of the contract by its full name, for example `reelwright.image.v1.ImageService`."""
    found: dict[str, ServiceDescriptor] = {}
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        found |= {service.full_name: service for service in module.DESCRIPTOR.services_by_name.values()}
    return found
