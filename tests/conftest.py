"""What tests of several areas share: the database server and the S3 server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.postgres import Postgres, running_postgres
from tests.s3 import CannotHave, S3Server, running_s3


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own."""
    with running_postgres() as running:
        yield running


@pytest.fixture
def database_url(postgres: Postgres) -> str:
    """A database with all tables and nothing in them."""
    return postgres.fresh()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """An S3 server of this run's own; where it cannot be had, those who need it are skipped and say why."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running_s3())
        except CannotHave as error:
            pytest.skip(str(error))
        yield server
