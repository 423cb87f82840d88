"""What the reference tables are read from: the sources, the contract, and how both become Markdown."""
