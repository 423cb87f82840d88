"""The gateway: what prepares Envoy, and the HTTP adapters for what needs HTTP's own semantics."""
