"""Assets: files in an object store, their index in PostgreSQL, and where they came from."""
