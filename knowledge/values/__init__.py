"""Turning the cells of an export into values.

Invariant: how a column is read is decided once, from all its values, never cell by cell; what was assumed
is said.
"""
