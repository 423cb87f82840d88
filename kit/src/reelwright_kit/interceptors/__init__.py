"""What happens around every call, outermost first: identity, span and log; errors; request ids; validation."""

from __future__ import annotations

import grpc

from reelwright_kit.interceptors.calls import CallInterceptor
from reelwright_kit.interceptors.errors import ErrorInterceptor
from reelwright_kit.interceptors.request_ids import RequestIdInterceptor
from reelwright_kit.interceptors.validation import ValidationInterceptor


def interceptors() -> list[grpc.aio.ServerInterceptor]:
    """The interceptors of every server, in order."""
    return [CallInterceptor(), ErrorInterceptor(), RequestIdInterceptor(), ValidationInterceptor()]
