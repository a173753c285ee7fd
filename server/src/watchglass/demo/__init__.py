"""The demonstration: real client code under real instrumentation, talking to a bundled stub of model APIs."""
