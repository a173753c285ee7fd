"""One file a kind of target."""
