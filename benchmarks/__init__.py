"""Benchmarks: ratios against a named baseline, measured in one run; never part of the tests."""
