"""The only writers of screenings."""

from diguan.screening.actions.asking import (
    NotAllowed,
    Occupied,
    PackNotInForce,
    ask_screening,
    cancel_screening,
    fail_screening,
    resume_screening,
)
from diguan.screening.actions.comparing import compare_screenings, replay_screening
from diguan.screening.actions.reads import move_results, open_changes, open_page
from diguan.screening.actions.screening import PackChanged, ScreeningIncomplete, carry_screening, run_screening

__all__ = [
    "NotAllowed",
    "Occupied",
    "PackChanged",
    "PackNotInForce",
    "ScreeningIncomplete",
    "ask_screening",
    "cancel_screening",
    "carry_screening",
    "compare_screenings",
    "fail_screening",
    "move_results",
    "open_changes",
    "open_page",
    "replay_screening",
    "resume_screening",
    "run_screening",
]
