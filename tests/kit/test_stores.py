"""The object stores that need no server keep the store contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from obstore.store import MemoryStore

from reelwright_kit.assets.store import FileStore, ObjectFileStore, open_store
from tests.kit.store_contract import StoreContract


class TestLocalDirectory(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FileStore:
        return open_store(f"file://{tmp_path}/store with space")


class TestMemory(StoreContract):
    @pytest.fixture
    def store(self) -> FileStore:
        return ObjectFileStore(MemoryStore())


def test_an_address_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="ftp://x"):
        open_store("ftp://x")
