"""Stand-ins for what the tests cannot have: servers and failing engines."""
