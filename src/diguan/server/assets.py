"""Script and style tags from Vite's build."""

from __future__ import annotations

from typing import Any

from django_vite.core.asset_loader import DjangoViteAppClient


class AppClient(DjangoViteAppClient):  # type: ignore[misc]
    """Gives no tags while the front end has not been built: pages still work, bare, and `check` says why."""

    def generate_vite_asset(self, path: str, **kwargs: Any) -> str:
        return super().generate_vite_asset(path, **kwargs) if self._is_built else ""

    def preload_vite_asset(self, path: str) -> str:
        return super().preload_vite_asset(path) if self._is_built else ""

    def generate_vite_asset_url(self, path: str) -> str:
        return super().generate_vite_asset_url(path) if self._is_built else ""

    @property
    def _is_built(self) -> bool:
        return bool(self.manifest.manifest_path.is_file())
