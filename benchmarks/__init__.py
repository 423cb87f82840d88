"""What the suite does in a second and how long it takes, next to what the machine could do: `make bench`."""
