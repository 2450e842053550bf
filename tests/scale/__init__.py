"""Several web processes on PostgreSQL and Redis, as in scale mode."""
