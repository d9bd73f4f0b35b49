"""Bosco keeps a team's software in operational condition, and proves it."""

__version__ = "0.1.0"
