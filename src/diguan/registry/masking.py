"""Names and numbers as a reader may see them."""


def masked(name: str) -> str:
    """The first sign of a name and two stars: enough to talk about, not enough to know who."""
    return f"{name[:1]}**" if name else "**"


def shown(name: str, may_see: bool) -> str:
    return name if may_see and name else masked(name)


def masked_number(number: str) -> str:
    """A number with its last four signs, enough to tell two apart; without any where the reader may not see them."""
    return f"•••• {number[-4:]}" if len(number) > 8 else "••••"
