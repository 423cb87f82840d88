"""The JSON of contract messages, the same as the transcoder prints at the edge."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message


def plain(message: Message) -> Any:
    """The message as JSON values: names as in the contract, fields without presence always there."""
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def line(message: Message) -> str:
    """The message as JSON on one line."""
    return json.dumps(plain(message), ensure_ascii=False, separators=(",", ":"))
