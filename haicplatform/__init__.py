"""haicplatform: pools the HAIC records of several hospitals. Knows no hospital and no study."""

__version__ = "0.1.0"
