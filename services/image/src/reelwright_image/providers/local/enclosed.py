"""Places that paint their whole page: no sky, no weather and nothing of the open air."""

from __future__ import annotations

ENCLOSED = frozenset({"room", "kitchen", "library", "laboratory", "cave", "stage", "underwater", "space"})
