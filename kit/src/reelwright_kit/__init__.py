"""What at least two Reelwright services share."""
