"""Defects planted in the SYNTHETIC hospitals' files, and their answer key."""

from haicplatform.demo.defects.planting import KEY, plant

__all__ = ["KEY", "plant"]
