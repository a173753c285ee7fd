"""What can be asked of the store: one typed function a question, each within a Scope."""
