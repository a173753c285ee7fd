"""A stub of the HTTP APIs of OpenAI and Anthropic: their published contracts, made-up answers, no network."""
