"""The video service: clips and films."""
