"""Log lines that name no person: an error is logged by its kind and where it arose, never by its values."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutValues(logging.Formatter):
    """Formats a traceback as its frames and the class of the error.

    The message of an error often quotes the row that caused it (a constraint, a failed conversion).
    """

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name is logging's
        kind, _, trace = ei
        if kind is None:
            return ""
        frames = "".join(traceback.format_tb(trace))
        return f"{frames}{kind.__module__}.{kind.__qualname__}"


class OneLine(logging.Formatter):
    """Says only that something went wrong; the frames are in the log file."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name is logging's
        kind = ei[0]
        return "" if kind is None else f"{kind.__module__}.{kind.__qualname__} (see the log file)"
