"""The only writers of the registry."""

from diguan.registry.actions.life import LifeEventConflict, LifeEventRefused, Newcomer, Told, record_life_event
from diguan.registry.actions.observations import describe_registry, open_household, record_observations

__all__ = [
    "LifeEventConflict",
    "LifeEventRefused",
    "Newcomer",
    "Told",
    "describe_registry",
    "open_household",
    "record_life_event",
    "record_observations",
]
