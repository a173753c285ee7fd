"""What is kept: the engine, its schema, the group commit and retention."""
