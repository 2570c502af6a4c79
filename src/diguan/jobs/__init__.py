"""Long work that goes on when its page is closed, and is taken up again when its process died."""
