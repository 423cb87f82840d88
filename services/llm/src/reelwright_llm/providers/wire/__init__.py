"""Plain HTTP to providers of text: one client, what stands around it, server-sent events, failures."""
