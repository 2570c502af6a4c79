"""Work in processes of its own, forked from one that is set up but has touched neither store nor DuckDB."""

import json
import os
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

Work = Callable[[], Any]


class Child:
    """A process that does one piece of work; its answer goes through a file."""

    def __init__(self, work: Work) -> None:
        handle, name = tempfile.mkstemp(prefix="diguan-bench-")
        os.close(handle)
        self._answer = Path(name)
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                self._answer.write_text(json.dumps(work()), "utf-8")
                code = 0
            except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
                traceback.print_exc()
            finally:
                os._exit(code)

    def answer(self) -> Any:
        """Wait for it; return what it worked out. Raises: RuntimeError if it failed."""
        _pid, status = os.waitpid(self.pid, 0)
        text = self._answer.read_text("utf-8")
        self._answer.unlink()
        if os.waitstatus_to_exitcode(status) != 0:
            raise RuntimeError("the work in a process failed")
        return json.loads(text)

    def kill(self) -> bool:
        """Kill it at once; return whether it was still at work."""
        os.kill(self.pid, 9)
        _pid, status = os.waitpid(self.pid, 0)
        self._answer.unlink()
        return os.waitstatus_to_exitcode(status) == -9


def alone(work: Work) -> Any:
    """Do a piece of work in a process of its own and return what it worked out."""
    return Child(work).answer()


def together(works: list[Work]) -> list[Any]:
    return [child.answer() for child in [Child(work) for work in works]]
