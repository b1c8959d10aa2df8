"""Study files and their model; see study.py."""
