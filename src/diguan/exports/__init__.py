"""Files that leave the house: asked for with a purpose, approved when large, watermarked, safe to open, removed in time."""
