"""Kills processes at chosen and at random moments, and reads the books afterwards."""
