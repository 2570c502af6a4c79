"""The program `diguan`. This module stays light: what a command needs is imported when it is called."""


def main() -> int:
    """Run the program with the words typed after its name; return the exit code."""
    from diguan.cli import tour, troubles

    return troubles.guarded(tour.diguan)
