"""Services that ask for keys, and every call of the contract by its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2

from reelwright.admin.v1 import admin_service_pb2 as admin
from reelwright.admin.v1 import admin_service_pb2_grpc as admin_rpc
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_rpc
from reelwright_kit import contract
from reelwright_kit.database import Pool
from reelwright_kit.jobs.store import JobStore
from tests.kit.orders import new_job

SERVICES = ("llm", "image", "video", "audio", "story")
ADMIN_KEY = "the-first-key-of-the-house-0123456789"

Sent = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outcome:
    """How a call ended: its code, and the reason and metadata of its failure."""

    code: str
    reason: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    answers: tuple[Message, ...] = ()
    message: str = ""

    @property
    def refusal(self) -> tuple[str, str]:
        return self.code, self.reason


@dataclass(frozen=True)
class House:
    """Channels to the services by name, and their database."""

    channels: dict[str, grpc.aio.Channel]
    pool: Pool

    @property
    def admin(self) -> admin_rpc.AdminServiceAsyncStub:
        return admin_rpc.AdminServiceStub(self.channels["image"])

    def jobs(self, service: str) -> jobs_rpc.JobServiceAsyncStub:
        return jobs_rpc.JobServiceStub(self.channels[service])

    async def key(self, **fields: Any) -> tuple[admin.Key, str]:
        """A new key and its secret."""
        made = await self.admin.CreateKey(admin.CreateKeyRequest(name="test", **fields), metadata=bearer(ADMIN_KEY))
        return made.key, made.secret

    async def revoke(self, key: str) -> None:
        """Ends a key."""
        await self.admin.RevokeKey(admin.RevokeKeyRequest(id=key), metadata=bearer(ADMIN_KEY))

    async def call(self, method: MethodDescriptor, message: Message, sent: Sent) -> Outcome:
        """Makes a call of any shape at a service that has it."""
        return await outcome(self.channels[_server_of(method)], method, message, sent)

    async def endless_job(self, tenant: str) -> str:
        """A picture that nobody works on; its id."""
        record = await JobStore(self.pool).admit(tenant, new_job(prefix="img", app="nobody", queue="nobody.none"))
        return record.id


def bearer(secret: str) -> Sent:
    """Metadata with a key."""
    return (("authorization", f"Bearer {secret}"),)


def methods() -> Iterable[MethodDescriptor]:
    """Every RPC of the contract."""
    return [method for service in contract.services().values() for method in service.methods]


def path_of(method: MethodDescriptor) -> str:
    """`package.Service/Method`."""
    return f"{method.containing_service.full_name}/{method.name}"


async def outcome(channel: grpc.aio.Channel, method: MethodDescriptor, message: Message, sent: Sent) -> Outcome:
    """How a call ends."""
    try:
        return Outcome("OK", answers=await _answers(channel, method, message, sent))
    except grpc.aio.AioRpcError as error:
        info = error_details_pb2.ErrorInfo()
        packed = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        for detail in status_pb2.Status.FromString(bytes(packed)).details:
            detail.Unpack(info) if detail.Is(info.DESCRIPTOR) else None
        named = tuple(sorted(info.metadata.items()))
        return Outcome(error.code().name, info.reason, named, message=error.details() or "")


async def _answers(
    channel: grpc.aio.Channel, method: MethodDescriptor, message: Message, sent: Sent
) -> tuple[Message, ...]:
    path = f"/{path_of(method)}"
    reading = GetMessageClass(method.output_type).FromString
    writing = type(message).SerializeToString
    if method.client_streaming:
        return (await channel.stream_unary(path, writing, reading)(iter([message]), metadata=sent, timeout=20),)
    if method.server_streaming:
        call = channel.unary_stream(path, writing, reading)(message, metadata=sent, timeout=20)
        return tuple([answer async for answer in call])
    return (await channel.unary_unary(path, writing, reading)(message, metadata=sent, timeout=20),)


def _server_of(method: MethodDescriptor) -> str:
    api = method.containing_service.full_name.split(".")[1]
    return api if api in SERVICES else "image"
