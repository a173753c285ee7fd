"""The HTTP API and the screens: one file a resource; OpenAPI comes from them."""
