"""The sections of a report, a module each: every one composes its parts from a Desk, and none where nothing is."""
