"""Telling people: messages, the targets that they go to, and the thread that delivers them."""
