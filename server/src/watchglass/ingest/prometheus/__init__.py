"""What Prometheus and its kin say, as OTLP's metrics: families of samples in, one request out."""
