"""Who may do what: keys, tokens, scopes and limits of callers."""
