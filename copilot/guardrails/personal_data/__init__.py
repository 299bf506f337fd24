"""Finds personal data in Spanish and English business text.

Invariant: what is found is a `PersonalSpan` at its exact place; nothing in here reads a database, a network or a clock.
"""
