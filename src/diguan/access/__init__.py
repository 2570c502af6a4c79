"""Users, roles, grants and the scope that follows from them."""
