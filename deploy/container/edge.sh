#!/bin/bash
# Talks to Envoy's admin port, which only this container can reach: `edge ready` for probes, `edge drain SECONDS` before a stop.
set -euo pipefail

admin() { # METHOD PATH
    exec 3<>"/dev/tcp/127.0.0.1/${ENVOY_ADMIN_PORT:-9901}"
    printf '%s %s HTTP/1.1\r\nHost: admin\r\nConnection: close\r\nContent-Length: 0\r\n\r\n' "$1" "$2" >&3
    head -n 1 <&3 | grep -q ' 200 '
}

case "${1:-}" in
    ready) admin GET /ready ;;
    drain) admin POST '/drain_listeners?graceful&skip_exit' && sleep "${2:?seconds to let streams end}" ;;
    *) echo "usage: edge ready | edge drain SECONDS" >&2; exit 2 ;;
esac
