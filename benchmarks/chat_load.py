"""Load on one address: so many calls in flight for so long, made by `wrk`, which takes little of the machine itself."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chat_peers import Target
from benchmarks.chat_tools import Missing, program, surroundings

SCRIPT = """
wrk.method = "POST"
wrk.body = {body}
{headers}
function done(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("\\nresult %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), failed))
end
"""
SAID = "Tell me a story about a lighthouse."


@dataclass(frozen=True)
class Round:
    """What came of one round."""

    calls: int
    rate: float
    """Calls in a second."""
    p50_ms: float
    p99_ms: float
    failed: int


def middle(rounds: Sequence[Round]) -> Round:
    """The rounds as one: all calls, and of each figure the median."""
    return Round(
        sum(one.calls for one in rounds),
        statistics.median(one.rate for one in rounds),
        statistics.median(one.p50_ms for one in rounds),
        statistics.median(one.p99_ms for one in rounds),
        sum(one.failed for one in rounds),
    )


async def load(target: Target, directory: Path, in_flight: int, seconds: float) -> Round:
    """One round; raises Missing without `wrk`."""
    wrk = await program("wrk")
    script = directory / "load.lua"
    headers = {"content-type": "application/json", **target.headers}
    lines = "\n".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items())
    body = json.dumps({"model": target.model, "messages": [{"role": "user", "content": SAID}]})
    await asyncio.to_thread(script.write_text, SCRIPT.format(body=json.dumps(body), headers=lines))
    options = ("-t", "1", "-c", str(in_flight), "-d", f"{seconds:g}s", "--timeout", "30s", "-s", script)
    process = await asyncio.create_subprocess_exec(
        str(wrk), *map(str, options), target.url, env=surroundings(wrk), stdout=-1, stderr=-1
    )
    printed, complaints = await process.communicate()
    found = [line.split() for line in printed.decode().splitlines() if line.startswith("result ")]
    if not found:
        raise Missing(f"wrk: {complaints.decode().strip() or printed.decode().strip()}")
    calls, took_us, p50_us, p99_us, failed = (int(value) for value in found[0][1:])
    return Round(calls, calls / took_us * 1e6, p50_us / 1000, p99_us / 1000, failed)
