"""The contract as a whole: its services by name, and a stand-in for those that nobody offers yet."""

from __future__ import annotations

import functools
import importlib
from typing import Any, NoReturn

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass

from reelwright_kit.errors import NotOffered

APIS = ("admin", "assets", "audio", "image", "jobs", "llm", "story", "video")
MODULES = (*(f"reelwright.{api}.v1.{api}_service_pb2" for api in APIS), "reelwright.jobs.v1.webhooks_service_pb2")


@functools.cache
def services() -> dict[str, ServiceDescriptor]:
    """Every service of the contract by its full name, for example `reelwright.image.v1.ImageService`."""
    found: dict[str, ServiceDescriptor] = {}
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        found |= {service.full_name: service for service in module.DESCRIPTOR.services_by_name.values()}
    return found


def refuse(server: grpc.aio.Server, service: str) -> None:
    """Mounts `service`, no call of which is offered, so that callers get the contract's answer instead of gRPC's."""
    described = services()[service]
    handlers = {method.name: _refusal(method) for method in described.methods}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))


def _refusal(method: MethodDescriptor) -> grpc.RpcMethodHandler[Any, Any]:
    async def call(request: Any, context: Any) -> NoReturn:
        raise NotOffered.call(method.name)

    return grpc.unary_unary_rpc_method_handler(
        call,
        request_deserializer=GetMessageClass(method.input_type).FromString,
        response_serializer=GetMessageClass(method.output_type).SerializeToString,
    )
