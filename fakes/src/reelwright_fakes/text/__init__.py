"""What every text vendor says, whatever its wire: answers that depend on what was asked and on nothing else."""
