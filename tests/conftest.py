"""What tests of several areas share: the database server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own."""
    with running_postgres() as running:
        yield running


@pytest.fixture
def database_url(postgres: Postgres) -> str:
    """A database with all tables and nothing in them."""
    return postgres.fresh()
