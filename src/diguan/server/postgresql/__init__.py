"""PostgreSQL as the second store: Django's own backend."""
