"""What goes in together, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from diguan.registry import reasons


@dataclass(frozen=True)
class HouseholdRow:
    """A household to be put on file. Already on file with the same place and name, it counts as unchanged."""

    key: UUID | str
    place: str
    name: str = ""


@dataclass(frozen=True)
class PersonRow:
    """A member to be put on file, of a household that is on file or in the same batch."""

    key: UUID | str
    household: UUID | str
    name: str = ""
    ordinal: int = 0


@dataclass(frozen=True)
class ObservationRow:
    """What a source said; `body` is {"household": {variable: value}, "persons": {person key: {variable: value}}}.

    Values: booleans, integers, texts and codes as such; decimals and money as texts like "1234.56" (or Decimal);
    dates as ISO texts (or date). None says nothing about a variable.
    """

    instance_id: UUID | str
    household: UUID | str
    source: str
    observed_on: date | str
    body: Mapping[str, Any]
    reporter: str = ""


@dataclass(frozen=True)
class Batch:
    """Any number of rows, one visit to a whole province; judged row by row, written together."""

    households: Sequence[HouseholdRow] = ()
    persons: Sequence[PersonRow] = ()
    observations: Sequence[ObservationRow] = ()

    @property
    def size(self) -> int | None:
        return len(self.households) + len(self.persons) + len(self.observations)


@dataclass(frozen=True)
class BatchFolder:
    """The same from Parquet files, which are never read into Python as a whole.

    households.parquet (household_id, place, name), persons.parquet (person_id, household_id, name, ordinal) and
    observations.parquet (instance_id, household_id, source, reporter, observed_on, body as JSON text); a file that
    is absent brings no rows.
    """

    folder: Path
    size: ClassVar[int | None] = None  # not known before it is read


@dataclass(frozen=True)
class Refusal:
    """One reason why one row was refused; a row may have several."""

    kind: str  # household, person or observation
    row: int  # its position in its relation, from 0
    key: str
    household: str
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def message(self) -> str:
        """The reason in the reader's language."""
        return reasons.message(self.reason, self.params)


@dataclass(frozen=True)
class Counts:
    read: int = 0
    accepted: int = 0
    refused: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Report:
    """What became of every row: read = accepted + refused + unchanged, in all and by kind."""

    households: Counts
    persons: Counts
    observations: Counts
    refusals: tuple[Refusal, ...] = ()

    @property
    def read(self) -> int:
        return self.households.read + self.persons.read + self.observations.read

    @property
    def accepted(self) -> int:
        return self.households.accepted + self.persons.accepted + self.observations.accepted

    @property
    def refused(self) -> int:
        return self.households.refused + self.persons.refused + self.observations.refused

    @property
    def unchanged(self) -> int:
        return self.households.unchanged + self.persons.unchanged + self.observations.unchanged


def summed(reports: Sequence[Report]) -> Report:
    """One report of the slices of a batch, refusals in the order of its rows."""
    refusals = [refusal for report in reports for refusal in report.refusals]
    return Report(
        households=_sum([report.households for report in reports]),
        persons=_sum([report.persons for report in reports]),
        observations=_sum([report.observations for report in reports]),
        refusals=tuple(sorted(refusals, key=lambda refusal: (refusal.kind, refusal.row, refusal.reason))),
    )


def _sum(counts: Sequence[Counts]) -> Counts:
    return Counts(
        read=sum(each.read for each in counts),
        accepted=sum(each.accepted for each in counts),
        refused=sum(each.refused for each in counts),
        unchanged=sum(each.unchanged for each in counts),
    )
