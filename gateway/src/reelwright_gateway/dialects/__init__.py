"""The ways to speak with the suite that others made."""
