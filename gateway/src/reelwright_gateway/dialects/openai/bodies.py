"""Bodies on their way in: JSON of a bounded size and known form; what is wrong with one is told by its field."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from reelwright_gateway.errors import Failure, Refused
from reelwright_kit.errors import FieldInvalid

JSON = b"application/json"
LIMIT_BYTES = 5_000_000
# A client that is still sending may never look at an answer: so much more is read and thrown away.
PATIENCE_BYTES = 64_000_000

Form = TypeVar("Form", bound=msgspec.Struct)
Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_MISSING = re.compile(r"Object missing required field `(.+)`")


async def read(request: Request, form: type[Form]) -> tuple[Form, dict[str, Any]]:
    """The body in its form and as it came; raises FieldInvalid, and Refused when it is too large or no JSON."""
    given = next((value for name, value in request.scope["headers"] if name == b"content-type"), b"")
    # A page of another site may send forms and plain text without asking; JSON it may not.
    if given != JSON and given.partition(b";")[0].strip().lower() != JSON:
        refused = "content-type: must be application/json"
        raise Refused(Failure(415, "INVALID_ARGUMENT", refused, metadata={"field": "content-type"}))
    raw = _decoded(await _bytes(request))
    return shaped(raw, form), raw


def shaped(raw: dict[str, Any], form: type[Form]) -> Form:
    """The JSON object in its form; raises FieldInvalid naming the first field that has another one."""
    try:
        return msgspec.convert(raw, form)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


def rest(raw: Mapping[str, Any], form: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields of `raw` that its form does not know."""
    known = _names(form)
    return {} if raw.keys() <= known else {name: value for name, value in raw.items() if name not in known}


@functools.cache
def _names(form: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(form.__struct_fields__)


async def _bytes(request: Request) -> bytes:
    taken, pieces, more = 0, [], True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece, more = message.get("body", b""), message.get("more_body", False)
        taken += len(piece)
        if taken > PATIENCE_BYTES:
            break
        if taken <= LIMIT_BYTES:
            pieces.append(piece)
    if taken > LIMIT_BYTES:
        refused = f"The body is larger than {LIMIT_BYTES} bytes."
        raise Refused(Failure(413, "RESOURCE_EXHAUSTED", refused, metadata={"field": "body"}))
    return b"".join(pieces)


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(body)
    except UnicodeDecodeError:
        raise FieldInvalid("body", "is not valid UTF-8") from None
    except RecursionError:
        raise FieldInvalid("body", "is nested too deep") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FieldInvalid("body", f"is not valid JSON: {error}") from None
    if not isinstance(decoded, dict):
        raise FieldInvalid("body", "must be a JSON object")
    return decoded


def invalid(said: str, inside: str = "") -> FieldInvalid:
    """The failure that a message of msgspec tells, for example ``Expected `str`, got `int` - at `$.model` ``.

    `inside` is the field whose content it is about.
    """
    place = _PLACE.search(said)
    path, cause = (place[1], said[: place.start()]) if place else ("", said)
    if missing := _MISSING.match(cause):
        path, cause = f"{path}.{missing[1]}", "is required"
    field = f"{inside}{path}" if path.startswith("[") else f"{inside}.{path.lstrip('.')}"
    return FieldInvalid(field.strip(".") or "body", cause.replace("`", "").replace("Expected", "expected", 1))
