"""The board: how the whole programme stands, at every level of the tree."""
