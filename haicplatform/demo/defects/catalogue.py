"""Which defects each SYNTHETIC hospital has."""

from __future__ import annotations

CATALOGUE: dict[str, list] = {}
