"""The engines that make clips."""
