"""Refusals, before a vendor gives them its own shape."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Problem(Exception):
    """Why a request is not served; `status` is HTTP's, `code` the vendor's word, `at` the offending field."""

    status: int
    code: str | None = None
    message: str | None = None
    at: str | None = None
    retry_after_s: float | None = None
    headers: dict[str, str] = field(default_factory=dict)
