"""Schema, rules and access to PostgreSQL."""
