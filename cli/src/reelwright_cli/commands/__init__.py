"""The groups of subcommands that have a module of their own."""
