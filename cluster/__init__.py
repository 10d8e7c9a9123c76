"""Running it: Ray, placement, leases, embedded PostgreSQL and Valkey, status."""
