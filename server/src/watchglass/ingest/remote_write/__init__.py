"""Remote write: what a Prometheus or an agent forwards, versions 1.0 and 2.0."""
