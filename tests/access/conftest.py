from tests.cast import cast, families, jilin_pack, tree  # noqa: F401
