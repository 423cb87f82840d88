"""Registers buf/validate/validate.proto, whose descriptor comes with the protovalidate wheel."""

import protovalidate
from google.api import annotations_pb2
from google.protobuf import (
    descriptor_pb2,  # noqa: F401
    descriptor_pool,
    duration_pb2,  # noqa: F401
    field_mask_pb2,  # noqa: F401
    timestamp_pb2,  # noqa: F401
)

DESCRIPTOR = descriptor_pool.Default().AddSerializedFile(protovalidate.ViolationPb.desc().file.proto.to_binary())
