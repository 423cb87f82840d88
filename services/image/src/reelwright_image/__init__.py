"""The image service: pictures from words."""
