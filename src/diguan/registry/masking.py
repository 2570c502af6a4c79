"""Names as a reader may see them."""


def masked(name: str) -> str:
    """The first sign of a name and two stars: enough to talk about, not enough to know who."""
    return f"{name[:1]}**" if name else "**"


def shown(name: str, may_see: bool) -> str:
    return name if may_see and name else masked(name)
