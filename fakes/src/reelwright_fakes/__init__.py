"""A fault-injecting provider server that speaks the wire of the vendors."""
