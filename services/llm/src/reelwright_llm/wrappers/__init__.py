"""What stands around models: each wrapper is a model itself."""
