"""Several processes that serve on one address: the one that leads them, and what each of them knows of it."""
