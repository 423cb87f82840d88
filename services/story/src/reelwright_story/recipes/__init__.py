"""How each kind of story is produced, from its order to its result."""
