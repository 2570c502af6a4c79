"""Who did what: every decision and every read of protected data, append-only."""
