"""The vocabulary: what columns there are, what they mean, and the records that pass between rooms."""
