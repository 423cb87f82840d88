"""Webhooks: whoever gave an address with a job is told there how it ended, signed, until it answers."""
