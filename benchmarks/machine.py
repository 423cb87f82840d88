"""The machine that the numbers belong to."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psutil

CPU_FILE = Path("/proc/cpuinfo")


def described(directory: Path) -> dict[str, str]:
    """Processor, cores, memory, kernel, Python, and the file system of `directory`, where the databases lie."""
    return {
        "cpu": _cpu_model(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "file system": _file_system(directory),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def _cpu_model() -> str:
    if CPU_FILE.exists():
        for line in CPU_FILE.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() in ("model name", "Model"):
                return value.strip()
    return platform.processor() or platform.machine()


def _file_system(directory: Path) -> str:
    """The kind of the innermost mounted file system that holds `directory`."""
    holding = [one for one in psutil.disk_partitions(all=True) if directory.resolve().is_relative_to(one.mountpoint)]
    return max(holding, key=lambda one: len(one.mountpoint)).fstype if holding else "unknown"
