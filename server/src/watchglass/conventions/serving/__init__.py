"""Model servers' and machines' own names for metrics, as canonical ones: one data file a server."""
