"""The door behind `make`: finds a Python that is new enough and hands over to it.

This file alone must be readable by any old Python 3, so that it can say in words what is missing.
"""

import os
import subprocess
import sys

NEEDED = (3, 11)
CANDIDATES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3")


def new_enough(command: str) -> bool:
    """Say whether this command starts a Python that is new enough. A shim that starts nothing is not."""
    question = "import sys; sys.exit(0 if sys.version_info >= %r else 1)" % (NEEDED,)
    try:
        return subprocess.call([command, "-c", question], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def hand_over() -> None:
    """Start again under a newer Python, or say what to install."""
    for command in CANDIDATES:
        if new_enough(command):
            os.execvp(command, [command] + sys.argv)
    sys.stderr.write(
        "Diguan needs Python %d.%d or newer; this is Python %s, and no newer one was found.\n"
        "Install one (Debian, Ubuntu: apt install python3.11 python3.11-venv; macOS: brew install python@3.13;\n"
        "or from python.org) and run this again. To name one yourself: make run PYTHON=/path/to/python3.\n"
        % (NEEDED + (sys.version.split()[0],))
    )
    sys.exit(1)


if __name__ == "__main__":
    if sys.version_info < NEEDED:
        hand_over()
    import commands

    sys.exit(commands.main(sys.argv[1:]))
