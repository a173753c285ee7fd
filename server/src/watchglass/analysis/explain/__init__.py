"""Which spans explain that a measure changed: the smallest set of one or two values, told from what changed everywhere."""
