"""The reelwright command: runs the suite on one machine and drives it anywhere."""
