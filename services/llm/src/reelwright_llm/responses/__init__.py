"""Responses: kept answers with numbered events, that are gone on from and survive their process."""
