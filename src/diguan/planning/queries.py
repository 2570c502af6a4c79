"""Reads of what-ifs. What was asked, everybody reads who may open what-ifs; what came out, `figures` reads within a scope."""

from pathlib import Path

from django.db.models import Prefetch, QuerySet

from diguan.access.models import User
from diguan.planning.models import WORKING, Trial, WhatIf
from diguan.screening import queries as screenings
from diguan.screening.models import Screening


def what_ifs() -> QuerySet[WhatIf]:
    """All what-ifs, the newest first, each with its trials in order."""
    trials = Trial.objects.select_related("screening").order_by("number")
    return WhatIf.objects.prefetch_related(Prefetch("trials", queryset=trials)).order_by("-id")


def what_if(number: int) -> WhatIf:
    """Raises: WhatIf.DoesNotExist."""
    return what_ifs().get(pk=number)


def waiting() -> list[WhatIf]:
    """What-ifs that somebody waits for, the oldest first; none of the terminal's, whose program does the work itself."""
    return list(WhatIf.objects.filter(stage__in=WORKING, made_by__isnull=False).order_by("id"))


def maker(found: WhatIf) -> User | None:
    """Who began it; None for the terminal."""
    return None if found.made_by is None else User.objects.get(pk=found.made_by)


def triable() -> list[Screening]:
    """Screenings whose results are there, the current one first, then the newest."""
    found = screenings.screenings().order_by("-is_current", "-as_of", "-id")
    return [each for each in found if (Path(each.folder) / "made_from.json").is_file()]


def folder(trial: Trial) -> Path:
    """Where a trial's files lie: with the screening it was tried upon, so that backups carry them."""
    return Path(trial.screening.folder) / f"what-if-{trial.what_if_id}"
