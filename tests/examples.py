"""How many examples a generative test draws: those given where it stands, times DIGUAN_EXAMPLES for a longer look."""

import os


def of(number: int) -> int:
    return number * int(os.environ.get("DIGUAN_EXAMPLES", "1"))
