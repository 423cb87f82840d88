"""Paid jobs against fakes of the providers: real processes, a real database, real SDKs."""
