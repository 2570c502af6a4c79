"""The only writers of the registry."""

from diguan.registry.actions.corrections import (
    CorrectionRefused,
    FactChanged,
    Subject,
    correct_fact,
    settle_conflict,
)
from diguan.registry.actions.doubles import NotOne, part_persons, unite_persons
from diguan.registry.actions.identity import reveal_identifier, rotate_keys
from diguan.registry.actions.life import LifeEventConflict, LifeEventRefused, Newcomer, Told, record_life_event
from diguan.registry.actions.observations import describe_registry, open_disputed, open_household, record_observations
from diguan.registry.actions.subjects import hand_over
from diguan.registry.why import ReasonMissing

__all__ = [
    "CorrectionRefused",
    "FactChanged",
    "LifeEventConflict",
    "LifeEventRefused",
    "Newcomer",
    "NotOne",
    "ReasonMissing",
    "Subject",
    "Told",
    "correct_fact",
    "describe_registry",
    "hand_over",
    "open_disputed",
    "open_household",
    "part_persons",
    "record_life_event",
    "record_observations",
    "reveal_identifier",
    "rotate_keys",
    "settle_conflict",
    "unite_persons",
]
