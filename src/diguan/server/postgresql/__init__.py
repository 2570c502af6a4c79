"""PostgreSQL as the second store: Django's own backend, which tells the server on whose behalf each statement runs."""
