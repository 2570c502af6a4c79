from tests.cast import cast, tree  # noqa: F401
