"""One suite for all tests that leave it as it was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.suite import Client, RunningSuite, running_suite


@pytest.fixture(scope="session")
def suite() -> Iterator[RunningSuite]:
    """A suite on a free port with an empty data directory."""
    # Short, because the database's socket lies in it.
    data = Path(tempfile.mkdtemp(prefix="rw-e2e-"))
    with running_suite(data) as running:
        yield running
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def client(suite: RunningSuite) -> Iterator[Client]:
    """gRPC stubs of the suite."""
    with suite.channel() as channel:
        yield Client(channel)
