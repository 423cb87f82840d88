"""A ConfigMap laid out on disk as the kubelet does it: names that are links into a dated folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def as_kubelet(folder: Path, content: Mapping[str, str]) -> Path:
    """Lays `content` by name into a new directory in `folder` that any user may read."""
    mounted = folder / "mounted"
    dated = mounted / "..2026_01_01_00_00_00.0"
    dated.mkdir(parents=True)
    (mounted / "..data").symlink_to(dated.name)
    for name, text in content.items():
        (dated / name).write_bytes(text.encode())
        (mounted / name).symlink_to(Path("..data") / name)
    for one in (folder, mounted, dated):
        one.chmod(0o755)
    return mounted
