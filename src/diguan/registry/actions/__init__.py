"""The only writers of the registry."""

from diguan.registry.actions.observations import describe_registry, open_household, record_observations

__all__ = ["describe_registry", "open_household", "record_observations"]
