"""Fixtures: the alliance of the interface's tests, with an application for this folder."""

from tests.api.conftest import alliance, app, settings

__all__ = ["alliance", "app", "settings"]
