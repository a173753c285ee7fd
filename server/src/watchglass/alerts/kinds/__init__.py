"""When a rule is breached: one file a kind, listed in `registry`."""
