"""Scores that can be believed: learnt where there is enough history, explained exactly, refused otherwise.

Invariant: a model is data (curves and levels that add up), never code; what it cannot beat the base rate with is no
model, and says why.
"""
