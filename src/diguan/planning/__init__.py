"""Planning: what would be, before it is. A trial touches nothing that holds."""
