"""Spark as the engine of a screening, for clusters that are there already. An optional extra: pip install diguan[spark]."""
