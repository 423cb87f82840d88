"""What happens around every call, outermost first: identity, span and log; answers; access; request ids; validation."""

from __future__ import annotations

import grpc

from reelwright_kit.access.gate import Gate
from reelwright_kit.interceptors.access import AccessInterceptor
from reelwright_kit.interceptors.calls import CallInterceptor
from reelwright_kit.interceptors.errors import ErrorInterceptor
from reelwright_kit.interceptors.request_ids import RequestIdInterceptor
from reelwright_kit.interceptors.validation import ValidationInterceptor


def interceptors(gate: Gate) -> list[grpc.aio.ServerInterceptor]:
    """The interceptors of every server, in order; nobody passes but through `gate`."""
    return [
        CallInterceptor(),
        ErrorInterceptor(),
        AccessInterceptor(gate),
        RequestIdInterceptor(),
        ValidationInterceptor(),
    ]
