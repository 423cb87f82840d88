"""How many cores this process may use, which is how many workers are of any use."""

from __future__ import annotations

import math
import os
from pathlib import Path

MOST_WORKERS = 64
"""Workers of one process, whatever it is told."""
MOST_WITH_DATABASE = 4
"""Workers of one process that is not told, where each has connections to the database of its own: it has a hundred."""

CONTROLLERS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def usable() -> int:
    """Cores that the scheduler gives this process, no more than its container's limit makes up; at least 1.

    A limit of half a core is one core, and one of a core and a half two.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, math.ceil(min(cores, limit(MEMBERSHIP, CONTROLLERS))))


def limit(membership: Path, controllers: Path) -> float:
    """The lowest limit, in cores, of the control groups that `membership` lists; infinite where there is none.

    Both versions of control groups are read, and every group above, because the limit of a pod is not its containers'.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return math.inf
    lowest = math.inf
    for line in lines:
        _, names, path = line.split(":", 2)
        if names == "":
            lowest = min(lowest, _lowest(controllers, path))
        elif "cpu" in names.split(","):
            # The directory is named after all controllers that are mounted together, or linked by the name of one.
            lowest = min(lowest, _lowest(controllers / "cpu", path))
    return lowest


def _lowest(root: Path, path: str) -> float:
    # In a container the path may be that of the host, and only the root be there.
    group = root / path.lstrip("/")
    groups = [one for one in (group, *group.parents) if one == root or root in one.parents]
    return min((_quota(one) for one in groups), default=math.inf)


def _quota(group: Path) -> float:
    """Cores that one group may use: `max` or microseconds of each period, in one file or in two."""
    try:
        quota, period = _words(group)
        return math.inf if quota == "max" or int(quota) <= 0 else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf


def _words(group: Path) -> tuple[str, str]:
    together = group / "cpu.max"
    if together.exists():
        quota, period = together.read_text().split()
        return quota, period
    return (group / "cpu.cfs_quota_us").read_text().strip(), (group / "cpu.cfs_period_us").read_text().strip()
