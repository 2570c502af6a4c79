"""The only writers of the registry."""

from diguan.registry.actions.corrections import (
    CorrectionRefused,
    FactChanged,
    ReasonMissing,
    Subject,
    correct_fact,
    settle_conflict,
)
from diguan.registry.actions.life import LifeEventConflict, LifeEventRefused, Newcomer, Told, record_life_event
from diguan.registry.actions.observations import describe_registry, open_household, record_observations

__all__ = [
    "CorrectionRefused",
    "FactChanged",
    "LifeEventConflict",
    "LifeEventRefused",
    "Newcomer",
    "ReasonMissing",
    "Subject",
    "Told",
    "correct_fact",
    "describe_registry",
    "open_household",
    "record_life_event",
    "record_observations",
    "settle_conflict",
]
