"""Makes Envoy's listener reachable from outside its container; all else of the configuration stays as it lies."""

import sys
from pathlib import Path

LOOPBACK = "address: {socket_address: {address: 127.0.0.1, port_value: 8080}}"
OUTWARD = "address: {socket_address: {address: 0.0.0.0, port_value: 8080}}"


def outward(config: str) -> str:
    """`config` with its one listener on every address; raises SystemExit when it is not written as expected."""
    if config.count(LOOPBACK) + config.count(OUTWARD) != 1:
        raise SystemExit(f"expected exactly one listener: {LOOPBACK}")
    return config.replace(LOOPBACK, OUTWARD)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(outward(path.read_text()))
