"""Lets `python -m diguan.cli` stand for the program `diguan`."""

import sys

from diguan.cli import main

sys.exit(main())
