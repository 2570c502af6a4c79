"""Ten rules over a registry, carried out by Diguan and by OpenFisca's arrays over the same files."""
