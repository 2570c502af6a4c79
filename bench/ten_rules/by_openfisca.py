"""python -m bench.ten_rules.by_openfisca FOLDER: the rules by OpenFisca's arrays; prints eleven integers, seconds and memory.

Loaded as quickly as can be: numbers are cut out of the keys, and the roles of members, which no rule asks for, are all the same.
"""

import json
import resource
import sys
import time
from typing import Any

import duckdb
import numpy
from openfisca_core.entities import build_entity
from openfisca_core.periods import YEAR, period
from openfisca_core.simulations import Simulation
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

LINE, WATCH_LINE, SUPPLEMENT = 4000, 6000, 660
NOW = period("2020")

Household = build_entity("household", "households", "", roles=[{"key": "member", "plural": "members", "label": ""}])
Person = build_entity("person", "persons", "", is_person=True)

OF_HOUSEHOLDS = {
    "income": int, "medical_spending": int, "food_enough": bool, "warm_clothing": bool, "sound_house": bool, "safe_water": bool,
}  # fmt: skip
OF_PERSONS = {
    "age": int, "in_school": bool, "disabled": bool, "severely_disabled": bool, "insured": bool, "able_to_work": bool,
}  # fmt: skip


def _variable(name: str, entity: Any, kind: type, formula: Any = None) -> type[Variable]:
    own: dict[str, Any] = {"entity": entity, "value_type": kind, "definition_period": YEAR, "label": name}
    return type(name, (Variable,), own if formula is None else {**own, "formula": formula})


def _enough_income(households: Any, at: Any) -> Any:
    return households("income", at) >= LINE * households.nb_persons()


def _schooling(households: Any, at: Any) -> Any:
    person = households.members
    of_age = (person("age", at) >= 6) * (person("age", at) <= 15)
    return ~households.any(of_age * ~(person("in_school", at) + person("severely_disabled", at)))


def _insurance(households: Any, at: Any) -> Any:
    return ~households.any(~households.members("insured", at))


def _lifted(households: Any, at: Any) -> Any:
    names = ("enough_income", "food_enough", "warm_clothing", "schooling", "insurance", "sound_house", "safe_water")
    return numpy.logical_and.reduce([households(name, at) for name in names])


def _watched(households: Any, at: Any) -> Any:
    income = households("income", at)
    near = income < WATCH_LINE * households.nb_persons()
    return (
        near
        + (10 * households("medical_spending", at) > 3 * income)
        + ~households.any(households.members("able_to_work", at))
    )


def _benefit(households: Any, at: Any) -> Any:
    due = (
        LINE * households.nb_persons()
        - households("income", at)
        + SUPPLEMENT * households.sum(households.members("disabled", at))
    )
    return numpy.where(households("enough_income", at), 0, due)


FORMULAS = {
    "enough_income": (bool, _enough_income), "schooling": (bool, _schooling), "insurance": (bool, _insurance),
    "lifted": (bool, _lifted), "watched": (bool, _watched), "benefit": (int, _benefit),
}  # fmt: skip
MET = (
    "enough_income",
    "food_enough",
    "warm_clothing",
    "schooling",
    "insurance",
    "sound_house",
    "safe_water",
    "lifted",
    "watched",
)


def main(folder: str) -> None:
    system = TaxBenefitSystem([Person, Household])
    system.add_variables(*(_variable(name, Household, kind) for name, kind in OF_HOUSEHOLDS.items()))
    system.add_variables(*(_variable(name, Person, kind) for name, kind in OF_PERSONS.items()))
    system.add_variables(*(_variable(name, Household, *how) for name, how in FORMULAS.items()))
    started = time.perf_counter()
    simulation = _loaded(system, folder)
    loaded = time.perf_counter()
    integers = [int(simulation.calculate(name, NOW).sum()) for name in MET]
    benefit = simulation.calculate("benefit", NOW)
    integers += [int((benefit > 0).sum()), int(benefit.sum(dtype=numpy.int64))]
    done = time.perf_counter()
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"integers": integers, "load": loaded - started, "seconds": done - started, "gib": gib}))


def _loaded(system: TaxBenefitSystem, folder: str) -> Simulation:
    of_households = ", ".join(
        "house_grade IN ('A', 'B') AS sound_house"
        if name == "sound_house"
        else name
        if kind is bool
        else f"CAST({name} AS INTEGER) AS {name}"
        for name, kind in OF_HOUSEHOLDS.items()
    )
    of_persons = ", ".join(
        name if kind is bool else f"CAST({name} AS INTEGER) AS {name}" for name, kind in OF_PERSONS.items()
    )
    households = duckdb.sql(f"SELECT {of_households} FROM '{folder}/households.parquet'").fetchnumpy()
    persons = duckdb.sql(
        f"SELECT CAST(substr(household_id, 2) AS INTEGER) AS household, {of_persons} FROM '{folder}/persons.parquet'"
    ).fetchnumpy()
    populations = system.instantiate_entities()
    simulation = Simulation(system, populations)
    members, groups = populations["person"], populations["household"]
    members.count, groups.count = len(persons["household"]), len(households["income"])
    members.ids, groups.ids = numpy.arange(members.count), numpy.arange(groups.count)
    groups.members_entity_id = persons.pop("household")
    groups._members_role = numpy.broadcast_to(Household.flattened_roles[0], members.count)
    for name, values in {**households, **persons}.items():
        simulation.set_input(name, NOW, values)
    return simulation


if __name__ == "__main__":
    main(sys.argv[1])
