"""What calls fail for that have to do with keys and limits."""

from __future__ import annotations

import math

from reelwright_kit.errors import AppError, Code

DOMAIN = "admin.reelwright"


class KeyInvalid(AppError):
    """Nobody is known by what was sent; why is never told."""

    code = Code.UNAUTHENTICATED
    reason = "KEY_INVALID"
    domain = DOMAIN

    def __init__(self) -> None:
        super().__init__("A valid key is needed: send it as `Authorization: Bearer ...`.")


class ScopeMissing(AppError):
    """The key may not make this call."""

    code = Code.PERMISSION_DENIED
    reason = "SCOPE_MISSING"
    domain = DOMAIN

    def __init__(self, scope: str) -> None:
        super().__init__(f"The key may not do this: it needs the scope {scope}.", scope=scope)


class RateLimited(AppError):
    """More calls in a minute than the key may make."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "RATE_LIMITED"
    domain = DOMAIN

    def __init__(self, requests_per_minute: int, retry_after_s: float) -> None:
        # Rounded up, so that who comes back then is not too early.
        self.retry_after_s = math.ceil(retry_after_s * 1000) / 1000
        super().__init__(
            f"The key may make {requests_per_minute} calls per minute; come back in {self.retry_after_s} s.",
            requests_per_minute=requests_per_minute,
            retry_after_s=self.retry_after_s,
        )


class ConcurrencyLimited(AppError):
    """More jobs at once than the key may run."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "CONCURRENCY_LIMITED"
    domain = DOMAIN
    retry_after_s = 5.0

    def __init__(self, concurrent_jobs: int) -> None:
        super().__init__(f"The key may run {concurrent_jobs} jobs at once.", concurrent_jobs=concurrent_jobs)


class KeyNotFound(AppError):
    """No key has this id."""

    code = Code.NOT_FOUND
    reason = "KEY_NOT_FOUND"
    domain = DOMAIN

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no key {key}.", key=key)


class KeyInactive(AppError):
    """The key is revoked or expired."""

    code = Code.FAILED_PRECONDITION
    reason = "KEY_INACTIVE"
    domain = DOMAIN

    def __init__(self, key: str) -> None:
        super().__init__(f"Key {key} is revoked or expired and cannot be changed any more.", key=key)


class LastAdminKey(AppError):
    """Without this key nobody could make another."""

    code = Code.FAILED_PRECONDITION
    reason = "LAST_ADMIN_KEY"
    domain = DOMAIN

    def __init__(self, key: str) -> None:
        super().__init__(f"Key {key} is the last active one with the scope admin; make another first.", key=key)
