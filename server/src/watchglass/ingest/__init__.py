"""What comes in: OTLP over HTTP and gRPC, decoded in groups into the tables' columns."""
