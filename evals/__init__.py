"""Measurements: suites on public and own data, their figures, and the table in the README."""
