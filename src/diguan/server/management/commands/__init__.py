"""Django commands of ours, in place of its own."""
