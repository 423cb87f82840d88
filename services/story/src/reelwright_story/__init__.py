"""The story service: from a sentence to a film."""
