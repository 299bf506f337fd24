"""Commitments that a text makes in our name, and what they rest on."""
