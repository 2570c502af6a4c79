"""SQLite as a real store: Django's own backend with a queue before every write transaction."""
