"""Where: the tree of places, its dated codes and its boundaries."""
