"""Projects, API keys and price overrides: small and transactional, in SQLite or PostgreSQL."""
