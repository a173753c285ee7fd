"""Where stored rows go out to: one file an outlet, and the delivery that they share."""
