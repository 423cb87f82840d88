"""The studio of the paid jobs, for those who break into it."""

from __future__ import annotations

from tests.paid.conftest import studio

__all__ = ["studio"]
